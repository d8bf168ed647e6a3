import { BodyLong, BodyShort, Heading, Skeleton } from "@navikt/ds-react";

import type { Figures } from "../api/types";
import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { useTitle } from "../common/title";
import { Waiting } from "../common/Waiting";
import { RepeatsPanel } from "../guide/RepeatsPanel";
import { useMay } from "../identity/session";
import { AllFigures } from "./AllFigures";
import { Breakdown } from "./Breakdown";
import { Choices } from "./Choices";
import { Curves } from "./Curves";
import { Levels } from "./Levels";
import { MainFigures } from "./MainFigures";
import { useFigures, useWanted, type Wanted } from "./useFigures";

/** *Tall*: how did it go, by which formula, and what would another formula have said of the same day? */
export function FiguresPage() {
  const t = useText();
  useTitle(t.figures.title);
  const wanted = useWanted();
  const watches = useMay("watch");
  const { table, time } = useFigures(wanted);
  return (
    <div className="page figures">
      <div>
        <Heading level="1" size="large">
          {t.figures.title}
        </Heading>
        <BodyLong className="lead">{t.figures.lead}</BodyLong>
      </div>
      <Choices wanted={wanted} />
      {table.isPending && wanted.days >= 1 && (
        <Waiting>
          <Skeleton variant="rounded" height="24rem" />
        </Waiting>
      )}
      {table.isError && (
        <LoadFailed source={t.figures.source} error={table.error} onRetry={() => void table.refetch()} />
      )}
      {table.data && <Shown wanted={wanted} table={table.data} time={time.data ?? null} />}
      {watches && <RepeatsPanel />}
    </div>
  );
}

function Shown({ wanted, table, time }: { wanted: Wanted; table: Figures; time: Figures | null }) {
  const t = useText();
  if ((table.total.counts.offered ?? 0) === 0) return <BodyShort className="empty">{t.figures.empty}</BodyShort>;
  return (
    <>
      <MainFigures figures={table} time={time} level={wanted.level} />
      <div className="figures__columns">
        <Levels figures={table} wanted={wanted} />
        <Curves time={time} wanted={wanted} />
      </div>
      <Breakdown figures={table} wanted={wanted} />
      <AllFigures figures={table} />
    </>
  );
}
