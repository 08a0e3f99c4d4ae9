/** Coming in: by address and password, or by an invitation that sets the password first. */
import { type FormEvent, type ReactNode, useState } from "react";
import { Mark, Notice, Problem, Title } from "../parts";
import { go } from "../router";
import { signIn, takeUp } from "../session";
import { Wishes } from "../shell";
import { useWords } from "../words";

function Gate({ children }: { children: ReactNode }) {
  const { t } = useWords();
  return (
    <div className="gate">
      <aside className="said">
        <div className="brand"><Mark />{t("brand")}</div>
        <h2>{t("gate.motto")}</h2>
        <div className="stack">
          <div className="ledger" aria-hidden="true">
            {(["first", "second", "third", "total"] as const).map((line) => (
              <div key={line}><span>{t(`gate.${line}`)}</span><bdi className="num">{t(`gate.${line}Amount`)}</bdi></div>
            ))}
          </div>
          <p className="small">{t("gate.specimen")}</p>
        </div>
      </aside>
      <main className="door">
        <div className="row"><Wishes /></div>
        {children}
      </main>
    </div>
  );
}

function Asked({ name, kind, value, change, help, autoComplete }: { name: string; kind: string; value: string; change: (value: string) => void; help?: string; autoComplete: string }) {
  const { t } = useWords();
  return (
    <div className="field">
      <label htmlFor={name}>{t(`gate.${name}`)}</label>
      <input id={name} name={name} type={kind} className="input" required value={value} autoComplete={autoComplete} dir="ltr" aria-describedby={help && `${name}-help`} onChange={(event) => change(event.target.value)} />
      {help && <p className="help" id={`${name}-help`}>{help}</p>}
    </div>
  );
}

export function SignIn() {
  const { t } = useWords();
  const [tenant, setTenant] = useState(() => window.localStorage.getItem("ledgerflow.tenant") ?? "default");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    window.localStorage.setItem("ledgerflow.tenant", tenant);
    signIn(tenant.trim(), email.trim(), password).catch((error) => {
      setProblem(error);
      setBusy(false);
    });
  };
  return (
    <Gate>
      <form onSubmit={send}>
        <Title about={t("gate.about")}>{t("gate.signIn")}</Title>
        {problem !== null && <Problem of={problem} />}
        <Asked name="tenant" kind="text" value={tenant} change={setTenant} help={t("gate.tenantHelp")} autoComplete="organization" />
        <Asked name="email" kind="email" value={email} change={setEmail} autoComplete="username" />
        <Asked name="password" kind="password" value={password} change={setPassword} autoComplete="current-password" />
        <button type="submit" className="button main-deed" disabled={isBusy}>{t("gate.signIn")}</button>
      </form>
    </Gate>
  );
}

/** What stands behind the `#` is sent to no server but with the password. */
export function Invitation() {
  const { t } = useWords();
  const [said] = useState(() => new URLSearchParams(window.location.hash.slice(1)));
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isDone, setDone] = useState(false);
  const tenant = said.get("tenant") ?? "default";
  const send = (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    takeUp(tenant, said.get("secret") ?? "", password).then(() => {
      window.localStorage.setItem("ledgerflow.tenant", tenant);
      setDone(true);
    }, setProblem);
  };
  return (
    <Gate>
      <form onSubmit={send}>
        <Title about={t("gate.invitationAbout")}>{t("gate.invitation")}</Title>
        {problem !== null && <Problem of={problem} />}
        {isDone ? (
          <>
            <Notice kind="good" title={t("gate.done")} />
            <button type="button" className="button main-deed" onClick={() => go("/", true)}>{t("gate.signIn")}</button>
          </>
        ) : (
          <>
            <Asked name="newPassword" kind="password" value={password} change={setPassword} help={t("gate.passwordHelp")} autoComplete="new-password" />
            <button type="submit" className="button main-deed">{t("gate.set")}</button>
          </>
        )}
      </form>
    </Gate>
  );
}
