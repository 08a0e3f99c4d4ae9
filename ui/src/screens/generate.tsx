/** Ordering a batch: the form follows the server's schema, with an estimate beside it and three invoices to look at. */
import Form, { type IChangeEvent } from "@rjsf/core";
import { ErrorSchemaBuilder, type RJSFValidationError } from "@rjsf/utils";
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { type Node, ready, titles } from "../form/schema";
import { fields, templates, widgets } from "../form/templates";
import { mistakes, type Say, validator } from "../form/validator";
import { count } from "../figures";
import { Amount, Empty, Loading, Notice, Problem, Title, useFetched } from "../parts";
import { go, Link } from "../router";
import { mayWrite, Refused, tell } from "../session";
import { useWords } from "../words";

type Config = Record<string, unknown>;

interface Format {
  code: string;
  title: string;
}

interface Materials {
  schema: Node;
  usual: Config;
  formats: Format[];
  business: Config | null;
  hasProducts: boolean;
}

const USUAL_FORMATS = ["pdf", "json", "csv", "xlsx"];

async function business(signal: AbortSignal): Promise<Config | null> {
  try {
    return await tell<Config>("/api/business", { signal });
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

async function gather(language: string, signal: AbortSignal): Promise<Materials> {
  const [schema, config, formats, kept, products] = await Promise.all([
    tell<Node>(`/api/schema/simulation-config?lang=${language}`, { signal }),
    tell<{ values: Record<string, { value: unknown }> }>("/api/config", { signal }),
    tell<{ items: Format[] }>("/api/formats", { signal }),
    business(signal),
    tell<{ items: unknown[] }>("/api/products?limit=1", { signal }),
  ]);
  const offered = Object.entries(config.values).filter(([name]) => name.startsWith("simulation."));
  const usual: Config = Object.fromEntries(offered.map(([name, { value }]) => [name.slice("simulation.".length), value]).filter(([name]) => schema.properties?.[String(name)]));
  return { schema: ready(schema), usual, formats: formats.items, business: kept, hasProducts: products.items.length > 0 };
}

export default function Generate() {
  const { t, language } = useWords();
  const { got, problem, again } = useFetched((signal) => gather(language, signal), [language]);
  return (
    <>
      <Title about={t("generate.about")}>{t("generate.title")}</Title>
      {problem !== null && <Problem of={problem} again={again} />}
      {!mayWrite() && <Notice kind="warn" title={t("forbidden")} />}
      {!got && problem === null && <Loading />}
      {got && mayWrite() && !got.hasProducts && (
        <Empty title={t("catalogue.empty")}><p className="prose">{t("generate.noProducts")}</p><Link href="/catalogue/import" className="button main-deed">{t("catalogue.import")}</Link></Empty>
      )}
      {got && mayWrite() && got.hasProducts && !got.business && <SetUp done={again} />}
      {got && mayWrite() && got.hasProducts && got.business && <Order materials={got} />}
    </>
  );
}

interface Law {
  code: string;
  title: string;
  currency: string;
}

/** Once: which business it is, and under which law. All else has a default, and can be said later. */
function SetUp({ done }: { done: () => void }) {
  const { t } = useWords();
  const { got, problem } = useFetched((signal) => tell<{ items: Law[] }>("/api/tax-strategies", { signal }), []);
  const [name, setName] = useState("");
  const [law, setLaw] = useState("");
  const [refused, setRefused] = useState<unknown>(null);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setRefused(null);
    tell("/api/business", { method: "PUT", json: { name: name.trim(), establishments: [{ key: law, strategy: law }] } }).then(done, setRefused);
  };
  return (
    <form className="card stack wide" onSubmit={send}>
      <div><h2>{t("setUp.title")}</h2><p className="muted prose">{t("setUp.about")}</p></div>
      {(problem ?? refused) !== null && <Problem of={problem ?? refused} />}
      <div className="field">
        <label htmlFor="name">{t("setUp.name")}</label>
        <input id="name" className="input" required maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
      </div>
      <fieldset className="stack close">
        <legend className="label">{t("setUp.law")}</legend>
        <div className="choices">
          {got?.items.map((one) => (
            <label key={one.code} className="choice">
              <input type="radio" name="law" required value={one.code} checked={law === one.code} onChange={() => setLaw(one.code)} />
              <span><bdi>{one.title}</bdi><br /><span className="code small muted">{one.currency}</span></span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="row"><button type="submit" className="button main-deed">{t("setUp.keep")}</button></div>
    </form>
  );
}

/** A key that nobody else has, so that a request that is sent twice orders once. */
function once(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Mistake {
  path: string[];
  where: string;
  message: string;
}

function found(schema: Node, errors: RJSFValidationError[]): Mistake[] {
  return errors.map((one) => {
    const path = (one.property ?? "").split(".").filter(Boolean);
    return { path, where: titles(schema, path).join(" › "), message: one.message ?? "" };
  });
}

/** What the server refused, at the fields that it is about. */
function refusedAt(schema: Node, problem: unknown): Mistake[] {
  if (!(problem instanceof Refused)) return [];
  return problem.findings.filter((one) => one.pointer.startsWith("/config/")).map((one) => {
    const path = one.pointer.split("/").slice(2).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    return { path, where: titles(schema, path).join(" › "), message: `${one.message} ${one.advice}`.trim() };
  });
}

function Summary({ wrong }: { wrong: Mistake[] }) {
  const { t } = useWords();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const reach = (path: string[]) => {
    const field = document.getElementById(`root_${path.join("_")}`);
    for (let outer = field?.closest("details"); outer; outer = outer.parentElement?.closest("details")) outer.open = true;
    requestAnimationFrame(() => field?.focus());
  };
  return (
    <div className="notice bad" role="alert" tabIndex={-1} ref={box}>
      <strong>{t("form.wrong", { many: wrong.length })}</strong>
      <ul>
        {wrong.map((one) => (
          <li key={`${one.path.join("/")} ${one.message}`}>
            <a href={`#root_${one.path.join("_")}`} onClick={(event) => { event.preventDefault(); reach(one.path); }}>{one.where || t("generate.title")}</a>: {one.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Order({ materials }: { materials: Materials }) {
  const { t } = useWords();
  const { schema, formats } = materials;
  const say: Say = useMemo(() => (key, facts) => t(`check.${key}`, facts), [t]);
  const checks = useMemo(() => validator(say), [say]);
  const [config, setConfig] = useState<Config>({ ...materials.usual, business: materials.business });
  const [wanted, setWanted] = useState(() => formats.map((one) => one.code).filter((code) => USUAL_FORMATS.includes(code)));
  const [wrong, setWrong] = useState<Mistake[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [attempts, setAttempts] = useState(0);
  const extra = useMemo(() => {
    const builder = new ErrorSchemaBuilder();
    for (const one of refusedAt(schema, problem)) builder.addErrors(one.message, one.path);
    return builder.ErrorSchema;
  }, [schema, problem]);
  const refuse = (mistakes: Mistake[]) => { setWrong(mistakes); setAttempts(attempts + 1); };
  const change = (event: IChangeEvent) => {
    setConfig(event.formData as Config);
    setProblem(null);
    if (wrong.length > 0) setWrong(found(schema, mistakes(schema, event.formData, say)));
  };
  const order = (event: IChangeEvent) => {
    setWrong([]);
    setProblem(null);
    setBusy(true);
    tell<{ id: string }>("/api/batches", { json: { config: event.formData, formats: wanted }, headers: { "Idempotency-Key": once() } })
      .then(({ id }) => go(`/batches/${id}`), (error) => {
        refuse(refusedAt(schema, error));
        setProblem(error);
        setBusy(false);
      });
  };
  const tick = (code: string) => setWanted(wanted.includes(code) ? wanted.filter((one) => one !== code) : [...wanted, code]);
  return (
    <div className="two">
      <div className="stack wide">
        {wrong.length > 0 && <Summary key={attempts} wrong={wrong} />}
        {problem !== null && wrong.length === 0 && <Problem of={problem} />}
        <Form
          schema={schema} formData={config} validator={checks} templates={templates} widgets={widgets} fields={fields} noHtml5Validate showErrorList={false}
          extraErrors={extra} extraErrorsBlockSubmit={false} onChange={change} onSubmit={order} onError={(errors) => refuse(found(schema, errors))} liveValidate={attempts > 0 ? "onChange" : undefined}
          idSeparator="_" translateString={(text) => t(`rjsf.${text}`, { defaultValue: "" })}
        >
          <>
            <fieldset className="card stack close">
              <legend className="hidden">{t("generate.formats")}</legend>
              <p className="label" aria-hidden="true">{t("generate.formats")}</p>
              <div className="choices">
                {formats.map((one) => (
                  <label key={one.code} className="choice">
                    <input type="checkbox" checked={wanted.includes(one.code)} onChange={() => tick(one.code)} />
                    <span>{t(`formats.${one.code}`, { defaultValue: one.title })}</span>
                  </label>
                ))}
              </div>
            </fieldset>
            <div className="bar"><button type="submit" className="button main-deed" disabled={isBusy || wanted.length === 0}>{t("generate.order")}</button></div>
          </>
        </Form>
      </div>
      <Beside schema={schema} config={config} formats={wanted} say={say} />
    </div>
  );
}

interface Estimate {
  invoices: number;
  credit_notes: number;
  revenue: { currency: string; before_tax: string; tax: string; payable: string; is_exact: boolean }[];
  total_ms: number;
}

function Beside({ schema, config, formats, say }: { schema: Node; config: Config; formats: string[]; say: Say }) {
  const { t } = useWords();
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [isWrong, setWrong] = useState(false);
  const sent = JSON.stringify({ config, formats });
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const wrong = mistakes(schema, config, say).length > 0 || formats.length === 0;
      setWrong(wrong);
      if (wrong) return;
      setBusy(true);
      tell<Estimate>("/api/estimates", { body: sent, headers: { "Content-Type": "application/json" }, signal: controller.signal })
        .then((made) => { setEstimate(made); setProblem(null); }, (error) => controller.signal.aborted || setProblem(error))
        .finally(() => controller.signal.aborted || setBusy(false));
    }, 700);
    return () => { clearTimeout(timer); controller.abort(); };
  }, [sent]);
  return (
    <aside className="aside stack wide" aria-label={t("estimate.title")}>
      <div className="card stack" aria-busy={isBusy}>
        <h2>{t("estimate.title")}</h2>
        <div aria-live="polite" className="stack">
          {isWrong && <p className="muted">{t("estimate.wrong")}</p>}
          {!isWrong && problem !== null && <Problem of={problem} />}
          {!isWrong && problem === null && !estimate && <Loading />}
          {!isWrong && problem === null && estimate && <Told estimate={estimate} isBusy={isBusy} />}
        </div>
      </div>
      <Previews sent={sent} isWrong={isWrong} />
    </aside>
  );
}

function Told({ estimate, isBusy }: { estimate: Estimate; isBusy: boolean }) {
  const { t } = useWords();
  const seconds = Math.max(1, Math.round(estimate.total_ms / 1000));
  const time = seconds < 90 ? t("estimate.seconds", { many: seconds }) : t("estimate.minutes", { many: Math.round(seconds / 60) });
  return (
    <>
      <dl className="facts large">
        <div><dt>{t("estimate.invoices")}</dt><dd><bdi className="num">{count(estimate.invoices)}</bdi></dd></div>
        <div><dt>{t("estimate.time")}</dt><dd>{time}</dd></div>
        {estimate.credit_notes > 0 && <div><dt>{t("estimate.notes")}</dt><dd><bdi className="num">{count(estimate.credit_notes)}</bdi></dd></div>}
      </dl>
      {estimate.revenue.map((one) => (
        <dl className="sum" key={one.currency}>
          <dt className="muted">{t("estimate.before")}</dt><dd><Amount of={one.before_tax} currency={one.currency} /></dd>
          <dt className="muted">{t("invoice.tax")}</dt><dd><Amount of={one.tax} currency={one.currency} /></dd>
          <dt className="payable">{t("invoice.payable")}</dt><dd className="payable"><Amount of={one.payable} currency={one.currency} named /></dd>
        </dl>
      ))}
      <p className="small muted">{isBusy ? t("estimate.anew") : t(estimate.revenue.every((one) => one.is_exact) ? "estimate.exact" : "estimate.sample")}</p>
    </>
  );
}

interface Preview {
  number: string;
  drawing: string;
}

function Previews({ sent, isWrong }: { sent: string; isWrong: boolean }) {
  const { t } = useWords();
  const [items, setItems] = useState<Preview[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const look = () => {
    setBusy(true);
    setProblem(null);
    tell<{ items: Preview[] }>("/api/previews", { json: { ...JSON.parse(sent), drawn: "png" } }).then((made) => setItems(made.items), setProblem).finally(() => setBusy(false));
  };
  return (
    <div className="card stack">
      <h2>{t("preview.title")}</h2>
      <p className="muted small">{t("preview.about")}</p>
      <div className="row"><button type="button" className="button" disabled={isBusy || isWrong} onClick={look}>{t(items ? "preview.again" : "preview.look")}</button></div>
      {problem !== null && <Problem of={problem} />}
      {isBusy && <Loading />}
      {items?.map((one) => <img key={one.number} className="sheet" src={`data:image/png;base64,${one.drawing}`} alt={t("preview.picture", { number: one.number })} />)}
    </div>
  );
}
