import { Select, ToggleGroup } from "@navikt/ds-react";

import { DateField } from "../common/DateField";
import { useMedia, useText } from "../common/settings";
import { CUTS, type Period, PERIODS, type Wanted } from "./useFigures";

/** Which time, and broken down by what. */
export function Choices({ wanted }: { wanted: Wanted }) {
  const t = useText();
  const narrow = useMedia("(max-width: 47.99rem)");
  const { period } = t.figures;
  const setPeriod = (value: string) => wanted.set({ periode: value as Period, fra: wanted.from, til: wanted.to });
  return (
    <div className="choices-row">
      {narrow ? (
        <Select label={period.label} size="small" value={wanted.period} onChange={(event) => setPeriod(event.target.value)}>
          {PERIODS.map((each) => (
            <option key={each} value={each}>
              {period[each]}
            </option>
          ))}
        </Select>
      ) : (
        <ToggleGroup label={period.label} size="small" value={wanted.period} onChange={setPeriod}>
          {PERIODS.map((each) => (
            <ToggleGroup.Item key={each} value={each} label={period[each]} />
          ))}
        </ToggleGroup>
      )}
      {wanted.period === "egne" && (
        <>
          <DateField label={period.from} value={wanted.from} onChange={(fra) => wanted.set({ fra })} />
          <DateField
            label={period.to}
            value={wanted.to}
            error={wanted.days < 1 && period.wrong}
            onChange={(til) => wanted.set({ til })}
          />
        </>
      )}
      <Select
        label={t.figures.by.label}
        size="small"
        value={wanted.by}
        onChange={(event) => wanted.set({ del: event.target.value as Wanted["by"] })}
      >
        {CUTS.map((each) => (
          <option key={each} value={each}>
            {t.figures.by[each]}
          </option>
        ))}
      </Select>
    </div>
  );
}
