/** One batch: how far it is, as it happens; what failed and why; and what it made, to take away. */
import { useEffect, useState } from "react";
import { count, moment } from "../figures";
import { Empty, Loading, Notice, Problem, Sign, Title, useFetched } from "../parts";
import { Link } from "../router";
import { follow, mayWrite, tell } from "../session";
import { useWords } from "../words";
import { type BatchState, Status } from "./batches";
import type { Page } from "./catalogue";

const DEEDS: Record<string, string[]> = { queued: ["pause", "cancel"], running: ["pause", "cancel"], paused: ["resume", "cancel"], failed: ["retry", "cancel"], "partly failed": ["retry"] };

export function Batch({ id }: { id: string }) {
  const { t, language } = useWords();
  const [state, setState] = useState<BatchState | null>(null);
  const [isLost, setLost] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    follow<BatchState>(`/api/batches/${id}/events`, controller.signal, (_event, told) => setState(told), setLost).catch(setProblem);
    return () => controller.abort();
  }, [id, turn]);
  const again = () => { setProblem(null); setTurn(turn + 1); };
  const deed = (name: string) => {
    setProblem(null);
    tell<BatchState>(`/api/batches/${id}/${name}`, { method: "POST" }).then((told) => { setState(told); setTurn(turn + 1); }, setProblem);
  };
  return (
    <>
      <Title back={{ href: "/batches", words: t("places.batches") }} deeds={state && <Status of={state.status} />}>{t("batch.title")}</Title>
      <div className="stack wide">
        {problem !== null && <Problem of={problem} again={again} />}
        {isLost && <Notice kind="warn" title={t("batch.lost")} />}
        {!state && problem === null && <Loading />}
        {state && (
          <>
            <Progress state={state} deed={deed} />
            {state.last_error && <Notice kind="bad" title={t("batch.why")}><p>{state.last_error}</p></Notice>}
            {state.has_archive && <Files id={id} />}
            {state.failed > 0 && <Failures id={id} failed={state.failed} />}
            <dl className="facts small">
              <div><dt>{t("batches.which")}</dt><dd className="code">{state.id}</dd></div>
              <div><dt>{t("batches.ordered")}</dt><dd>{moment(state.created_at, language)}</dd></div>
              {state.ended_at && <div><dt>{t("batch.ended")}</dt><dd>{moment(state.ended_at, language)}</dd></div>}
              <div><dt>{t("problem.trace")}</dt><dd className="code">{state.trace_id}</dd></div>
            </dl>
          </>
        )}
      </div>
    </>
  );
}

function Progress({ state, deed }: { state: BatchState; deed: (name: string) => void }) {
  const { t } = useWords();
  const [isAsked, setAsked] = useState(false);
  const isOpen = state.status === "queued" || state.status === "running";
  const done = state.status === "succeeded" ? state.total : state.drawn || state.issued;
  const words = state.wish ? t(`wish.${state.wish}`) : state.status === "running" && state.stage ? t(`stage.${state.stage}`) : t(`batch.says.${state.status.replace(" ", "_")}`);
  const deeds = mayWrite() ? (DEEDS[state.status] ?? []) : [];
  return (
    <div className="card stack">
      <div className="row apart">
        <h2 aria-live="polite">{words}</h2>
        <bdi className="num muted">{count(done)} / {count(state.total)}</bdi>
      </div>
      <progress aria-label={t("batch.progress")} max={state.total || 1} value={isOpen && !state.total ? undefined : done} />
      <dl className="facts large">
        {(["total", "issued", "drawn", "failed"] as const).map((figure) => (
          <div key={figure}><dt>{t(`batches.${figure}`)}</dt><dd><bdi className="num">{count(state[figure])}</bdi></dd></div>
        ))}
      </dl>
      {deeds.length > 0 && (
        <div className="row">
          {deeds.filter((name) => name !== "cancel" || !isAsked).map((name) => (
            <button key={name} type="button" className="button" onClick={() => (name === "cancel" ? setAsked(true) : deed(name))}>{t(`batch.deeds.${name}`)}</button>
          ))}
          {isAsked && deeds.includes("cancel") && (
            <>
              <span>{t("batch.sure")}</span>
              <button type="button" className="button danger" onClick={() => deed("cancel")}>{t("batch.deeds.cancel")}</button>
              <button type="button" className="button" onClick={() => setAsked(false)}>{t("batch.keep")}</button>
            </>
          )}
        </div>
      )}
      {state.batch !== null && state.issued > 0 && !isOpen && <div className="row"><Link href="/invoices" className="button">{t("batch.invoices")}</Link></div>}
    </div>
  );
}

function Files({ id }: { id: string }) {
  const { t } = useWords();
  const { got, problem, again } = useFetched((signal) => tell<{ items: { name: string; sha256: string }[] }>(`/api/batches/${id}/files`, { signal }), [id]);
  const [refused, setRefused] = useState<unknown>(null);
  const take = (file: string) => {
    setRefused(null);
    tell<{ url: string }>(`/api/batches/${id}/tickets`, { json: { file } }).then(({ url }) => window.location.assign(url), setRefused);
  };
  return (
    <section className="stack">
      <h2>{t("batch.files")}</h2>
      {(problem ?? refused) !== null && <Problem of={problem ?? refused} again={again} />}
      {!got && problem === null && <Loading />}
      {got && (
        <div className="table">
          <table>
            <caption className="hidden">{t("batch.files")}</caption>
            <thead><tr><th>{t("batch.file")}</th><th className="wide-only">{t("batch.hash")}</th><th><span className="hidden">{t("batch.take")}</span></th></tr></thead>
            <tbody>
              {got.items.map((one) => (
                <tr key={one.name}>
                  <td><b className="code">{one.name}</b></td>
                  <td className="main-words wide-only"><span className="code hash small muted">{one.sha256}</span></td>
                  <td className="end">
                    <button type="button" className={`button ${one.name.endsWith(".zip") ? "main-deed" : ""}`} aria-label={t("batch.takeFile", { name: one.name })} onClick={() => take(one.name)}>
                      <Sign of="download" />{t("batch.take")}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface Failure {
  position: number;
  number: string;
  attempts: number;
  reason: string;
}

function Failures({ id, failed }: { id: string; failed: number }) {
  const { t } = useWords();
  const { got, problem, again } = useFetched((signal) => tell<Page<Failure>>(`/api/batches/${id}/failures?limit=100`, { signal }), [id, failed]);
  return (
    <section className="stack">
      <h2>{t("batch.failures")}</h2>
      {problem !== null && <Problem of={problem} again={again} />}
      {got?.items.length === 0 && <Empty title={t("batch.noFailures")}>{null}</Empty>}
      {got && got.items.length > 0 && (
        <div className="table">
          <table>
            <caption className="hidden">{t("batch.failures")}</caption>
            <thead><tr><th className="end">{t("batch.position")}</th><th>{t("invoice.number")}</th><th>{t("batch.reason")}</th><th className="end">{t("batch.attempts")}</th></tr></thead>
            <tbody>
              {got.items.map((one) => (
                <tr key={one.position}>
                  <td className="end"><bdi className="num">{one.position + 1}</bdi></td>
                  <td><span className="code">{one.number}</span></td>
                  <td className="main-words"><bdi>{one.reason}</bdi></td>
                  <td className="end"><bdi className="num">{one.attempts}</bdi></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
