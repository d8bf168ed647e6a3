import { Checkbox, CheckboxGroup } from "@navikt/ds-react";
import { useEffect, useState } from "react";

import { api } from "../api/client";
import type { Activity, Adviser } from "../api/types";
import { useText } from "../common/settings";
import type { Doing } from "./Desk";

const CHANNELS = ["voice", "chat", "message", "task"];
/** The channel that comes with an activity, which need not be chosen besides. */
const GIVES: Partial<Record<Activity, string>> = { phone: "voice", chat: "chat", written: "message", tasks: "task" };

const sorted = (channels: readonly string[]) => [...channels].sort().join(" ");

/** What the adviser takes besides the activity, when the lines are quiet. */
export function Also({ adviser, run }: Doing & { adviser: Adviser }) {
  const t = useText();
  const given = adviser.activity === null ? undefined : GIVES[adviser.activity];
  const choices = CHANNELS.filter((channel) => channel !== given);
  // What was ticked shows at once; the server's word takes over when it comes, or when it refuses.
  const known = sorted(adviser.also);
  const [ticked, setTicked] = useState<string[] | null>(null);
  useEffect(() => {
    if (ticked !== null && sorted(ticked) === known) setTicked(null);
  }, [known, ticked]);
  const choose = (channels: string[]) => {
    setTicked(channels);
    void run(`also ${channels.join(" ")}`, () =>
      api.also(adviser.id, channels).catch((error: unknown) => {
        setTicked(null);
        throw error;
      }),
    );
  };

  return (
    <CheckboxGroup
      legend={t.work.also.title}
      description={t.work.also.says}
      size="small"
      value={ticked ?? adviser.also}
      onChange={choose}
    >
      {choices.map((channel) => (
        <Checkbox key={channel} value={channel}>
          {t.work.also.options[channel] ?? channel}
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}
