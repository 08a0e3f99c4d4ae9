/** One invoice: as it is printed, what it comes to, and why each line bears its tax. */
import { useEffect, useState } from "react";
import { Amount, Day, Loading, Problem, Sign, Title, useFetched } from "../parts";
import { ask, save, tell } from "../session";
import { useWords } from "../words";
import type { Summary } from "./invoices";

interface Whole extends Summary {
  strategy: string;
  taxable_value: string;
  tax: string;
  corrects: string | null;
  notes: string[];
  document: { tax: { lines: { charge: { treatment: string }; taxable_value: string; dues: { tax: string; rate: string; amount: string }[] }[] } };
}

interface LineExplained {
  line: number;
  description: string;
  code: string;
  taxable_value: string;
  treatment: string;
  tax: string;
  place_of_supply: string;
  rule: string;
  in_force_from: string;
  by: string;
  payable_by: string;
  reason: string;
}

export function Invoice({ id }: { id: string }) {
  const { t } = useWords();
  const { got, problem, again } = useFetched((signal) => tell<Whole>(`/api/invoices/${id}`, { signal }), [id]);
  const [refused, setRefused] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const pdf = () => {
    setBusy(true);
    setRefused(null);
    ask(`/api/invoices/${id}/pdf`)
      .then(async (answer) => {
        const said = answer.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/)?.[1];
        save(await answer.blob(), said ?? `${id}.pdf`);
      })
      .catch(setRefused)
      .finally(() => setBusy(false));
  };
  const deed = got && <button type="button" className="button main-deed" disabled={isBusy} onClick={pdf}><Sign of="download" />{t("invoice.pdf")}</button>;
  return (
    <>
      <Title back={{ href: "/invoices", words: t("places.invoices") }} deeds={deed}>{got?.number ?? t("invoice.title")}</Title>
      <div className="stack wide">
        {(problem ?? refused) !== null && <Problem of={problem ?? refused} again={again} />}
        {!got && problem === null && <Loading />}
        {got && (
          <div className="two">
            <div className="stack wide">
              <div className="card stack">
                <dl className="facts">
                  <div><dt>{t("invoice.kind")}</dt><dd>{t(`kinds.${got.kind}`)}</dd></div>
                  <div><dt>{t("invoice.day")}</dt><dd><Day of={got.day} /></dd></div>
                  <div><dt>{t("invoice.buyer")}</dt><dd><bdi>{got.buyer}</bdi></dd></div>
                  {got.corrects && <div><dt>{t("invoice.corrects")}</dt><dd className="code">{got.corrects}</dd></div>}
                  {got.notes.length > 0 && <div><dt>{t("invoice.notes")}</dt><dd className="code">{got.notes.join(", ")}</dd></div>}
                </dl>
                <dl className="sum">
                  <dt className="muted">{t("invoice.taxable")}</dt><dd><Amount of={got.taxable_value} currency={got.currency} /></dd>
                  <dt className="muted">{t("invoice.tax")}</dt><dd><Amount of={got.tax} currency={got.currency} /></dd>
                  <dt className="payable">{t("invoice.payable")}</dt><dd className="payable"><Amount of={got.payable} currency={got.currency} named /></dd>
                </dl>
              </div>
              <Explained id={id} whole={got} />
            </div>
            <Picture id={id} number={got.number} />
          </div>
        )}
      </div>
    </>
  );
}

function Explained({ id, whole }: { id: string; whole: Whole }) {
  const { t } = useWords();
  const { got, problem, again } = useFetched((signal) => tell<{ lines: LineExplained[] }>(`/api/invoices/${id}/tax`, { signal }), [id]);
  return (
    <section className="stack">
      <div><h2>{t("invoice.why")}</h2><p className="muted">{t("invoice.whyAbout")}</p></div>
      {problem !== null && <Problem of={problem} again={again} />}
      {!got && problem === null && <Loading />}
      {got && (
        <ol className="card lines">
          {got.lines.map((one) => {
            const issued = whole.document.tax.lines[one.line - 1];
            const treatment = t(`treatments.${issued?.charge.treatment ?? "taxed"}`);
            return (
            <li key={one.line}>
              <div className="row apart">
                <h3 className="grow"><bdi className="num">{one.line}</bdi> · <bdi>{one.description}</bdi></h3>
                {issued && <Amount of={issued.taxable_value} currency={whole.currency} named />}
              </div>
              <ul className="row" hidden={!issued?.dues.length}>
                {issued?.dues.map((due) => <li key={due.tax} className="due"><bdi className="num">{due.tax} {due.rate} %</bdi><Amount of={due.amount} currency={whole.currency} /></li>)}
              </ul>
              <dl className="said">
                <div><dt>{t("invoice.treatment")}</dt><dd>{treatment}</dd></div>
                <div><dt>{t("invoice.rule")}</dt><dd><bdi>{one.rule}</bdi></dd></div>
                {one.in_force_from && <div><dt>{t("invoice.since")}</dt><dd>{/^\d{4}-\d\d-\d\d$/.test(one.in_force_from) ? <Day of={one.in_force_from} /> : one.in_force_from}</dd></div>}
                {one.by && <div><dt>{t("invoice.by")}</dt><dd><bdi>{one.by}</bdi></dd></div>}
                {one.place_of_supply && <div><dt>{t("invoice.place")}</dt><dd><bdi>{one.place_of_supply}</bdi></dd></div>}
                {one.code !== "none" && <div><dt>{t("product.commodity_code")}</dt><dd className="code">{one.code}</dd></div>}
                {one.reason && <div><dt>{t("invoice.reason")}</dt><dd><bdi>{one.reason}</bdi></dd></div>}
              </dl>
            </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

function Picture({ id, number }: { id: string; number: string }) {
  const { t } = useWords();
  const { got, problem, again } = useFetched(async (signal) => URL.createObjectURL(await (await ask(`/api/invoices/${id}/picture?ppi=110`, { signal })).blob()), [id]);
  useEffect(() => () => { if (got) URL.revokeObjectURL(got); }, [got]);
  return (
    <figure className="aside stack close">
      {problem !== null && <Problem of={problem} again={again} />}
      {!got && problem === null && <Loading />}
      {got && <img className="sheet" src={got} alt={t("invoice.picture", { number })} />}
      <figcaption className="small muted">{t("invoice.firstPage")}</figcaption>
    </figure>
  );
}
