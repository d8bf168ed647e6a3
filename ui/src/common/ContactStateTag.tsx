import {
  CheckmarkIcon,
  EnterIcon,
  HourglassIcon,
  InboxDownIcon,
  MenuGridIcon,
  PauseIcon,
  PencilIcon,
  PersonHeadsetIcon,
  PhoneFillIcon,
  PhoneIcon,
  TimerPauseIcon,
} from "@navikt/aksel-icons";
import { Tag } from "@navikt/ds-react";

import type { ContactState } from "../api/types";
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
  parked: { color: "info", Icon: TimerPauseIcon },
  consulting: { color: "warning", Icon: PersonHeadsetIcon },
} as const satisfies Record<ContactState, unknown>;

/** Where a contact is, in words, with icon and colour to match. */
export function ContactStateTag({ state }: { state: ContactState }) {
  const t = useText();
  const { color, Icon } = LOOK[state];
  return (
    <Tag size="small" variant="moderate" data-color={color} icon={<Icon aria-hidden />}>
      {t.contactState[state]}
    </Tag>
  );
}
