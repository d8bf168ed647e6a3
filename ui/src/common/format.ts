/** Numbers and times as people write them: `1 234`, `71,4 %`, `2:05`, `kl. 10.20`. */
import { en } from "../i18n/en";
import { type Messages, nb } from "../i18n/nb";

const TEXTS: Record<Language, Messages> = { nb, en };

export type Language = "nb" | "en";

const LOCALE: Record<Language, string> = { nb: "nb-NO", en: "en-GB" };
const ZONE = "Europe/Oslo";
const HOUR_MS = 3_600_000;

export interface Format {
  number(value: number): string;
  /** With at most two decimals: `0,41`. */
  decimal(value: number): string;
  /** A small number as a word, `seks`; from thirteen on in digits. */
  count(value: number): string;
  /** A share 0..=1 as per cent; one decimal below ten. */
  percent(share: number): string;
  /** A share 0..=1 as per cent with one decimal: `71,4 %`. */
  percentFine(share: number): string;
  /** Seconds as `m:ss`, from an hour `h:mm:ss`. */
  duration(seconds: number): string;
  /** A limit as people say it: `45 s`, `20 min`, `2 dager`. */
  span(seconds: number): string;
  /** `kl. 10.20` */
  time(at: number | string): string;
  /** `10.20`, for tables and axes where the heading says that it is a time. */
  timeShort(at: number | string): string;
  /** `10.20.05` */
  timeExact(at: number | string): string;
  /** `mandag kl. 10.42` */
  dayAndTime(at: number | string): string;
  /** `23.11.2026` */
  date(at: number | string): string;
  /** `23. nov.` */
  dayMonth(at: number | string): string;
  /** `man. 23. nov.` */
  weekdayDate(at: number | string): string;
  /** `kl. 13.40` today, `tirsdag kl. 9.10` within a week, `4.12. kl. 9.10` later. */
  soon(at: number | string, now: number): string;
  /** A promise's end, after «innen»: `onsdag 25. november` of the midnight that ends it, else `onsdag 25. november kl. 14.00`. */
  promised(at: number | string): string;
  /** `for 2 min siden` within the hour, `kl. 9.40` later. */
  ago(at: number | string, now: number): string;
  /** `55 55 33 33` */
  phone(number: string): string;
}

function build(language: Language): Format {
  const locale = LOCALE[language];
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const percentWhole = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const percentFine = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const percentOne = new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const clockParts = new Intl.DateTimeFormat("nb-NO", {
    timeZone: ZONE,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
  const weekday = new Intl.DateTimeFormat(locale, { timeZone: ZONE, weekday: "long" });
  const date = new Intl.DateTimeFormat(locale, { timeZone: ZONE, day: "numeric", month: "numeric", year: "numeric" });
  const dayMonth = new Intl.DateTimeFormat(locale, { timeZone: ZONE, day: "numeric", month: "short" });
  const weekdayDate = new Intl.DateTimeFormat(locale, { timeZone: ZONE, weekday: "short", day: "numeric", month: "short" });
  const wholeDay = new Intl.DateTimeFormat(locale, { timeZone: ZONE, weekday: "long", day: "numeric", month: "long" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const separator = language === "nb" ? "." : ":";

  const parts = (at: number | string) => {
    const found = clockParts.formatToParts(new Date(at));
    const part = (type: string) => found.find((each) => each.type === type)?.value ?? "";
    return { hour: part("hour"), minute: part("minute"), second: part("second") };
  };
  const timeShort = (at: number | string) => {
    const { hour, minute } = parts(at);
    return `${hour}${separator}${minute}`;
  };
  const time = (at: number | string) => (language === "nb" ? `kl. ${timeShort(at)}` : timeShort(at));

  return {
    number: (value) => integer.format(value),
    decimal: (value) => decimal.format(value),
    count: (value) => TEXTS[language].numerals[value - 1] ?? integer.format(value),
    percent: (share) => (Math.abs(share) < 0.0995 ? percentFine : percentWhole).format(share),
    percentFine: (share) => percentOne.format(share),
    duration,
    span: (seconds) => span(seconds, integer, TEXTS[language].span),
    time,
    timeShort,
    timeExact: (at) => `${timeShort(at)}${separator}${parts(at).second}`,
    dayAndTime: (at) => `${weekday.format(new Date(at))} ${time(at)}`,
    date: (at) => date.format(new Date(at)),
    dayMonth: (at) => dayMonth.format(new Date(at)),
    weekdayDate: (at) => weekdayDate.format(new Date(at)),
    soon: (at, now) => {
      const then = new Date(at).getTime();
      if (date.format(then) === date.format(now)) return time(at);
      const isNear = Math.abs(then - now) < 6 * 24 * HOUR_MS;
      return `${isNear ? weekday.format(new Date(at)) : dayMonth.format(new Date(at))} ${time(at)}`;
    },
    promised: (at) => {
      const { hour, minute, second } = parts(at);
      const endsDay = Number(hour) % 24 === 0 && minute === "00" && second === "00";
      if (endsDay) return wholeDay.format(new Date(at).getTime() - 1000);
      return `${wholeDay.format(new Date(at))} ${time(at)}`;
    },
    ago: (at, now) => {
      const elapsed = Math.max(0, now - new Date(at).getTime());
      if (elapsed >= HOUR_MS) return time(at);
      if (elapsed < 60_000) return relative.format(-Math.floor(elapsed / 1000), "second");
      return relative.format(-Math.floor(elapsed / 60_000), "minute");
    },
    phone: (number) => number.replace(/\s/g, "").replace(/^(\d{2})(\d{2})(\d{2})(\d{2})$/, "$1 $2 $3 $4"),
  };
}

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

function span(seconds: number, integer: Intl.NumberFormat, words: Messages["span"]): string {
  if (seconds >= DAY_S && seconds % DAY_S === 0) return words.days(integer.format(seconds / DAY_S));
  if (seconds >= HOUR_S && seconds % HOUR_S === 0) return words.hours(integer.format(seconds / HOUR_S));
  if (seconds > MINUTE_S && seconds % MINUTE_S === 0) return words.minutes(integer.format(seconds / MINUTE_S));
  return words.seconds(integer.format(seconds));
}

const isoDate = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });

/** The date in Norway as `2026-11-23`. */
export function localDate(at: number): string {
  return isoDate.format(at);
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

const formats: Record<Language, Format> = { nb: build("nb"), en: build("en") };

export function formatFor(language: Language): Format {
  return formats[language];
}
