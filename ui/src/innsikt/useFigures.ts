/** What is asked for stands in the address, so that a figure can be sent to somebody else. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { api, type FiguresAsked } from "../api/client";
import type { Cut } from "../api/types";
import { useMinute } from "../common/clock";
import { localDate } from "../common/format";
import { useSettings } from "../common/settings";

export const PERIODS = ["i-dag", "i-gaar", "uke", "maaned", "egne"] as const;
export const CUTS = ["queue", "topic", "unit", "channel", "quarter", "hour", "day"] as const satisfies Cut[];
export type Period = (typeof PERIODS)[number];

export interface FigureSearch {
  periode?: Period;
  fra?: string;
  til?: string;
  del?: Cut;
  /** Id of the definition of the service level. */
  def?: string;
}

const DAY_MS = 86_400_000;
const RENEW_MS = 30_000;
const QUARTER_DAYS = 2;
const HOUR_DAYS = 14;

export function readSearch(search: Record<string, unknown>): FigureSearch {
  const text = (name: string) => (typeof search[name] === "string" ? (search[name] as string) : undefined);
  const date = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(text(name) ?? "") ? text(name) : undefined);
  const found: FigureSearch = {
    periode: PERIODS.find((each) => each === search.periode),
    del: CUTS.find((each) => each === search.del),
    def: text("def"),
    fra: date("fra"),
    til: date("til"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

export interface Wanted {
  period: Period;
  by: Cut;
  level: string;
  /** Dates, both included. */
  from: string;
  to: string;
  days: number;
  set(change: FigureSearch): void;
}

export function useWanted(): Wanted {
  const search = useSearch({ from: "/innsikt/tall" });
  const navigate = useNavigate({ from: "/innsikt/tall" });
  const today = localDate(useMinute());
  const period = search.periode ?? "i-dag";
  const [from, to] = dates(period, today, search);
  return {
    period,
    by: search.del ?? "queue",
    level: search.def ?? "sl_offered",
    from,
    to,
    days: (Date.parse(to) - Date.parse(from)) / DAY_MS + 1,
    set: (change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true }),
  };
}

function dates(period: Period, today: string, search: FigureSearch): [string, string] {
  if (period === "i-gaar") return [back(today, 1), back(today, 1)];
  if (period === "uke") return [back(today, 6), today];
  if (period === "maaned") return [back(today, 27), today];
  if (period === "egne") return [search.fra ?? today, search.til ?? today];
  return [today, today];
}

function back(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY_MS).toISOString().slice(0, 10);
}

/** The figures as broken down, and over time for curves. Not asked while the dates make no sense. */
export function useFigures(wanted: Wanted) {
  const { language } = useSettings();
  const isSense = wanted.days >= 1;
  const span: FiguresAsked = { from: wanted.from, to: back(wanted.to, -1) };
  const ask = (asked: FiguresAsked) => ({
    queryKey: ["figures", language, asked],
    queryFn: () => api.figures(asked),
    refetchInterval: RENEW_MS,
    placeholderData: keepPreviousData,
    enabled: isSense,
  });
  return { table: useQuery(ask({ ...span, by: wanted.by })), time: useQuery(ask({ ...span, by: timeCut(wanted.days) })) };
}

function timeCut(days: number): Cut {
  if (days <= QUARTER_DAYS) return "quarter";
  return days <= HOUR_DAYS ? "hour" : "day";
}
