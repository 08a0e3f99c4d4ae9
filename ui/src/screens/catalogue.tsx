/** What is sold: the kept catalogue, searched and read page by page. */
import { useEffect, useState } from "react";
import { amount } from "../figures";
import { Empty, Loading, Problem, Sign, Title } from "../parts";
import { go, Link, useQuery } from "../router";
import { mayWrite, tell } from "../session";
import { useWords } from "../words";

export interface Page<T> {
  items: T[];
  next: string | null;
}

interface Product {
  id: string;
  place: number;
  sku: string;
  name: string;
  name_local: string;
  price: string;
  unit: string;
  commodity_code: string;
  tax_category: string;
  tax_rate: string | null;
  group: string;
}

/** All pages that were asked for so far, and how to have the next. */
export function usePages<T>(path: string): { items: T[] | null; problem: unknown; more: (() => void) | null; again: () => void } {
  const [state, setState] = useState<{ path: string; items: T[] | null; next: string | null; problem: unknown }>({ path, items: null, next: null, problem: null });
  const [cursor, setCursor] = useState<{ path: string; at: string; turn: number }>({ path, at: "", turn: 0 });
  const at = cursor.path === path ? cursor.at : "";
  useEffect(() => {
    const controller = new AbortController();
    const parts = path.split("?");
    const query = new URLSearchParams(parts[1]);
    if (at) query.set("cursor", at);
    tell<Page<T>>(`${parts[0]}?${query}`, { signal: controller.signal }).then(
      (page) => setState((before) => ({ path, items: at && before.path === path ? [...(before.items ?? []), ...page.items] : page.items, next: page.next, problem: null })),
      (problem) => controller.signal.aborted || setState({ path, items: null, next: null, problem }),
    );
    return () => controller.abort();
  }, [path, at, cursor.turn]);
  const { next } = state;
  return {
    items: state.path === path || !state.problem ? state.items : null,
    problem: state.problem,
    more: next ? () => setCursor({ path, at: next, turn: cursor.turn }) : null,
    again: () => setCursor({ path, at: "", turn: cursor.turn + 1 }),
  };
}

/** A search that stands in the address, so that the back button and links keep it. */
export function Search({ name, label }: { name: string; label: string }) {
  const query = useQuery();
  const [value, setValue] = useState(query.get(name) ?? "");
  useEffect(() => {
    const timer = setTimeout(() => {
      const next = new URLSearchParams(window.location.search);
      if ((next.get(name) ?? "") === value) return;
      if (value) next.set(name, value);
      else next.delete(name);
      go(`${window.location.pathname}${next.size ? `?${next}` : ""}`, true);
    }, 250);
    return () => clearTimeout(timer);
  }, [value, name]);
  return (
    <div className="search">
      <Sign of="search" />
      <input className="input" type="search" aria-label={label} placeholder={label} value={value} onChange={(event) => setValue(event.target.value)} />
    </div>
  );
}

export function More({ more }: { more: (() => void) | null }) {
  const { t } = useWords();
  return more && <div className="row"><button type="button" className="button" onClick={more}>{t("more")}</button></div>;
}

export function Catalogue() {
  const { t } = useWords();
  const search = useQuery().get("search") ?? "";
  const { items, problem, more, again } = usePages<Product>(`/api/products?limit=100&search=${encodeURIComponent(search)}`);
  const deed = mayWrite() && <Link href="/catalogue/import" className={`button ${items?.length === 0 && !search ? "" : "main-deed"}`}><Sign of="file" />{t("catalogue.import")}</Link>;
  return (
    <>
      <Title about={t("catalogue.about")} deeds={items?.length === 0 && !search ? null : deed}>{t("places.catalogue")}</Title>
      <div className="stack">
        {problem !== null && <Problem of={problem} again={again} />}
        {(search || (items && items.length > 0)) && <Search name="search" label={t("catalogue.search")} />}
        {!items && problem === null && <Loading />}
        {items?.length === 0 && !search && (
          <Empty title={t("catalogue.empty")}>
            <p className="prose">{t("catalogue.emptyWords")}</p>
            {mayWrite() && <Link href="/catalogue/import" className="button main-deed"><Sign of="file" />{t("catalogue.import")}</Link>}
          </Empty>
        )}
        {items?.length === 0 && search && <Empty title={t("nothingFits")}><p>{t("nothingFitsWords")}</p></Empty>}
        {items && items.length > 0 && <Products items={items} />}
        <More more={more} />
      </div>
    </>
  );
}

function Products({ items }: { items: Product[] }) {
  const { t } = useWords();
  return (
    <div className="table">
      <table>
        <caption className="hidden">{t("places.catalogue")}</caption>
        <thead>
          <tr>
            <th>{t("product.sku")}</th>
            <th>{t("product.name")}</th>
            <th>{t("product.group")}</th>
            <th>{t("product.commodity_code")}</th>
            <th>{t("product.tax_category")}</th>
            <th>{t("product.unit")}</th>
            <th className="end">{t("product.price")}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <td><span className="code">{one.sku}</span></td>
              <td className="main-words">
                <bdi>{one.name}</bdi>
                {one.name_local && <div className="small muted"><bdi>{one.name_local}</bdi></div>}
              </td>
              <td>{one.group && <bdi>{one.group}</bdi>}</td>
              <td><span className="code">{one.commodity_code}</span></td>
              <td>{t(`categories.${one.tax_category}`)}</td>
              <td><span className="code">{one.unit}</span></td>
              <td className="end"><bdi className="num">{amount(one.price, "")}</bdi></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
