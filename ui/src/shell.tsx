/** What is round every screen: navigation at the inline start, whose books they are, language, light or dark. */
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { Mark, Sign } from "./parts";
import { Link, usePath } from "./router";
import { signOut, subscribe, whoami } from "./session";
import { LANGUAGES, type Language, useWords } from "./words";

const PLACES = ["catalogue", "generate", "batches", "invoices"] as const;
const KEPT = "ledgerflow.theme";

/** Light or dark as was chosen before; else as the system has it. */
export function firstTheme(): void {
  const kept = window.localStorage.getItem(KEPT);
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
}

function turnTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  window.localStorage.setItem(KEPT, root.dataset.theme);
}

/** Language, and light or dark: on every page, whether or not one is signed in. */
export function Wishes() {
  const { t, language, choose } = useWords();
  return (
    <>
      <label>
        <span className="hidden">{t("language")}</span>
        <select className="input" value={language} onChange={(event) => choose(event.target.value as Language)}>
          {LANGUAGES.map((one) => (
            <option key={one} value={one} lang={one}>{t(`languages.${one}`)}</option>
          ))}
        </select>
      </label>
      <button type="button" className="button quiet only-sign" onClick={turnTheme} aria-label={t("theme")} title={t("theme")}>
        <Sign of="theme" />
      </button>
    </>
  );
}

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const path = usePath();
  const who = useSyncExternalStore(subscribe, whoami);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const close = (event: KeyboardEvent) => event.key === "Escape" && setOpen(false);
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, [isOpen]);
  return (
    <div className="shell">
      <a className="skip" href="#content">{t("skip")}</a>
      <aside className="side" id="navigation" aria-label={t("brand")} data-open={isOpen}>
        <Link href="/" className="brand"><Mark />{t("brand")}</Link>
        <nav aria-label={t("navigation")}>
          <ul>
            {PLACES.map((place) => (
              <li key={place}>
                <Link href={`/${place}`} aria-current={path.startsWith(`/${place}`) ? "page" : undefined}>
                  <Sign of={place} />
                  {t(`places.${place}`)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="who">
          <div>
            <div>{who?.name}</div>
            <div className="small muted">{who && t(`roles.${who.role}`)}</div>
          </div>
          <div className="row"><button type="button" className="button" onClick={() => void signOut()}>{t("signOut")}</button></div>
        </div>
      </aside>
      {isOpen && <button type="button" className="veil" aria-label={t("close")} onClick={() => setOpen(false)} />}
      <div className="main">
        <header className="top">
          <button type="button" className="button quiet only-sign menu" aria-expanded={isOpen} aria-controls="navigation" aria-label={t("navigation")} onClick={() => setOpen(!isOpen)}>
            <Sign of="menu" />
          </button>
          <div className="tenant"><span className="small muted">{t("tenant")}</span> <bdi><b>{who?.tenant}</b></bdi></div>
          <Wishes />
        </header>
        <main className="content" id="content" tabIndex={-1}>{children}</main>
      </div>
    </div>
  );
}
