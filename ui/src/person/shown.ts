/** How dates, money and numbers of people are written. */
import type { Language } from "../common/format";

const LOCALE: Record<Language, string> = { nb: "nb-NO", en: "en-GB" };

/** `1 234` kroner; øre only where there are any. */
export function kroner(ore: number, language: Language): string {
  const digits = ore % 100 === 0 ? 0 : 2;
  const figures = new Intl.NumberFormat(LOCALE[language], { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${figures.format(ore / 100)} kr`;
}

/** `150385 12345`: six figures, a space, five. */
export function spaced(fnr: string): string {
  return `${fnr.slice(0, 6)} ${fnr.slice(6)}`;
}

/** `1234 56 78903` */
export function account(number: string): string {
  return `${number.slice(0, 4)} ${number.slice(4, 6)} ${number.slice(6)}`;
}

/** `15.03.1985` as `1985-03-15`; null when it is no date. */
export function fromDate(text: string): string | null {
  const parts = /^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*$/.exec(text);
  if (!parts) return null;
  const [, day, month, year] = parts as unknown as [string, string, string, string];
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return Number.isNaN(Date.parse(iso)) ? null : iso;
}
