import { ExternalLinkIcon, PersonHeadsetIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Link as AkselLink } from "@navikt/ds-react";

import { api } from "../api/client";
import type { Adviser } from "../api/types";
import { useText } from "../common/settings";
import type { Doing } from "./Desk";

/** When nothing is here: why not, and how something comes. */
export function Idle({ adviser, run, busy }: Doing & { adviser: Adviser }) {
  const t = useText();
  const { activity, not_ready_reason: reason } = adviser;
  const isReady = adviser.state === "ready";
  const isPaused = adviser.state === "not_ready" && activity === "phone";
  const text = () => {
    if (isReady) return t.desk.idle.ready;
    if (isPaused) return [reason && (t.desk.reason[reason] ?? reason), t.desk.notReady].filter(Boolean).join(" ");
    if (activity === null || activity === "phone") return t.desk.idle.none;
    return t.desk.idle.notServing(t.desk.activity[activity]);
  };
  return (
    <section className={isPaused ? "idle idle--paused" : "idle"} aria-labelledby="idle-title">
      <Heading level="2" size="medium" id="idle-title">
        {t.desk.idle.title}
      </Heading>
      <BodyShort>{text()}</BodyShort>
      {!isReady && (
        <Button
          icon={<PersonHeadsetIcon aria-hidden />}
          loading={busy === "phone"}
          onClick={() => void run("phone", () => api.setActivity(adviser.id, "phone"))}
        >
          {isPaused ? t.desk.readyAgain : t.desk.idle.startPhone}
        </Button>
      )}
      <BodyShort size="small" className="subtle">
        {t.desk.idle.try}{" "}
        <AkselLink href="/demo#ring-inn" target="_blank">
          {t.desk.idle.ring}
          <ExternalLinkIcon aria-hidden />
        </AkselLink>
      </BodyShort>
    </section>
  );
}
