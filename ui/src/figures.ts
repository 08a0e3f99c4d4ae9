/** Figures as they are read in the country of their currency: amounts stay text, and never become floating point. */
const PLACES: Record<string, number> = { BHD: 3, KWD: 3, OMR: 3, IQD: 3, JOD: 3, TND: 3, LYD: 3, JPY: 0 };
const LAKHS = new Set(["INR", "NPR", "PKR", "BDT"]);

/** 1,00,000 in rupees, 100,000 elsewhere. */
export function grouped(digits: string, currency: string): string {
  if (!LAKHS.has(currency)) return digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const head = digits.slice(0, -3);
  const tail = digits.slice(-3);
  return head ? `${head.replace(/\B(?=(\d{2})+$)/g, ",")},${tail}` : tail;
}

/** An amount in its currency's grouping and decimals; more decimals are shown where it has them. */
export function amount(written: string, currency: string): string {
  const found = written.match(/^(-?)0*(\d+?)(?:\.(\d*))?$/);
  if (!found) return written;
  const [, sign = "", whole = "0", part = ""] = found;
  const places = PLACES[currency] ?? 2;
  const kept = part.replace(/0+$/, "").padEnd(places, "0");
  return `${sign === "-" ? "−" : ""}${grouped(whole, currency)}${kept ? `.${kept}` : ""}`;
}

/** How many, with commas. */
export function count(many: number): string {
  return String(many).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Where the language is written; days come before months, as on the invoices. */
function locale(language: string): string {
  return `${language === "en" ? "en-GB" : language}-u-nu-latn-ca-gregory`;
}

/** A day as words of the language, in Latin digits; days have no time zone. */
export function day(written: string, language: string): string {
  const parts = new Date(`${written}T00:00:00Z`);
  return new Intl.DateTimeFormat(locale(language), { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(parts);
}

/** A moment, where the reader is. */
export function moment(written: string, language: string): string {
  return new Intl.DateTimeFormat(locale(language), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(written));
}
