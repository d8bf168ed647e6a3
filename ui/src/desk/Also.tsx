import { Checkbox, CheckboxGroup } from "@navikt/ds-react";

import { next } from "../api/next";
import type { Adviser } from "../api/types";
import { useText } from "../common/settings";
import type { Doing } from "./Desk";

/** What the adviser takes besides the activity, when the lines are quiet. */
export function Also({ adviser, choices, run }: Doing & { adviser: Adviser; choices: string[] }) {
  const t = useText();
  if (choices.length === 0) return null;
  return (
    <CheckboxGroup
      legend={t.work.also.title}
      description={t.work.also.says}
      size="small"
      value={adviser.also ?? []}
      onChange={(channels: string[]) => void run("also", () => next.also(adviser.id, channels))}
    >
      {choices.map((channel) => (
        <Checkbox key={channel} value={channel}>
          {t.work.also.options[channel] ?? channel}
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}
