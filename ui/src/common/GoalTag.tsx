import {
  CheckmarkCircleIcon,
  CircleSlashIcon,
  ExclamationmarkTriangleIcon,
  MinusCircleIcon,
  XMarkOctagonIcon,
} from "@navikt/aksel-icons";
import { Tag } from "@navikt/ds-react";

import type { GoalState } from "./goal";
import { useText } from "./settings";

const LOOK = {
  ok: { color: "neutral", Icon: CheckmarkCircleIcon },
  near: { color: "warning", Icon: ExclamationmarkTriangleIcon },
  past: { color: "danger", Icon: XMarkOctagonIcon },
  few: { color: "neutral", Icon: MinusCircleIcon },
  none: { color: "neutral", Icon: MinusCircleIcon },
  closed: { color: "neutral", Icon: CircleSlashIcon },
} as const;

/** A goal's state in words, with icon and colour to match. */
export function GoalTag({ state, size = "small" }: { state: GoalState; size?: "small" | "xsmall" }) {
  const t = useText();
  const { color, Icon } = LOOK[state];
  return (
    <Tag
      size={size}
      variant="moderate"
      data-color={color}
      className={`goal-tag goal-tag--${state}`}
      icon={<Icon aria-hidden />}
    >
      {t.goal[state]}
    </Tag>
  );
}
