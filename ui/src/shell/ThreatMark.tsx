import { ExclamationmarkTriangleFillIcon } from "@navikt/aksel-icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";

import { guideApi } from "../api/guide";
import { useText } from "../common/settings";
import { useWho } from "../identity/session";

/** How many threats nobody has taken up in the unit that one leads; asked for on each new page and when the window is looked at. */
export function useThreats(): number {
  const who = useWho();
  const { pathname } = useLocation();
  const unit = who?.roles.includes("leader") ? who.unit : null;
  const { data, refetch } = useQuery({
    queryKey: ["team", unit],
    queryFn: () => guideApi.team(unit ?? ""),
    enabled: unit !== null,
    refetchOnMount: "always",
    retry: false,
  });
  useEffect(() => {
    if (unit === null) return;
    const ask = () => void refetch();
    ask();
    window.addEventListener("focus", ask);
    document.addEventListener("visibilitychange", ask);
    return () => {
      window.removeEventListener("focus", ask);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [pathname, unit, refetch]);
  return data?.threats.filter(({ seen }) => seen === null).length ?? 0;
}

/** A colleague was threatened: said on every page of a leader until somebody has taken it up. */
export function ThreatMark({ count }: { count: number }) {
  const t = useText();
  return (
    <span role="status" className="threat-mark">
      {count > 0 && (
        <Link to="/team" className="threat-mark__link">
          <ExclamationmarkTriangleFillIcon aria-hidden />
          {t.colleague.threats(count)}
        </Link>
      )}
    </span>
  );
}
