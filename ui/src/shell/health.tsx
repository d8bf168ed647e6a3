/**
 * The centre's clock, and whether its store works, on every page.
 * Trafikkbilde has a stream of its own and reports through `report`; the other pages ask now and then.
 */
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

import { api } from "../api/client";
import { connection } from "../api/connection";
import type { Clock, TrafficView } from "../api/types";
import { setClock } from "../common/clock";
import { mayOpen } from "../identity/pages";
import { useWho } from "../identity/session";

const ASK_EVERY_MS = 15_000;

type Store = TrafficView["store"];

interface Health {
  clock: Clock | null;
  clockFailed: boolean;
  store: Store | null;
  report(store: Store): void;
}

const HealthContext = createContext<Health>({
  clock: null,
  clockFailed: false,
  store: null,
  report: () => undefined,
});

export function HealthProvider({ children }: { children: ReactNode }) {
  const [store, setStore] = useState<Store | null>(null);
  const { pathname } = useLocation();
  const who = useWho();
  const clock = useQuery({ queryKey: ["clock"], queryFn: api.clock, refetchInterval: ASK_EVERY_MS });
  const asked = useQuery({
    queryKey: ["health"],
    queryFn: api.traffic,
    select: (view) => view.store,
    refetchInterval: ASK_EVERY_MS,
    enabled: pathname !== "/trafikk" && mayOpen("/trafikk", who?.roles),
  });

  useEffect(() => {
    if (clock.data) setClock(clock.data);
  }, [clock.data]);
  useEffect(() => {
    if (asked.data) setStore(asked.data);
  }, [asked.data]);
  const unreachable = clock.isRefetchError;
  useEffect(() => {
    if (unreachable) connection.down("clock");
    else connection.up("clock");
  }, [unreachable]);

  const health = useMemo(
    () => ({ clock: clock.data ?? null, clockFailed: clock.isError, store, report: setStore }),
    [clock.data, clock.isError, store],
  );
  return <HealthContext value={health}>{children}</HealthContext>;
}

export function useHealth(): Health {
  return useContext(HealthContext);
}
