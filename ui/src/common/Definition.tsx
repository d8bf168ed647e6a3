import { InformationSquareIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Detail, Popover } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { api } from "../api/client";
import type { MeasureDefinition } from "../api/types";
import { useText } from "./settings";

interface Props {
  name: string;
  /** What it means, in the page's own words, until the server's definition is here. */
  text: string;
  /** The server's id of the measure. */
  measure?: string;
  formula?: string;
  extra?: string;
}

/** What a figure means, one click away. */
export function Definition({ name, text, measure, formula, extra }: Props) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const told = useDefinition(measure, open);
  const shownFormula = formula ?? told?.formula;
  return (
    <>
      <Button
        ref={button}
        size="xsmall"
        variant="tertiary"
        data-color="neutral"
        icon={<InformationSquareIcon title={t.traffic.definitionOf(name)} />}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
      <Popover anchorEl={button.current} open={open} onClose={() => setOpen(false)} placement="bottom-end">
        <Popover.Content className="definition">
          <BodyShort size="small">{told?.text ?? text}</BodyShort>
          {shownFormula && (
            <BodyShort size="small">
              <strong>{t.traffic.formula}:</strong> {shownFormula}
            </BodyShort>
          )}
          {extra && <BodyShort size="small">{extra}</BodyShort>}
          {told?.source && (
            <Detail textColor="subtle">
              {t.traffic.definitionSource}: {told.source}
            </Detail>
          )}
        </Popover.Content>
      </Popover>
    </>
  );
}

function useDefinition(measure: string | undefined, wanted: boolean): MeasureDefinition | undefined {
  const { data } = useQuery({
    queryKey: ["definitions"],
    queryFn: api.definitions,
    staleTime: Infinity,
    enabled: wanted && measure !== undefined,
  });
  return data?.find((each) => each.id === measure);
}
