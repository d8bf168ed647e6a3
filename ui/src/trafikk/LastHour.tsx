import { BodyShort, Heading } from "@navikt/ds-react";
import { memo } from "react";

import type { Minute } from "../api/types";
import { useText } from "../common/settings";
import { HourChart } from "./HourChart";
import { HourTable } from "./HourTable";

/** The last hour of the whole centre, as lines and as a table. */
export const LastHour = memo(function LastHour({ hour, threshold }: { hour: Minute[]; threshold: number }) {
  const t = useText();
  const quiet = hour.every((minute) => minute.offered === 0 && minute.waiting === 0);
  return (
    <section className="panel" aria-labelledby="hour-title">
      <div className="panel__head">
        <Heading level="2" size="small" id="hour-title">
          {t.traffic.hour.title}
        </Heading>
        <BodyShort size="small" className="subtle">
          {t.traffic.hour.label}
        </BodyShort>
      </div>
      {quiet ? (
        <BodyShort className="empty">{t.traffic.hour.empty}</BodyShort>
      ) : (
        <>
          <HourChart minutes={hour} height={240} />
          <HourTable minutes={hour} threshold={threshold} />
        </>
      )}
    </section>
  );
});
