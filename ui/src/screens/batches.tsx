/** All batches, newest first. */
import { count, moment } from "../figures";
import { Empty, Loading, Problem, Title } from "../parts";
import { go, Link } from "../router";
import { mayWrite } from "../session";
import { useWords } from "../words";
import { More, usePages } from "./catalogue";

export interface BatchState {
  id: string;
  status: string;
  stage: string;
  wish: string;
  total: number;
  issued: number;
  drawn: number;
  failed: number;
  last_error: string;
  batch: number | null;
  trace_id: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  has_archive: boolean;
}

const KINDS: Record<string, string> = { succeeded: "good", failed: "bad", paused: "warn", "partly failed": "bad", cancelled: "", queued: "info", running: "info" };

export function Status({ of }: { of: string }) {
  const { t } = useWords();
  return <span className={`tag ${KINDS[of] ?? "warn"}`}>{t(`status.${of.replace(" ", "_")}`)}</span>;
}

export function Batches() {
  const { t, language } = useWords();
  const { items, problem, more, again } = usePages<BatchState>("/api/batches?limit=50");
  const deed = mayWrite() && <Link href="/generate" className="button main-deed">{t("batches.order")}</Link>;
  return (
    <>
      <Title about={t("batches.about")} deeds={items?.length ? deed : null}>{t("places.batches")}</Title>
      <div className="stack">
        {problem !== null && <Problem of={problem} again={again} />}
        {!items && problem === null && <Loading />}
        {items?.length === 0 && <Empty title={t("batches.empty")}><p className="prose">{t("batches.emptyWords")}</p>{deed}</Empty>}
        {items && items.length > 0 && (
          <div className="table">
            <table>
              <caption className="hidden">{t("places.batches")}</caption>
              <thead>
                <tr><th>{t("batches.which")}</th><th>{t("batches.status")}</th><th>{t("batches.ordered")}</th><th className="end">{t("batches.total")}</th><th className="end">{t("batches.issued")}</th><th className="end">{t("batches.drawn")}</th><th className="end">{t("batches.failed")}</th></tr>
              </thead>
              <tbody>
                {items.map((one) => (
                  <tr key={one.id} className="opens" onClick={() => go(`/batches/${one.id}`)}>
                    <td><Link href={`/batches/${one.id}`} onClick={(event) => event.stopPropagation()}><span className="code">{one.id}</span></Link></td>
                    <td><Status of={one.status} /></td>
                    <td><time dateTime={one.created_at}>{moment(one.created_at, language)}</time></td>
                    {(["total", "issued", "drawn", "failed"] as const).map((figure) => <td key={figure} className="end"><bdi className="num">{count(one[figure])}</bdi></td>)}
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
