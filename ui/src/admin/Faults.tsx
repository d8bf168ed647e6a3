import { CheckmarkCircleIcon, ExclamationmarkTriangleIcon, XMarkOctagonIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Tag } from "@navikt/ds-react";

import type { Fault } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { sentence } from "./Changes";

/** What is wrong with the draft: where, what, and how to mend it. */
export function Faults({ faults, onGo }: { faults: Fault[]; onGo(line: number): void }) {
  const t = useText();
  const sorted = faults.toSorted((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning") || a.line - b.line);
  return (
    <section className="panel" aria-labelledby="faults-title">
      <Heading level="2" size="small" id="faults-title" spacing>
        {t.admin.faults.title}
      </Heading>
      {faults.length === 0 ? (
        <BodyShort className="with-icon">
          <CheckmarkCircleIcon aria-hidden /> {t.admin.faults.none}
        </BodyShort>
      ) : (
        <ul className="changes">
          {sorted.map((fault) => (
            <One key={`${fault.code}-${fault.line}-${fault.column}-${fault.what}`} fault={fault} onGo={onGo} />
          ))}
        </ul>
      )}
    </section>
  );
}

function One({ fault, onGo }: { fault: Fault; onGo(line: number): void }) {
  const t = useText();
  const format = useFormat();
  const isError = fault.severity === "error";
  return (
    <li className="fault">
      <div className="fault__head">
        <Tag
          size="xsmall"
          variant="moderate"
          data-color={isError ? "danger" : "warning"}
          icon={isError ? <XMarkOctagonIcon aria-hidden /> : <ExclamationmarkTriangleIcon aria-hidden />}
        >
          {t.admin.faults[fault.severity]}
        </Tag>
        <code>{fault.code}</code>
        <span className="subtle figure">{t.admin.faults.place(format.number(fault.line), format.number(fault.column))}</span>
        <Button size="xsmall" variant="tertiary" data-color="neutral" onClick={() => onGo(fault.line)}>
          {t.admin.faults.go(format.number(fault.line))}
        </Button>
      </div>
      <BodyShort>{sentence(fault.what)}</BodyShort>
      {fault.mend && (
        <BodyShort size="small">
          {t.admin.faults.help} {sentence(fault.mend)}
        </BodyShort>
      )}
    </li>
  );
}
