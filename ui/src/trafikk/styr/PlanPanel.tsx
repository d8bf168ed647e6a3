import { BodyLong, BodyShort, Button, Heading, Tag } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "../../api/client";
import type { Plan } from "../../api/types";
import { Loaded } from "../../common/Loaded";
import { useFormat, useText } from "../../common/settings";
import { PlanDialog } from "./PlanDialog";

/** *Beredskapsplan*: what each plan does, whether it is on, and the switch. */
export function PlanPanel() {
  const t = useText();
  const plans = useQuery({ queryKey: ["plans"], queryFn: api.plans });
  const [chosen, setChosen] = useState<Plan | null>(null);
  return (
    <>
      <BodyLong size="small" spacing>
        {t.control.plans.lead}
      </BodyLong>
      <Loaded query={plans} source={t.control.plans.source}>
        {({ items }) =>
          items.length === 0 ? (
            <BodyShort className="empty">{t.control.plans.empty}</BodyShort>
          ) : (
            <ul className="plans">
              {items.map((plan) => (
                <Row key={plan.id} plan={plan} onSwitch={() => setChosen(plan)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {chosen && <PlanDialog plan={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function Row({ plan, onSwitch }: { plan: Plan; onSwitch(): void }) {
  const t = useText();
  const format = useFormat();
  return (
    <li className={plan.on ? "plan plan--on" : "plan"} data-plan={plan.id} data-on={plan.on}>
      <div className="request-list__head">
        <Heading level="3" size="xsmall">
          {plan.name}
        </Heading>
        <Tag size="small" variant="moderate" data-color={plan.on ? "warning" : "neutral"}>
          {plan.on ? t.control.plans.isOn : t.control.plans.isOff}
        </Tag>
      </div>
      {plan.on && plan.since && (
        <BodyShort size="small">
          {t.control.plans.since(format.time(plan.since), plan.by)}
          {plan.why && `: «${plan.why}»`}
        </BodyShort>
      )}
      <ol className="plan__steps" aria-label={t.control.plans.steps}>
        {plan.steps.map((step, place) => (
          <li key={step}>
            {step}
            {plan.step_notes[place] && (
              <BodyShort size="small" weight="semibold" data-note>
                {plan.step_notes[place]}
              </BodyShort>
            )}
          </li>
        ))}
      </ol>
      <Button size="small" variant={plan.on ? "primary" : "secondary"} data-color="neutral" onClick={onSwitch}>
        {plan.on ? t.control.plans.switchOff : t.control.plans.switchOn}
      </Button>
    </li>
  );
}
