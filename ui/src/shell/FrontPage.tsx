import { Navigate } from "@tanstack/react-router";

import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { useQueryClient } from "@tanstack/react-query";
import { useHealth } from "./health";

/** The front page sends people on: to the demo where it is one, else to Trafikkbilde. */
export function FrontPage() {
  const t = useText();
  const queries = useQueryClient();
  const { clock, clockFailed } = useHealth();
  if (clock) return <Navigate to={clock.mode === "demo" ? "/demo" : "/trafikk"} replace />;
  if (!clockFailed) return null;
  return (
    <div className="page">
      <LoadFailed source={t.source.clock} onRetry={() => void queries.refetchQueries({ queryKey: ["clock"] })} />
    </div>
  );
}
