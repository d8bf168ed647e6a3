import { Select } from "@navikt/ds-react";

import { useText } from "../common/settings";
import { CommitField } from "./CommitField";

const UNITS = { d: 86_400, h: 3600, m: 60, s: 1 } as const;
type Unit = keyof typeof UNITS;
const NAMES: Unit[] = ["s", "m", "h", "d"];

interface Props {
  label: string;
  seconds: number;
  hideLabel?: boolean;
  /** A span of time as the description writes it: `45s`, `5m`, `2d`. */
  onCommit(text: string): void;
}

/** A span of time as a number and a unit, the largest that it is a whole number of. */
export function DurationField({ label, seconds, hideLabel = false, onCommit }: Props) {
  const t = useText();
  const words = t.admin.duration;
  const unit = (Object.keys(UNITS) as Unit[]).find((each) => seconds > 0 && seconds % UNITS[each] === 0) ?? "s";
  const amount = String(seconds / UNITS[unit]);
  return (
    <div className="admin__duration">
      <CommitField
        label={label}
        hideLabel={hideLabel}
        inputMode="numeric"
        htmlSize={4}
        value={amount}
        check={(value) => (/^[1-9]\d{0,6}$/.test(value) ? null : words.wrong)}
        onCommit={(value) => onCommit(`${value}${unit}`)}
      />
      <Select
        label={words.unit(label)}
        hideLabel
        size="small"
        value={unit}
        onChange={(event) => onCommit(`${amount}${event.target.value}`)}
      >
        {NAMES.map((each) => (
          <option key={each} value={each}>
            {words.units[each]}
          </option>
        ))}
      </Select>
    </div>
  );
}
