/** Small parts that every screen is made of: titles, notices, problems, empty and loading places, tags, figures, signs. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { amount, day } from "./figures";
import { Link } from "./router";
import { Refused } from "./session";
import { useWords } from "./words";

const SIGNS = {
  catalogue: "M4 5h7v14H4zM13 5h7v14h-7M7 9h1M16 9h1M7 12h1M16 12h1",
  generate: "M12 3v4M12 17v4M3 12h4M17 12h4M6 6l2.5 2.5M15.5 15.5 18 18M18 6l-2.5 2.5M8.5 15.5 6 18",
  batches: "M12 3 3 8l9 5 9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
  invoices: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
  menu: "M4 6h16M4 12h16M4 18h16",
  theme: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  back: "M14 6l-6 6 6 6",
  file: "M12 16V5M7 10l5-5 5 5M4 16v3h16v-3",
  download: "M12 4v11M7 11l5 5 5-5M4 19h16",
  plus: "M12 5v14M5 12h14",
  minus: "M6 6l12 12M18 6 6 18",
};

export function Sign({ of, mirrors = false }: { of: keyof typeof SIGNS; mirrors?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" className={mirrors ? "mirrors" : undefined}>
      <path d={SIGNS[of]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0A6B4B" />
      <path d="M9 8v16h14M14 18h9M14 13h6" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** The title of a screen, in the window's title too; it takes the focus, so that a reader hears where it is. */
export function Title({ children, about, back, deeds }: { children: string; about?: ReactNode; back?: { href: string; words: string }; deeds?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { t } = useWords();
  useEffect(() => {
    document.title = `${children} · ${t("brand")}`;
  }, [children, t]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <>
      {back && (
        <Link href={back.href} className="crumb">
          <Sign of="back" mirrors />
          {back.words}
        </Link>
      )}
      <div className="title">
        <div>
          <h1 tabIndex={-1} ref={heading}>{children}</h1>
          {about && <p className="prose">{about}</p>}
        </div>
        {deeds && <div className="row">{deeds}</div>}
      </div>
    </>
  );
}

export function Notice({ kind, title, children }: { kind: "info" | "good" | "warn" | "bad"; title: string; children?: ReactNode }) {
  return (
    <div className={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** Why something was refused: in words, with what to do, and the name under which the log knows it. */
export function Problem({ of, again }: { of: unknown; again?: () => void }) {
  const { t } = useWords();
  const refused = of instanceof Refused ? of : new Refused(0, "", t("problem.title"), String(of), "", []);
  return (
    <Notice kind="bad" title={refused.message}>
      {refused.detail && <p>{refused.detail}</p>}
      {refused.findings.length > 0 && (
        <ul>
          {refused.findings.map((finding) => (
            <li key={`${finding.pointer} ${finding.code}`}>
              {finding.message} {finding.advice}
            </li>
          ))}
        </ul>
      )}
      {refused.trace && (
        <p className="small muted">
          {t("problem.trace")} <span className="code">{refused.trace}</span>
        </p>
      )}
      {again && (
        <div className="row">
          <button type="button" className="button" onClick={again}>{t("again")}</button>
        </div>
      )}
    </Notice>
  );
}

export function Loading() {
  const { t } = useWords();
  return (
    <div className="loading" role="status">
      <span className="hidden">{t("loading")}</span>
      <i /><i /><i />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Amount({ of, currency, named = false }: { of: string; currency: string; named?: boolean }) {
  return <bdi className="num">{named ? `${currency} ${amount(of, currency)}` : amount(of, currency)}</bdi>;
}

export function Day({ of }: { of: string }) {
  const { language } = useWords();
  return <time dateTime={of}>{day(of, language)}</time>;
}

/** What was fetched, or why not, or neither yet; `again` fetches anew. */
export function useFetched<T>(fetching: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): { got: T | null; problem: unknown; again: () => void; put: (value: T) => void } {
  const [state, setState] = useState<{ got: T | null; problem: unknown }>({ got: null, problem: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ got: before.got, problem: null }));
    fetching(controller.signal).then(
      (got) => controller.signal.aborted || setState({ got, problem: null }),
      (problem) => controller.signal.aborted || setState({ got: null, problem }),
    );
    return () => controller.abort();
  }, [...on, turn]);
  return { ...state, again: () => setTurn(turn + 1), put: (got) => setState({ got, problem: null }) };
}
