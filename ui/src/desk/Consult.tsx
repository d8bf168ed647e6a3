import { PersonHeadsetIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Radio, RadioGroup } from "@navikt/ds-react";
import { useState } from "react";

import { api } from "../api/client";
import type { DeskContact, Target } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { useExpectedText } from "../common/useExpectedText";
import type { Doing } from "./Desk";

/** Whom one may ask about this contact, and how long it takes before somebody answers. */
export function AskExpert({ contact, run, busy }: Doing & { contact: DeskContact }) {
  const t = useText();
  const [chosen, setChosen] = useState("");
  const describe = useTargetText();
  const targets = contact.consults;
  const open = targets.filter((each) => !each.been_there);
  const seen = targets.filter((each) => each.been_there);
  return (
    <form
      className="transfer transfer--tall"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== "") void run("consult", () => api.consult(contact.id, chosen));
      }}
    >
      {targets.length === 0 && <BodyShort className="empty">{t.work.consult.empty}</BodyShort>}
      {open.length > 0 && (
        <>
          <RadioGroup
            legend={t.work.consult.choose}
            description={t.work.consult.says}
            size="small"
            value={chosen}
            onChange={setChosen}
            className="consult__choices"
          >
            {open.map((each) => (
              <Radio key={each.queue} value={each.queue} description={describe(each)}>
                {each.name}
              </Radio>
            ))}
          </RadioGroup>
          <Button
            size="small"
            type="submit"
            icon={<PersonHeadsetIcon aria-hidden />}
            disabled={chosen === ""}
            loading={busy === "consult"}
          >
            {t.work.consult.do}
          </Button>
        </>
      )}
      {seen.length > 0 && (
        <BodyShort size="small" className="subtle">
          {t.work.consult.beenThere(seen.map((each) => each.name))}
        </BodyShort>
      )}
    </form>
  );
}

/** `2 ledig · svar: straks` */
export function useTargetText(): (target: Target) => string {
  const t = useText();
  const format = useFormat();
  const expectedText = useExpectedText();
  return (target) =>
    [
      target.free > 0 ? t.work.consult.free(format.number(target.free)) : t.work.consult.freeNobody,
      target.waiting > 0 && t.work.consult.waiting(format.number(target.waiting)),
      t.work.consult.expected(expectedText(target.expected_wait_s)),
    ]
      .filter(Boolean)
      .join(" · ");
}
