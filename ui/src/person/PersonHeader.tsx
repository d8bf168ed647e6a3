import { BodyShort, Button, CopyButton, Heading, HStack, Tag } from "@navikt/ds-react";
import { useState } from "react";

import type { Level, PersonView } from "../api/people";
import { useFormat, useSettings, useText } from "../common/settings";
import { FailedRegisters } from "./FailedRegisters";
import type { Opened } from "./PersonArea";
import { Questions } from "./Questions";
import { country, spaced } from "./shown";
import { ASK } from "./toQuestions";
import { Warnings } from "./Warnings";

type Colour = "danger" | "warning" | "info" | "neutral";
const COLOUR: Record<string, Colour> = {
  strictly_confidential: "danger",
  strictly_confidential_abroad: "danger",
  confidential: "danger",
  own_employee: "danger",
  safety_measure: "danger",
  reserved: "warning",
  not_registered: "warning",
  possibly_digital: "warning",
  dead: "neutral",
};

interface Props {
  view: PersonView;
  asked: Opened;
  /** Asks the registers again. */
  onRetry(): void;
  /** It has become surer who it is. */
  onLevel(level: Level): void;
}

/** Name, age, tags in the order that advisers know, and how sure it is who it is. */
export function PersonHeader({ view, asked, onRetry, onLevel }: Props) {
  const t = useText();
  const format = useFormat();
  const { language } = useSettings();
  const { person } = view;
  const [asking, setAsking] = useState(false);
  const children = person.relations.filter((relation) => relation.kind === "child").length;
  const facts = [
    t.person.header.sex[person.sex],
    t.person.header.status[person.status],
    t.person.header.civil[person.civil],
    children > 0 ? t.person.header.children(format.number(children)) : null,
    `${t.person.header.citizenship}: ${person.citizenship.map((code) => country(code, language)).join(", ")}`,
    view.preferences?.language ? `${t.person.header.language}: ${t.person.header.languages[view.preferences.language] ?? view.preferences.language}` : null,
    view.office ? `${t.person.header.office}: ${view.office.name} (${view.office.number})` : null,
  ].filter((fact) => fact !== null && fact !== undefined);
  const level = view.level ?? "none";

  return (
    <div className="person__header">
      <Warnings key={person.id} warnings={view.warnings} barred={view.phone_barred} />
      <HStack gap="space-12" align="center" wrap>
        <Heading level="3" size="medium" className="person__name">
          <bdi>{person.name}</bdi>
        </Heading>
        {view.age !== null && view.age !== undefined && <BodyShort>{t.person.header.years(format.number(view.age))}</BodyShort>}
        <HStack gap="space-4" align="center">
          <span className="figure">{spaced(person.id)}</span>
          <CopyButton size="small" copyText={person.id} title={t.person.header.copy} />
        </HStack>
      </HStack>
      {view.tags.length > 0 && (
        <ul className="person__tags">
          {view.tags.map((tag) => (
            <li key={tag}>
              <Tag size="small" variant={COLOUR[tag] === "danger" ? "strong" : "moderate"} data-color={COLOUR[tag] ?? "info"}>
                {t.person.tags[tag] ?? tag}
              </Tag>
            </li>
          ))}
        </ul>
      )}
      {view.represented?.by !== "power" && (
        <BodyShort size="small" className="subtle">
          {facts.join(" · ")}
        </BodyShort>
      )}
      <FailedRegisters failed={view.failed} onRetry={onRetry} />
      {asked.contact && !view.represented && (
        <HStack gap="space-12" align="center" wrap>
          <span role="status" data-level={level}>
            <Tag size="small" variant="outline" data-color={level === "none" || level === "hint" ? "warning" : "success"}>
              {t.person.level[level] ?? level}
            </Tag>
          </span>
          {(level === "none" || level === "hint") && !asking && (
            <Button size="small" variant="secondary" onClick={() => setAsking(true)} {...{ [ASK]: "" }}>
              {t.person.questions.ask}
            </Button>
          )}
        </HStack>
      )}
      {asking && asked.contact && (
        <Questions
          contact={asked.contact}
          fnr={asked.fnr}
          onDone={(level) => {
            setAsking(false);
            onLevel(level);
          }}
        />
      )}
    </div>
  );
}
