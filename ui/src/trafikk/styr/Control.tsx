import {
  ChevronDownIcon,
  ClockIcon,
  ExclamationmarkTriangleIcon,
  MegaphoneSpeakingIcon,
  TimerPauseIcon,
} from "@navikt/aksel-icons";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";

import { api } from "../../api/client";
import type { UnitRow } from "../../api/types";
import { useNow } from "../../common/clock";
import { useFormat, useText } from "../../common/settings";
import { CallbackPanel } from "./CallbackPanel";
import { HoursPanel } from "./HoursPanel";
import { PlanPanel } from "./PlanPanel";
import { RequestPanel } from "./RequestPanel";

export const RENEW_MS = 5_000;

type Panel = "requests" | "plans" | "callbacks" | "hours";

/** What a traffic controller can do: how each thing stands in one line, and one press away what it is. */
export function Control({ units }: { units: UnitRow[] }) {
  const t = useText();
  const [open, setOpen] = useState<Panel | null>(null);
  const panel = useId();
  const summaries = useSummaries();
  return (
    <section className="control" aria-label={t.control.title}>
      <ul className="control__keys">
        {summaries.map(({ id, icon, title, text, warns }) => (
          <li key={id}>
            <button
              type="button"
              className={warns ? "control__key control__key--warns" : "control__key"}
              aria-expanded={open === id}
              aria-controls={open === id ? panel : undefined}
              onClick={() => setOpen(open === id ? null : id)}
            >
              {icon}
              <span>
                <strong>{title}</strong>
                <span className="control__text">{text}</span>
              </span>
              <ChevronDownIcon aria-hidden className="control__arrow" />
            </button>
          </li>
        ))}
      </ul>
      {open !== null && (
        <div className="panel control__panel" id={panel}>
          {open === "requests" && <RequestPanel units={units} />}
          {open === "plans" && <PlanPanel />}
          {open === "callbacks" && <CallbackPanel />}
          {open === "hours" && <HoursPanel />}
        </div>
      )}
    </section>
  );
}

interface Summary {
  id: Panel;
  icon: ReactNode;
  title: string;
  text: string;
  warns: boolean;
}

function useSummaries(): Summary[] {
  const t = useText();
  return [
    { id: "requests", icon: <MegaphoneSpeakingIcon aria-hidden />, title: t.control.requests.title, ...useRequests() },
    { id: "plans", icon: <ExclamationmarkTriangleIcon aria-hidden />, title: t.control.plans.title, ...usePlans() },
    { id: "callbacks", icon: <TimerPauseIcon aria-hidden />, title: t.control.callbacks.title, ...useCallbacks() },
    { id: "hours", icon: <ClockIcon aria-hidden />, title: t.control.hours.title, ...useHours() },
  ];
}

type Told = Pick<Summary, "text" | "warns">;

function useRequests(): Told {
  const t = useText();
  const format = useFormat();
  const { data } = useQuery({ queryKey: ["requests"], queryFn: api.requests, refetchInterval: RENEW_MS });
  const open = (data?.items ?? []).filter(({ closed_at }) => closed_at === null);
  if (!data) return { text: "–", warns: false };
  if (open.length === 0) return { text: t.control.requests.none, warns: false };
  const [first] = open;
  if (open.length === 1 && first) {
    return { text: t.control.requests.yes(format.number(first.accepted), format.number(first.wanted)), warns: false };
  }
  return { text: t.control.requests.some(format.number(open.length)), warns: false };
}

/** The crisis plans that are on, for whoever looks at Trafikkbilde. */
export function usePlansOn(): string[] {
  const { data } = useQuery({ queryKey: ["plans"], queryFn: api.plans, refetchInterval: RENEW_MS });
  return (data?.items ?? []).filter(({ on }) => on).map(({ name }) => name);
}

function usePlans(): Told {
  const t = useText();
  const on = usePlansOn();
  return { text: on.length === 0 ? t.control.plans.off : t.control.plans.on(on.join(", ")), warns: on.length > 0 };
}

function useCallbacks(): Told {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const { data } = useQuery({ queryKey: ["callbacks"], queryFn: api.callbacks, refetchInterval: RENEW_MS });
  if (!data) return { text: "–", warns: false };
  const { pending, dialling } = data.counts;
  if (pending + dialling === 0) return { text: t.control.callbacks.none, warns: false };
  const isLate = data.oldest_until !== null && Date.parse(data.oldest_until) < now;
  const parts = [
    t.control.callbacks.some(format.number(pending + dialling)),
    isLate ? t.control.callbacks.late : data.oldest_until && t.control.callbacks.until(format.promised(data.oldest_until)),
  ];
  return { text: parts.filter(Boolean).join(" · "), warns: isLate };
}

function useHours(): Told {
  const t = useText();
  const format = useFormat();
  const { data } = useQuery({ queryKey: ["hours"], queryFn: api.hoursDifferences, staleTime: 60_000 });
  if (!data) return { text: "–", warns: false };
  return {
    text: data.items.length === 0 ? t.control.hours.same : t.control.hours.some(format.number(data.items.length)),
    warns: false,
  };
}
