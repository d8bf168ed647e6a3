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

/** Two letters for the three that registers write; what is not here is shown as it is written. */
const COUNTRIES: Record<string, string> = {
  NOR: "NO", POL: "PL", SWE: "SE", DNK: "DK", FIN: "FI", ISL: "IS", DEU: "DE", GBR: "GB", FRA: "FR", ESP: "ES", ITA: "IT", NLD: "NL", PRT: "PT",
  EST: "EE", LVA: "LV", LTU: "LT", ROU: "RO", BGR: "BG", HUN: "HU", CZE: "CZ", SVK: "SK", HRV: "HR", SRB: "RS", BIH: "BA", GRC: "GR", TUR: "TR",
  RUS: "RU", UKR: "UA", SOM: "SO", ERI: "ER", ETH: "ET", SDN: "SD", SYR: "SY", IRQ: "IQ", IRN: "IR", AFG: "AF", PAK: "PK", IND: "IN", LKA: "LK",
  VNM: "VN", THA: "TH", PHL: "PH", CHN: "CN", MAR: "MA", USA: "US", CAN: "CA", BRA: "BR", CHL: "CL",
};

/** `Polen (POL)` */
export function country(code: string, language: Language): string {
  const known = COUNTRIES[code];
  const name = known && new Intl.DisplayNames(LOCALE[language], { type: "region" }).of(known);
  return name ? `${name} (${code})` : code;
}

/** `15.03.1985` as `1985-03-15`; null when it is no date. */
export function fromDate(text: string): string | null {
  const parts = /^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*$/.exec(text);
  if (!parts) return null;
  const [, day, month, year] = parts as unknown as [string, string, string, string];
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return Number.isNaN(Date.parse(iso)) ? null : iso;
}
