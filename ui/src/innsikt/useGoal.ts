import { useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
import { useMay } from "../identity/session";

/** The goal that the main number is measured on, as Trafikkbilde shows it; null until it is known. */
export function useGoal(): { share: number; within_s: number } | null {
  const { data } = useQuery({
    queryKey: ["goal"],
    queryFn: api.traffic,
    enabled: useMay("watch"),
    select: ({ totals }) => ({ share: totals.sl.goal, within_s: totals.sl.threshold_s }),
    staleTime: Infinity,
  });
  return data ?? null;
}
