/** A sheet is taken in: dropped, its columns named, its findings read, what changes looked at, and then kept. */
import { type DragEvent, useState } from "react";
import { count } from "../figures";
import { Loading, Notice, Problem, Sign, Title, useFetched } from "../parts";
import { go, Link } from "../router";
import { ask, type Finding, mayWrite, save, tell } from "../session";
import { useWords } from "../words";

const FIELDS = ["name", "price", "sku", "unit", "commodity_code", "tax_category", "tax_rate", "cess_rate", "name_local", "group"];

interface Column {
  column: number;
  title: string;
  field: string;
  confidence: number;
  samples: string[];
}

interface Upload {
  id: string;
  name: string;
  ready: boolean;
  products: number;
  wrong: number;
  sheets: string[];
  sheet: string;
  header_row: number;
  rows: number;
  columns: Column[];
  findings: Finding[];
}

interface Preview {
  counts: { new: number; changed: number; removed: number; unchanged: number };
  items: { kind: string; id: string; sku: string; name: string; differences: Record<string, { before: string; after: string }> }[];
  tag: string;
}

export function Import() {
  const { t } = useWords();
  const [upload, setUpload] = useState<Upload | null>(null);
  const [step, setStep] = useState(0);
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const send = (file: File) => {
    const body = new FormData();
    body.append("file", file);
    setProblem(null);
    setBusy(true);
    tell<Upload>("/api/catalogue/uploads", { body })
      .then((made) => {
        setUpload(made);
        setStep(1);
      }, setProblem)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Title back={{ href: "/catalogue", words: t("places.catalogue") }} about={t("import.about")}>{t("catalogue.import")}</Title>
      <ol className="steps">
        {["drop", "columns", "changes"].map((name, place) => (
          <li key={name} aria-current={place === step ? "step" : undefined} data-done={place < step}>{t(`import.steps.${name}`)}</li>
        ))}
      </ol>
      <div className="stack">
        {problem !== null && <Problem of={problem} />}
        {!mayWrite() && <Notice kind="warn" title={t("forbidden")} />}
        {isBusy && <Loading />}
        {step === 0 && !isBusy && mayWrite() && <Drop send={send} problem={setProblem} />}
        {step === 1 && upload && <Columns upload={upload} put={setUpload} next={() => setStep(2)} away={() => { setUpload(null); setStep(0); }} />}
        {step === 2 && upload && <Changes upload={upload} back={() => setStep(1)} />}
      </div>
    </>
  );
}

function Drop({ send, problem }: { send: (file: File) => void; problem: (error: unknown) => void }) {
  const { t } = useWords();
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) send(file);
  };
  const template = () => {
    ask("/api/catalogue/template").then(async (answer) => save(await answer.blob(), "catalogue.xlsx")).catch(problem);
  };
  return (
    <>
      <label className="drop" data-over={isOver} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <Sign of="file" />
        <h2>{t("import.drop")}</h2>
        <p className="muted">{t("import.kinds")}</p>
        <span className="button main-deed">{t("import.choose")}</span>
        <input type="file" accept=".xlsx,.xls,.csv,.tsv,.ods" onChange={(event) => event.target.files?.[0] && send(event.target.files[0])} />
      </label>
      <p className="row"><span className="muted">{t("import.none")}</span><button type="button" className="button" onClick={template}><Sign of="download" />{t("import.template")}</button></p>
    </>
  );
}

function Columns({ upload, put, next, away }: { upload: Upload; put: (upload: Upload) => void; next: () => void; away: () => void }) {
  const { t } = useWords();
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const choose = (sheet: string, header: number, columns: Record<string, number>) => {
    setBusy(true);
    setProblem(null);
    tell<Upload>(`/api/catalogue/uploads/${upload.id}/mapping`, { method: "PUT", json: { sheet, header_row: header, columns } })
      .then(put, setProblem)
      .finally(() => setBusy(false));
  };
  const mapping = Object.fromEntries(upload.columns.filter((one) => one.field).map((one) => [one.field, one.column]));
  const name = (column: number, field: string) => {
    const others = Object.entries(mapping).filter(([known, place]) => place !== column && known !== field);
    choose(upload.sheet, upload.header_row, Object.fromEntries(field ? [...others, [field, column]] : others));
  };
  return (
    <>
      <div className="card">
        <dl className="facts">
          <div><dt>{t("import.file")}</dt><dd><bdi>{upload.name}</bdi></dd></div>
          <div><dt>{t("import.sheet")}</dt><dd><bdi>{upload.sheet}</bdi></dd></div>
          <div><dt>{t("import.header")}</dt><dd><bdi className="num">{upload.header_row}</bdi></dd></div>
          <div><dt>{t("import.rows")}</dt><dd><bdi className="num">{count(upload.rows)}</bdi></dd></div>
          <div><dt>{t("import.products")}</dt><dd><bdi className="num">{count(upload.products)}</bdi></dd></div>
        </dl>
      </div>
      {problem !== null && <Problem of={problem} />}
      <Findings upload={upload} />
      <h2>{t("import.columns")}</h2>
      <div className="table" aria-busy={isBusy}>
        <table>
          <caption className="hidden">{t("import.columns")}</caption>
          <thead><tr><th>{t("import.inSheet")}</th><th>{t("import.samples")}</th><th>{t("import.means")}</th><th className="end">{t("import.sure")}</th></tr></thead>
          <tbody>
            {upload.columns.map((one) => (
              <tr key={one.column}>
                <td><bdi><b>{one.title || t("import.column", { place: one.column })}</b></bdi></td>
                <td className="muted main-words">{one.samples.map((sample, place) => <div key={`${place} ${sample}`}><bdi>{sample}</bdi></div>)}</td>
                <td>
                  <select className="input" aria-label={t("import.meansOf", { title: one.title || one.column })} value={one.field} disabled={isBusy} onChange={(event) => name(one.column, event.target.value)}>
                    <option value="">{t("import.ignored")}</option>
                    {FIELDS.map((field) => <option key={field} value={field}>{t(`product.${field}`)}</option>)}
                  </select>
                </td>
                <td className="end">{one.field && <bdi className="num">{one.confidence} %</bdi>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="row">
        <button type="button" className="button main-deed" disabled={!upload.ready || isBusy} onClick={next}>{t("import.look")}</button>
        <button type="button" className="button" onClick={away}>{t("import.other")}</button>
      </div>
    </>
  );
}

function Findings({ upload }: { upload: Upload }) {
  const { t } = useWords();
  if (upload.findings.length === 0) return <Notice kind="good" title={t("import.sound")} />;
  return (
    <div className="stack close">
      <Notice kind={upload.wrong ? "bad" : "warn"} title={t(upload.wrong ? "import.wrong" : "import.warned", { many: count(upload.wrong || upload.findings.length) })} />
      <div className="table">
        <table>
          <caption className="hidden">{t("import.findings")}</caption>
          <thead><tr><th>{t("import.where")}</th><th>{t("import.what")}</th><th>{t("import.advice")}</th></tr></thead>
          <tbody>
            {upload.findings.slice(0, 100).map((one) => (
              <tr key={`${one.pointer} ${one.code}`}>
                <td><span className="code">{one.pointer}</span></td>
                <td className="main-words">{one.message}</td>
                <td className="main-words">{one.advice}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Changes({ upload, back }: { upload: Upload; back: () => void }) {
  const { t } = useWords();
  const [isReplacing, setReplacing] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const { got, problem: unseen, again } = useFetched<Preview>(
    async (signal) => {
      const answer = await ask(`/api/catalogue/uploads/${upload.id}/preview?replace=${isReplacing}&limit=100`, { signal });
      return { ...(await answer.json()), tag: answer.headers.get("ETag") ?? "" };
    },
    [upload.id, isReplacing],
  );
  const commit = () => {
    setBusy(true);
    setProblem(null);
    tell(`/api/catalogue/uploads/${upload.id}/commit`, { json: { replace: isReplacing }, headers: got?.tag ? { "If-Match": got.tag } : {} })
      .then(() => go("/catalogue"), (error) => { setProblem(error); setBusy(false); });
  };
  return (
    <>
      {(unseen ?? problem) !== null && <Problem of={unseen ?? problem} again={again} />}
      {!got && unseen === null && <Loading />}
      {got && (
        <>
          <div className="card">
            <dl className="facts large">
              {(["new", "changed", "removed", "unchanged"] as const).map((kind) => (
                <div key={kind}><dt>{t(`import.kind.${kind}`)}</dt><dd><bdi className="num">{count(got.counts[kind])}</bdi></dd></div>
              ))}
            </dl>
          </div>
          <label className="check">
            <input type="checkbox" checked={isReplacing} onChange={(event) => setReplacing(event.target.checked)} />
            <span>{t("import.replace")}<span className="small muted"> {t("import.replaceHelp")}</span></span>
          </label>
          {got.items.length === 0 && <Notice kind="info" title={t("import.nothing")} />}
          <div className="table" hidden={got.items.length === 0}>
            <table>
              <caption className="hidden">{t("import.steps.changes")}</caption>
              <thead><tr><th>{t("import.effect")}</th><th>{t("product.sku")}</th><th>{t("product.name")}</th><th>{t("import.difference")}</th></tr></thead>
              <tbody>
                {got.items.map((one) => (
                  <tr key={one.id}>
                    <td><span className={`tag ${({ new: "good", changed: "info", removed: "bad" } as Record<string, string>)[one.kind]}`}>{t(`import.kind.${one.kind}`)}</span></td>
                    <td><span className="code">{one.sku}</span></td>
                    <td className="main-words"><bdi>{one.name}</bdi></td>
                    <td>{Object.entries(one.differences).map(([field, { before, after }]) => <div key={field}>{t(`product.${field}`)}: <del><bdi>{before || "–"}</bdi></del> <ins><bdi>{after || "–"}</bdi></ins></div>)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="row bar">
            <button type="button" className="button main-deed" disabled={isBusy} onClick={commit}>{t("import.commit")}</button>
            <button type="button" className="button" disabled={isBusy} onClick={back}>{t("back")}</button>
            <Link href="/catalogue" className="button quiet">{t("cancel")}</Link>
          </div>
        </>
      )}
    </>
  );
}
