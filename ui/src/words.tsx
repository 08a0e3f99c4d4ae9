/** Words: three languages, each loaded when it is chosen; which way they run, and the name of each in itself. */
import i18next, { type TFunction } from "i18next";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

export const LANGUAGES = ["en", "ar", "hi"] as const;
export type Language = (typeof LANGUAGES)[number];

const load: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import("./i18n/en.json"),
  ar: () => import("./i18n/ar.json"),
  hi: () => import("./i18n/hi.json"),
};
const KEPT = "ledgerflow.language";

export const words = i18next.createInstance();

function isLanguage(said: string | null | undefined): said is Language {
  return LANGUAGES.includes(said as Language);
}

/** The language that was chosen before, or the first of the browser's that is known. */
export function firstLanguage(): Language {
  const kept = window.localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((one) => one.slice(0, 2)).find(isLanguage) ?? "en";
}

async function speak(language: Language): Promise<void> {
  const bundle = (await load[language]()).default;
  if (!words.isInitialized) {
    await words.init({ lng: language, resources: { [language]: { translation: bundle } }, interpolation: { escapeValue: false }, showSupportNotice: false } as object);
  } else {
    words.addResourceBundle(language, "translation", bundle);
    await words.changeLanguage(language);
  }
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
}

interface Spoken {
  t: TFunction;
  language: Language;
  choose: (language: Language) => void;
}

const Words = createContext<Spoken | null>(null);

/** Gives words to all that is within, once they are there. */
export function Speaking({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language | null>(null);
  const choose = useCallback((next: Language) => {
    window.localStorage.setItem(KEPT, next);
    void speak(next).then(() => setLanguage(next));
  }, []);
  useEffect(() => {
    const first = firstLanguage();
    void speak(first).then(() => setLanguage(first));
  }, []);
  const spoken = useMemo(() => language && { t: words.getFixedT(language), language, choose }, [language, choose]);
  return spoken ? <Words value={spoken}>{children}</Words> : null;
}

/** The words of the language that is spoken. */
export function useWords(): Spoken {
  const spoken = useContext(Words);
  if (!spoken) throw new Error("nobody speaks here");
  return spoken;
}
