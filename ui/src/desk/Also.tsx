import { Checkbox, CheckboxGroup } from "@navikt/ds-react";

import { api } from "../api/client";
import type { Activity, Adviser } from "../api/types";
import { useText } from "../common/settings";
import type { Doing } from "./Desk";

const CHANNELS = ["voice", "chat", "message", "task"];
/** The channel that comes with an activity, which need not be chosen besides. */
const GIVES: Partial<Record<Activity, string>> = { phone: "voice", chat: "chat", written: "message", tasks: "task" };

/** What the adviser takes besides the activity, when the lines are quiet. */
export function Also({ adviser, run }: Doing & { adviser: Adviser }) {
  const t = useText();
  const given = adviser.activity === null ? undefined : GIVES[adviser.activity];
  const choices = CHANNELS.filter((channel) => channel !== given);
  return (
    <CheckboxGroup
      legend={t.work.also.title}
      description={t.work.also.says}
      size="small"
      value={adviser.also}
      onChange={(channels: string[]) => void run("also", () => api.also(adviser.id, channels))}
    >
      {choices.map((channel) => (
        <Checkbox key={channel} value={channel}>
          {t.work.also.options[channel] ?? channel}
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}
