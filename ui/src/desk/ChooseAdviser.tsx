import {
  BodyLong,
  BodyShort,
  Button,
  Heading,
  LocalAlert,
  Radio,
  RadioGroup,
  Skeleton,
  VStack,
} from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

import { api } from "../api/client";
import type { Adviser } from "../api/types";
import { LoadFailed } from "../common/LoadFailed";
import { useText } from "../common/settings";
import { Waiting } from "../common/Waiting";
import { useWho } from "../identity/session";
import { useAction } from "./useAction";

const SHOWN_MAX = 12;
const EXPERTS_MAX = 6;
const RENEW_MS = 5_000;

/** Opens one's own desk. Whoever speaks for others, as a program of the demo does, chooses whose. */
export function ChooseAdviser({ onStart, ended }: { onStart(session: string): void; ended: boolean }) {
  const t = useText();
  const free = useQuery({
    queryKey: ["advisers", "free"],
    queryFn: api.freeAdvisers,
    refetchInterval: RENEW_MS,
  });
  const who = useWho();
  const own = who && !who.roles.includes("program") ? who.ident : null;
  const items = (free.data?.items ?? []).filter((adviser) => own === null || adviser.id === own);
  const isElsewhere = free.data !== undefined && items.length === 0 && own !== null && who?.has_desk === true;
  return (
    <div className="page page--text">
      <VStack gap="space-20">
        <div>
          <Heading level="1" size="large" spacing>
            {isElsewhere ? t.desk.title : t.desk.choose.title}
          </Heading>
          {!isElsewhere && <BodyLong>{t.desk.choose.lead}</BodyLong>}
        </div>
        {ended && (
          <LocalAlert status="announcement">
            <LocalAlert.Header>
              <LocalAlert.Title>{t.desk.choose.ended}</LocalAlert.Title>
            </LocalAlert.Header>
          </LocalAlert>
        )}
        {free.isPending && (
          <Waiting>
            <Skeleton variant="rounded" height="16rem" />
          </Waiting>
        )}
        {free.isError && (
          <LoadFailed source={t.source.advisers} error={free.error} onRetry={() => void free.refetch()} />
        )}
        {isElsewhere && <OpenElsewhere adviser={own} onStart={onStart} />}
        {free.data && items.length === 0 && !isElsewhere && (
          <BodyShort className="empty">{t.desk.choose.empty}</BodyShort>
        )}
        {free.data && items.length > 0 && (
          <ChoiceForm
            advisers={items.filter((adviser) => !adviser.expert).slice(0, SHOWN_MAX)}
            experts={items.filter((adviser) => adviser.expert).slice(0, EXPERTS_MAX)}
            first={own ?? ""}
            onStart={onStart}
            onTaken={() => void free.refetch()}
          />
        )}
      </VStack>
    </div>
  );
}

/** Somebody who is not free at their own desk has it open already: this tab joins. */
function OpenElsewhere({ adviser, onStart }: { adviser: string; onStart(session: string): void }) {
  const t = useText();
  const { run, busy, failure } = useAction();
  return (
    <LocalAlert status="announcement">
      <LocalAlert.Header>
        <LocalAlert.Title>{t.tabs.elsewhere.title}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <BodyLong spacing>{t.tabs.elsewhere.says}</BodyLong>
        {failure && <BodyShort spacing>{failure}</BodyShort>}
        <Button
          size="small"
          loading={busy !== null}
          onClick={() => void run("join", async () => onStart((await api.openDesk(adviser)).session))}
        >
          {t.tabs.elsewhere.open}
        </Button>
      </LocalAlert.Content>
    </LocalAlert>
  );
}

interface FormProps {
  advisers: Adviser[];
  experts: Adviser[];
  /** Chosen to begin with. */
  first: string;
  onStart(session: string): void;
  onTaken(): void;
}

function ChoiceForm({ advisers, experts, first, onStart, onTaken }: FormProps) {
  const t = useText();
  const [chosen, setChosen] = useState(first);
  const [missing, setMissing] = useState(false);
  const { run, busy, failure } = useAction();
  const stillThere = [...advisers, ...experts].some((adviser) => adviser.id === chosen);

  const choose = (adviser: string) => {
    setChosen(adviser);
    setMissing(false);
  };
  const start = (event: FormEvent) => {
    event.preventDefault();
    if (!stillThere) {
      setMissing(true);
      return;
    }
    void run("start", async () => {
      try {
        onStart((await api.openDesk(chosen)).session);
      } catch (error) {
        onTaken();
        throw error;
      }
    });
  };

  return (
    <form onSubmit={start}>
      <VStack gap="space-20" align="start">
        {advisers.length > 0 && (
          <Choices
            title={t.desk.choose.list}
            advisers={advisers}
            chosen={stillThere ? chosen : ""}
            onChoose={choose}
            error={missing && !stillThere ? t.desk.choose.pick : failure}
          />
        )}
        {experts.length > 0 && (
          <Choices
            title={t.desk.choose.experts}
            about={t.desk.choose.expertsAre}
            advisers={experts}
            chosen={stillThere ? chosen : ""}
            onChoose={choose}
          />
        )}
        <Button type="submit" loading={busy !== null}>
          {t.desk.choose.be}
        </Button>
      </VStack>
    </form>
  );
}

interface ChoicesProps {
  title: string;
  about?: string;
  advisers: Adviser[];
  chosen: string;
  onChoose(adviser: string): void;
  error?: ReactNode;
}

function Choices({ title, about, advisers, chosen, onChoose, error }: ChoicesProps) {
  const t = useText();
  return (
    <RadioGroup legend={title} description={about} value={chosen} onChange={onChoose} error={error} className="choices">
      {advisers.map((adviser) => (
        <Radio key={adviser.id} value={adviser.id} description={describe(adviser, t.desk.choose.phone)}>
          {adviser.name}
        </Radio>
      ))}
    </RadioGroup>
  );
}

function describe(adviser: Adviser, phone: string): string {
  return [adviser.id, adviser.unit?.name, adviser.phone ? phone : ""].filter(Boolean).join(" · ");
}
