import {
  CheckmarkIcon,
  EnterIcon,
  HourglassIcon,
  MenuGridIcon,
  PauseIcon,
  PencilIcon,
  PhoneFillIcon,
  PhoneIcon,
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
} as const;

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
