import { BodyShort, Heading, Tag } from "@navikt/ds-react";
import type { ReactNode } from "react";

import type { PersonView, Tab, TabView } from "../api/people";
import { type Column, DataTable } from "../common/DataTable";
import { useFormat, useSettings, useText } from "../common/settings";
import { Facts } from "./Facts";
import { account, kroner } from "./shown";

/** So many rows of each part are shown in the overview. */
const BRIEF = 4;

interface Props {
  content: TabView;
  view: PersonView;
}

/** What a tab shows. */
export function TabContent({ tab, ...props }: Props & { tab: Tab }) {
  switch (tab) {
    case "overview":
      return <Overview {...props} />;
    case "communication":
      return (
        <>
          <Contacts {...props} />
          <Tasks {...props} />
        </>
      );
    case "follow_up":
      return <FollowUp {...props} />;
    case "payments":
      return <Payments {...props} />;
    case "benefits":
      return <Benefits {...props} />;
    case "cases":
      return <Cases {...props} />;
    case "notices":
      return <Notices {...props} />;
  }
}

function Overview(props: Props) {
  return (
    <div className="person__columns">
      <div>
        {props.view.represented?.by !== "power" && <ContactFacts view={props.view} />}
        <Family view={props.view} />
        <PowersOf view={props.view} />
      </div>
      <div>
        <Benefits {...props} />
        <Payments {...props} isBrief />
        <Cases {...props} isBrief />
        <Tasks {...props} />
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="person__part">
      <Heading level="4" size="xsmall">
        {title}
      </Heading>
      {children}
    </section>
  );
}

function ContactFacts({ view }: { view: PersonView }) {
  const t = useText();
  const format = useFormat();
  const { person, preferences } = view;
  const words = t.person.part;
  const [address] = person.addresses;
  const [phone] = person.phones;
  const bank = person.account;
  const verified = (when: string | null | undefined) => (when ? ` (${words.verified(format.date(when))})` : "");
  return (
    <Part title={words.contact}>
      <Facts
        rows={[
          [words.address, address ? <bdi>{[address.line, `${address.post_code} ${address.place}`.trim()].join(", ")}</bdi> : words.noAddress],
          [words.phone, phone ? format.phone(phone.number) : null],
          [words.email, preferences?.email ? `${preferences.email}${verified(preferences.email_verified)}` : null],
          [words.account, bank ? `${account(bank.number)} (${words.changed(format.date(bank.changed), bank.changed_by)})` : words.noAccount],
        ]}
      />
    </Part>
  );
}

function Family({ view }: { view: PersonView }) {
  const t = useText();
  const format = useFormat();
  const words = t.person.part;
  const { relations, guardians } = view.person;
  if (relations.length === 0 && guardians.length === 0) return null;
  return (
    <Part title={words.family}>
      <ul className="person__list">
        {relations.map((relation, index) => (
          <li key={relation.person ?? index}>
            {words.relation[relation.kind]}: {relation.name ? <bdi>{relation.name}</bdi> : words.hidden}
            {relation.born && `, ${format.date(relation.born)}`}
            {relation.same_address && `, ${words.sameAddress}`}
          </li>
        ))}
        {guardians.map((guardian, index) => (
          <li key={`guardian-${index}`}>
            {words.guardian}: {guardian.name ? <bdi>{guardian.name}</bdi> : words.hidden}, {guardian.scope}
          </li>
        ))}
      </ul>
    </Part>
  );
}

function PowersOf({ view }: { view: PersonView }) {
  const t = useText();
  const words = t.person.part;
  const powers = view.powers;
  if (!powers || powers.given.length + powers.held.length === 0) return null;
  const areas = (list: unknown[][]) => list.map(([topic, may]) => `${String(topic)} (${(may as string[]).join(", ").toLowerCase()})`).join(", ");
  return (
    <Part title={words.powers}>
      <ul className="person__list">
        {powers.given.map((power) => (
          <li key={power.holder}>
            {words.given(power.other_name ?? words.hidden)}: {areas(power.areas)}
          </li>
        ))}
        {powers.held.map((power) => (
          <li key={power.giver}>
            {words.held(power.other_name ?? words.hidden)}: {areas(power.areas)}
          </li>
        ))}
      </ul>
    </Part>
  );
}

function useTopic(content: TabView) {
  return (code: string | null | undefined) => content.topics.find((topic) => topic.code === code)?.name ?? code ?? "–";
}

function useDate() {
  const format = useFormat();
  return (date: string | null | undefined) => (date ? format.date(date) : "–");
}

function Rows<Row>({ title, rows, columns, keyOf }: { title: string; rows: Row[] | null | undefined; columns: Column<Row>[]; keyOf(row: Row): string }) {
  const t = useText();
  // A register that failed is named above; an empty table here would say something that is not known.
  if (!rows) return null;
  return (
    <Part title={title}>
      {rows.length === 0 ? <BodyShort className="empty">{t.person.part.none}</BodyShort> : <DataTable isWhole rows={rows} columns={columns} keyOf={keyOf} region={title} />}
    </Part>
  );
}

function Benefits({ content }: Props) {
  const t = useText();
  const topic = useTopic(content);
  const date = useDate();
  const words = t.person.column;
  return (
    <Rows
      title={t.person.part.benefits}
      rows={content.benefits}
      keyOf={(row) => `${row.topic} ${row.from} ${row.state}`}
      columns={[
        { id: "title", name: words.title, value: (row) => row.title },
        { id: "topic", name: words.topic, value: (row) => topic(row.topic) },
        { id: "state", name: words.state, value: (row) => t.person.benefit[row.state] },
        { id: "from", name: words.from, value: (row) => date(row.from) },
        { id: "percent", name: words.percent, align: "right", value: (row) => (row.percent ? `${row.percent} %` : "–") },
      ]}
    />
  );
}

/** In the overview the newest, with what matters most; everything is in the tab. */
function Payments({ content, isBrief = false }: Props & { isBrief?: boolean }) {
  const t = useText();
  const date = useDate();
  const { language } = useSettings();
  const words = t.person.column;
  type Row = NonNullable<TabView["payments"]>[number];
  const rest: Column<Row>[] = [
    { id: "gross", name: words.gross, align: "right", value: (row) => kroner(row.gross_ore, language) },
    { id: "tax", name: words.tax, align: "right", value: (row) => kroner(row.tax_ore, language) },
  ];
  return (
    <Rows
      title={t.person.part.payments}
      rows={content.payments?.slice(0, isBrief ? BRIEF : undefined)}
      keyOf={(row) => `${row.date} ${row.topic} ${row.title}`}
      columns={[
        { id: "date", name: words.date, value: (row) => date(row.date) },
        { id: "title", name: words.title, value: (row) => row.title },
        { id: "state", name: words.state, value: (row) => t.person.payment[row.state] },
        ...(isBrief ? [] : rest),
        { id: "net", name: words.net, align: "right", value: (row) => kroner(row.net_ore, language) },
      ]}
    />
  );
}

function Cases({ content, isBrief = false }: Props & { isBrief?: boolean }) {
  const t = useText();
  const topic = useTopic(content);
  const date = useDate();
  const words = t.person.column;
  const documents: Column<NonNullable<TabView["cases"]>[number]> = {
    id: "documents",
    name: words.documents,
    value: (row) => row.documents.map((document) => `${document.title} ${date(document.date)}`).join("; "),
  };
  return (
    <Rows
      title={t.person.part.cases}
      rows={content.cases?.slice(0, isBrief ? BRIEF : undefined)}
      keyOf={(row) => row.id}
      columns={[
        { id: "topic", name: words.topic, value: (row) => topic(row.topic) },
        { id: "state", name: words.state, value: (row) => (row.state ? t.person.caseState[row.state] : "–") },
        { id: "opened", name: words.opened, value: (row) => date(row.opened) },
        { id: "expected", name: words.expected, value: (row) => date(row.expected) },
        ...(isBrief ? [] : [documents]),
      ]}
    />
  );
}

function Tasks({ content }: Props) {
  const t = useText();
  const topic = useTopic(content);
  const date = useDate();
  const words = t.person.column;
  return (
    <Rows
      title={t.person.part.tasks}
      rows={content.tasks}
      keyOf={(row) => row.id}
      columns={[
        { id: "kind", name: words.title, value: (row) => t.person.taskKind[row.kind] ?? row.kind },
        { id: "topic", name: words.topic, value: (row) => topic(row.topic) },
        { id: "state", name: words.state, value: (row) => t.person.task[row.status] },
        { id: "due", name: words.due, value: (row) => date(row.due) },
        { id: "unit", name: words.unit, value: (row) => row.unit },
        { id: "outcome", name: words.outcome, value: (row) => row.outcome ?? "–" },
      ]}
    />
  );
}

function Contacts({ content }: Props) {
  const t = useText();
  const format = useFormat();
  const topic = useTopic(content);
  const words = t.person.column;
  return (
    <Rows
      title={t.person.part.contacts}
      rows={content.contacts}
      keyOf={(row) => row.id}
      columns={[
        { id: "at", name: words.date, value: (row) => `${format.date(row.at)} ${format.time(row.at)}` },
        { id: "channel", name: words.channel, value: (row) => (row.channel ? (t.work.channel[row.channel] ?? row.channel) : "–") },
        { id: "topic", name: words.topic, value: (row) => topic(row.topic) },
        { id: "unit", name: words.unit, value: (row) => row.unit ?? "–" },
        { id: "level", name: words.certainty, value: (row) => t.person.level[row.level] },
      ]}
    />
  );
}

function FollowUp({ content }: Props) {
  const t = useText();
  const date = useDate();
  const words = t.person.followUp;
  const it = content.follow_up;
  if (!it) return null;
  if (!it.active) return <BodyShort className="empty">{words.inactive}</BodyShort>;
  return (
    <Part title={words.active}>
      <Facts
        rows={[
          [words.group, it.group ? (words.groups[it.group] ?? it.group) : null],
          [words.since, it.job_seeker_since ? date(it.job_seeker_since) : null],
          [words.report, it.next_report ? date(it.next_report) : null],
          [words.agreed, it.contracts.map((contract) => contract.title).join("; ")],
        ]}
      />
    </Part>
  );
}

function Notices({ content }: Props) {
  const t = useText();
  const date = useDate();
  const words = t.person.column;
  return (
    <Rows
      title={t.person.tabs.notices ?? ""}
      rows={content.notices}
      keyOf={(row) => `${row.date} ${row.title}`}
      columns={[
        { id: "date", name: words.date, value: (row) => date(row.date) },
        { id: "title", name: words.title, value: (row) => row.title },
        { id: "channel", name: words.channel, value: (row) => t.person.notice.channels[row.channel] ?? row.channel },
        {
          id: "opened",
          name: words.state,
          value: (row) => (
            <Tag size="small" variant="outline" data-color={row.opened ? "success" : "neutral"}>
              {row.opened ? t.person.notice.opened(date(row.opened)) : t.person.notice.unopened}
            </Tag>
          ),
        },
      ]}
    />
  );
}
