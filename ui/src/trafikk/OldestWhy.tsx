import { QuestionmarkDiamondIcon } from "@navikt/aksel-icons";
import { BodyShort, Button } from "@navikt/ds-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "../api/client";
import { useText } from "../common/settings";
import { useAction } from "../desk/useAction";

/** Leads to the explanation of whoever has waited longest in a queue; asks who that is only when wanted. */
export function OldestWhy({ queue }: { queue: string }) {
  const t = useText();
  const navigate = useNavigate();
  const [none, setNone] = useState(false);
  const { run, busy, failure } = useAction();
  const go = () =>
    void run("oldest", async () => {
      const { items } = await api.waitingIn(queue);
      const oldest = items.reduce<(typeof items)[number] | null>(
        (found, each) => (found === null || (each.enqueued ?? "") < (found.enqueued ?? "") ? each : found),
        null,
      );
      setNone(oldest === null);
      if (oldest) await navigate({ to: "/henvendelse/$id/hvorfor", params: { id: oldest.id } });
    });
  return (
    <div className="oldest-why">
      <Button
        size="small"
        variant="secondary"
        data-color="neutral"
        icon={<QuestionmarkDiamondIcon aria-hidden />}
        loading={busy !== null}
        onClick={go}
      >
        {t.why.oldest}
      </Button>
      {(none || failure) && <BodyShort size="small">{failure ?? t.why.oldestNone}</BodyShort>}
    </div>
  );
}
