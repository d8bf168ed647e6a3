import { BodyShort, Button, Heading, Tag } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { useId } from "react";

import { type Afterwards, guideApi, type PromiseRow } from "../api/guide";
import { Loaded } from "../common/Loaded";
import { useFormat, useText } from "../common/settings";
import { BrokenRow } from "./BrokenOff";
import { LeftDrafts } from "./LeftDrafts";
import { useAfterwards } from "./useAfterwards";

const COLOR: Record<string, "neutral" | "success" | "warning" | "danger"> = {
  open: "neutral",
  kept: "success",
  late: "warning",
  broken: "danger",
};

interface Props {
  adviser: string;
  /** Contacts that the adviser has now: their drafts are not left over. */
  inHand: string[];
  /** Opens a left-over draft; null while something else is in hand. */
  onOpen: ((contact: string) => void) | null;
}

/** *Etterpå*: promises, tasks and drafts that are left. Kept or broken is said in the open. */
export function AfterwardsPanel({ adviser, inHand, onOpen }: Props) {
  const t = useText();
  const title = useId();
  const query = useAfterwards(adviser);
  return (
    <section className="panel guide" aria-labelledby={title} data-afterwards>
      <Heading level="2" size="xsmall" id={title}>
        {t.guide.afterwards.title}
      </Heading>
      <Loaded query={query} source={t.guide.source.afterwards} height="4rem">
        {(left) => <Left left={left} inHand={inHand} onOpen={onOpen} />}
      </Loaded>
    </section>
  );
}

function Left({ left, inHand, onOpen }: Omit<Props, "adviser"> & { left: Afterwards }) {
  const t = useText();
  const format = useFormat();
  const promises = left.promises.filter((promise) => promise.can_end).concat(left.promises.filter((promise) => !promise.can_end).slice(0, 3));
  const { broken } = left;
  const drafts = left.drafts.filter(({ contact }) => !inHand.includes(contact) && contact !== broken?.contact);
  const erased = left.erased ?? [];
  const isEmpty =
    broken === null && erased.length === 0 && promises.length === 0 && left.tasks.length === 0 && drafts.length === 0 && left.failed.length === 0;
  return (
    <>
      {isEmpty && <BodyShort size="small">{t.guide.afterwards.empty}</BodyShort>}
      {broken && <BrokenRow broken={broken} onOpen={onOpen} />}
      <LeftDrafts drafts={drafts} onOpen={onOpen} />
      {promises.length > 0 && (
        <>
          <Heading level="3" size="xsmall">
            {t.guide.afterwards.promises}
          </Heading>
          <ul className="guide__left">
            {promises.map((promise) => (
              <Promised key={promise.id} promise={promise} />
            ))}
          </ul>
        </>
      )}
      {left.tasks.length > 0 && (
        <>
          <Heading level="3" size="xsmall">
            {t.guide.afterwards.tasks}
          </Heading>
          <ul className="guide__left">
            {left.tasks.slice(0, 5).map((task) => (
              <li key={task.id}>
                <span>{task.text}</span>
                <span className="subtle">
                  {task.done === null
                    ? t.guide.afterwards.taskOpen(task.unit.name, format.dayMonth(`${task.due}T12:00:00`))
                    : t.guide.afterwards.taskDone}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Erased erased={erased} />
      {left.failed.length > 0 && (
        <BodyShort size="small" className="subtle">
          {t.person.failed.title(left.failed.map(({ register }) => t.person.failed.names[register] ?? register).join(", "))}
        </BodyShort>
      )}
    </>
  );
}

/** What vanished with an erased person: in place of the words, why they are gone. */
function Erased({ erased }: { erased: NonNullable<Afterwards["erased"]> }) {
  const words = useText().colleague.gone;
  const format = useFormat();
  if (erased.length === 0) return null;
  return (
    <>
      <Heading level="3" size="xsmall">
        {words.title}
      </Heading>
      <ul className="guide__left">
        {erased.map(({ what, made }, index) => (
          <li key={index} data-erased={what}>
            <span>{words[what](format.dayMonth(made))}</span>
            <span className="subtle">{words.why}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Promised({ promise }: { promise: PromiseRow }) {
  const t = useText();
  const format = useFormat();
  const queries = useQueryClient();
  const end = async (kept: boolean) => {
    await guideApi.endPromise(promise.id, kept);
    void queries.invalidateQueries({ queryKey: ["afterwards"] });
  };
  return (
    <li data-promise={promise.id}>
      <span>{promise.text ?? t.guide.afterwards.erased}</span>
      <span className="guide__facts">
        <span className="subtle">{t.guide.afterwards.due(format.dayMonth(`${promise.due}T12:00:00`))}</span>
        <Tag size="xsmall" variant="outline" data-color={COLOR[promise.state] ?? "neutral"}>
          {t.guide.afterwards.state[promise.state]}
        </Tag>
      </span>
      {promise.can_end && (
        <span className="guide__buttons">
          <Button size="xsmall" variant="secondary" data-color="neutral" onClick={() => void end(true)}>
            {t.guide.afterwards.kept}
          </Button>
          <Button size="xsmall" variant="tertiary" data-color="neutral" onClick={() => void end(false)}>
            {t.guide.afterwards.notKept}
          </Button>
        </span>
      )}
    </li>
  );
}
