/** Invoices that were issued: found by buyer, number and days. */
import { Amount, Day, Empty, Loading, Problem, Title } from "../parts";
import { go, Link, useQuery } from "../router";
import { useWords } from "../words";
import { More, Search, usePages } from "./catalogue";

export interface Summary {
  id: string;
  number: string;
  day: string;
  kind: string;
  buyer: string;
  currency: string;
  payable: string;
}

const ASKED = ["buyer", "number", "first_day", "last_day"] as const;

function Days({ name }: { name: "first_day" | "last_day" }) {
  const { t } = useWords();
  const query = useQuery();
  const change = (value: string) => {
    if (value) query.set(name, value);
    else query.delete(name);
    go(`/invoices${query.size ? `?${query}` : ""}`, true);
  };
  return (
    <div className="field">
      <label htmlFor={name} className="small">{t(`invoices.${name}`)}</label>
      <input id={name} type="date" className="input" value={query.get(name) ?? ""} onChange={(event) => change(event.target.value)} />
    </div>
  );
}

export function Invoices() {
  const { t } = useWords();
  const query = useQuery();
  const asked = new URLSearchParams({ limit: "50" });
  for (const name of ASKED) if (query.get(name)) asked.set(name, query.get(name) ?? "");
  const isNarrowed = asked.size > 1;
  const { items, problem, more, again } = usePages<Summary>(`/api/invoices?${asked}`);
  const isBare = items?.length === 0 && !isNarrowed;
  return (
    <>
      <Title about={t("invoices.about")}>{t("places.invoices")}</Title>
      <div className="stack">
        {!isBare && (
          <div className="row filters">
            <div className="field grow"><span className="label small">{t("invoice.buyer")}</span><Search name="buyer" label={t("invoices.byBuyer")} /></div>
            <div className="field grow"><span className="label small">{t("invoice.number")}</span><Search name="number" label={t("invoices.byNumber")} /></div>
            <Days name="first_day" />
            <Days name="last_day" />
          </div>
        )}
        {problem !== null && <Problem of={problem} again={again} />}
        {!items && problem === null && <Loading />}
        {isBare && <Empty title={t("invoices.empty")}><p className="prose">{t("invoices.emptyWords")}</p><Link href="/generate" className="button main-deed">{t("batches.order")}</Link></Empty>}
        {items?.length === 0 && isNarrowed && <Empty title={t("nothingFits")}><p>{t("nothingFitsWords")}</p></Empty>}
        {items && items.length > 0 && (
          <div className="table">
            <table>
              <caption className="hidden">{t("places.invoices")}</caption>
              <thead><tr><th>{t("invoice.number")}</th><th>{t("invoice.day")}</th><th>{t("invoice.buyer")}</th><th>{t("invoice.kind")}</th><th>{t("invoice.currency")}</th><th className="end">{t("invoice.payable")}</th></tr></thead>
              <tbody>
                {items.map((one) => (
                  <tr key={one.id} className="opens" onClick={() => go(`/invoices/${one.id}`)}>
                    <td><Link href={`/invoices/${one.id}`} onClick={(event) => event.stopPropagation()}><span className="code">{one.number}</span></Link></td>
                    <td><Day of={one.day} /></td>
                    <td className="main-words"><bdi>{one.buyer}</bdi></td>
                    <td>{t(`kinds.${one.kind}`)}</td>
                    <td><span className="code">{one.currency}</span></td>
                    <td className="end"><Amount of={one.payable} currency={one.currency} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <More more={more} />
      </div>
    </>
  );
}
