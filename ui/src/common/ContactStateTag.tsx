import {
  CheckmarkIcon,
  EnterIcon,
  HourglassIcon,
  InboxDownIcon,
  MenuGridIcon,
  PauseIcon,
  PencilIcon,
  PhoneFillIcon,
  PhoneIcon,
  TimerPauseIcon,
} from "@navikt/aksel-icons";
import { Tag } from "@navikt/ds-react";

import type { Place } from "../api/next";
import { useText } from "./settings";

const LOOK = {
  created: { color: "neutral", Icon: EnterIcon },
  in_ivr: { color: "neutral", Icon: MenuGridIcon },
  queued: { color: "info", Icon: HourglassIcon },
  offered: { color: "warning", Icon: PhoneIcon },
  active: { color: "success", Icon: PhoneFillIcon },
  held: { color: "warning", Icon: PauseIcon },
  wrap_up: { color: "info", Icon: PencilIcon },
  closed: { color: "neutral", Icon: CheckmarkIcon },
  set_aside: { color: "neutral", Icon: InboxDownIcon },
  dialling: { color: "warning", Icon: PhoneIcon },
  callback: { color: "info", Icon: TimerPauseIcon },
} as const satisfies Record<Place, unknown>;

/** Where a contact is, in words, with icon and colour to match. */
export function ContactStateTag({ state }: { state: Place }) {
  const t = useText();
  const { color, Icon } = LOOK[state] ?? LOOK.created;
  return (
    <Tag size="small" variant="moderate" data-color={color} icon={<Icon aria-hidden />}>
      {t.contactState[state] ?? state}
    </Tag>
  );
}
