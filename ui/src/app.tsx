/** Which screen an address shows, and that nobody sees one without signing in. */
import { lazy, type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { Empty, Loading, Problem } from "./parts";
import { go, Link, match, usePath } from "./router";
import { Batch } from "./screens/batch";
import { Batches } from "./screens/batches";
import { Catalogue } from "./screens/catalogue";
import { Import } from "./screens/import";
import { Invoice } from "./screens/invoice";
import { Invoices } from "./screens/invoices";
import { Invitation, SignIn } from "./screens/sign-in";
import { refresh, subscribe, whoami } from "./session";
import { Shell } from "./shell";
import { useWords } from "./words";

const Generate = lazy(() => import("./screens/generate"));

const SCREENS: [string, (found: Record<string, string>) => ReactNode][] = [
  ["/catalogue", () => <Catalogue />],
  ["/catalogue/import", () => <Import />],
  ["/generate", () => <Generate />],
  ["/batches", () => <Batches />],
  ["/batches/:id", ({ id = "" }) => <Batch key={id} id={id} />],
  ["/invoices", () => <Invoices />],
  ["/invoices/:id", ({ id = "" }) => <Invoice key={id} id={id} />],
];

export function App() {
  const { t } = useWords();
  const path = usePath();
  const who = useSyncExternalStore(subscribe, whoami);
  const [isKnown, setKnown] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const isOpen = path === "/invitation";
  const begin = () => {
    setProblem(null);
    refresh().then(() => setKnown(true), setProblem);
  };
  useEffect(begin, []);
  useEffect(() => {
    if (path === "/" && who) go("/catalogue", true);
  }, [path, who]);
  if (isOpen) return <Invitation />;
  if (problem || !isKnown) {
    return (
      <main className="content">
        <h1 className="hidden">{t("brand")}</h1>
        {problem ? <Problem of={problem} again={begin} /> : <Loading />}
      </main>
    );
  }
  if (!who) return <SignIn />;
  return (
    <Shell>
      <Suspense fallback={<Loading />}>{screen(path)}</Suspense>
    </Shell>
  );
}

function screen(path: string): ReactNode {
  if (path === "/") return null;
  for (const [pattern, shown] of SCREENS) {
    const found = match(pattern, path);
    if (found) return shown(found);
  }
  return <Nowhere />;
}

function Nowhere() {
  const { t } = useWords();
  return (
    <Empty title={t("nowhere.title")}>
      <p>{t("nowhere.words")}</p>
      <Link href="/catalogue" className="button">{t("places.catalogue")}</Link>
    </Empty>
  );
}
