import { BodyShort, Button, InlineMessage, Modal, TextField } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";

import { api } from "../../api/client";
import type { Plan } from "../../api/types";
import { useFormat, useText } from "../../common/settings";
import { useAction } from "../../desk/useAction";

/** Says what will happen to citizens before it does, and asks why. */
export function PlanDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const t = useText();
  const queries = useQueryClient();
  const form = useId();
  const [why, setWhy] = useState("");
  const [missing, setMissing] = useState(false);
  const { run, busy, failure } = useAction();
  const turnsOn = !plan.on;
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    const said = why.trim();
    setMissing(said === "");
    if (said === "") return;
    void run("switch", async () => {
      await api.switchPlan(plan.id, turnsOn, said);
      await queries.invalidateQueries({ queryKey: ["plans"] });
      onClose();
    });
  };
  return (
    <Modal
      open
      onClose={onClose}
      header={{ heading: turnsOn ? t.control.plans.dialogOn(plan.name) : t.control.plans.dialogOff(plan.name) }}
      width="medium"
    >
      <Modal.Body>
        <form id={form} onSubmit={confirm} className="control__form">
          <BodyShort weight="semibold">{turnsOn ? t.control.plans.willHappen : t.control.plans.willEnd}</BodyShort>
          <ol className="plan__steps">
            {plan.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <Details plan={plan} />
          <BodyShort size="small">{t.control.plans.keepPlace}</BodyShort>
          <TextField
            label={t.control.plans.why}
            description={t.control.plans.whyHint}
            value={why}
            error={missing && why.trim() === "" && t.control.plans.whyMissing}
            onChange={(event) => setWhy(event.target.value)}
          />
          {failure && (
            <InlineMessage status="error" role="alert">
              {failure}
            </InlineMessage>
          )}
        </form>
      </Modal.Body>
      <Modal.Footer>
        <Button type="submit" form={form} loading={busy !== null}>
          {turnsOn ? t.control.plans.confirmOn : t.control.plans.confirmOff}
        </Button>
        <Button type="button" variant="secondary" data-color="neutral" onClick={onClose}>
          {t.control.plans.cancel}
        </Button>
      </Modal.Footer>
    </Modal>
  );
}

function Details({ plan }: { plan: Plan }) {
  const t = useText();
  const format = useFormat();
  const asked = plan.asked.map(({ wanted, activity, unit }) =>
    [format.number(wanted), t.work.request.doing[activity], unit?.name].filter(Boolean).join(" "),
  );
  const rows: [string, string][] = [
    [t.control.plans.message, plan.message ? `«${plan.message}»` : ""],
    [t.control.plans.callbackOnly, plan.callback_only.map(({ name }) => name).join(", ")],
    [t.control.plans.asked, asked.join(", ")],
  ];
  const told = rows.filter(([, value]) => value !== "");
  if (told.length === 0) return null;
  return (
    <dl className="facts">
      {told.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
