import { BodyShort, Heading, LocalAlert, ReadMore, Tag } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { type MyMatters, type MyTask, own } from "../api/own";
import { Loaded } from "../common/Loaded";
import { useFormat } from "../common/settings";
import { useOwnText } from "./language";
import { Part } from "./Part";

/** A date without a time, at noon: the same date wherever it is read. */
const noon = (date: string) => `${date}T12:00:00Z`;

/** The next payment first, then `children`, then cases with what others do. */
export function Matters({ children }: { children: ReactNode }) {
  const text = useOwnText();
  const query = useQuery({ queryKey: ["own", "matters"], queryFn: own.matters });
  return (
    <>
      <Loaded query={query} source={text.source} height="6rem">
        {(matters) => (
          <>
            {matters.failed.length > 0 && (
              <LocalAlert status="warning" size="small">
                <LocalAlert.Header>
                  <LocalAlert.Title as="div">{text.matters.failed}</LocalAlert.Title>
                </LocalAlert.Header>
              </LocalAlert>
            )}
            {matters.payments && <Payments payments={matters.payments} />}
          </>
        )}
      </Loaded>
      {children}
      {query.data && <Cases matters={query.data} />}
    </>
  );
}

function Payments({ payments }: { payments: NonNullable<MyMatters["payments"]> }) {
  const text = useOwnText();
  const format = useFormat();
  const line = (payment: (typeof payments)[number]) =>
    `${text.payment.on(format.date(noon(payment.date)), payment.title)}, ${text.payment.amount(format.number(payment.net_ore / 100))}`;
  // Newest first, as the register has them.
  const planned = payments.filter((payment) => payment.state === "planned");
  const paid = payments.filter((payment) => payment.state !== "planned");
  const next = planned.at(-1);
  return (
    <Part title={text.payment.title}>
      <BodyShort size="large" className={next ? "own__next" : undefined}>
        {next ? line(next) : text.payment.none}
      </BodyShort>
      {paid.length > 0 && (
        <ReadMore header={text.payment.before} size="small">
          <ul className="own__plain">
            {paid.map((payment) => (
              <li key={`${payment.date} ${payment.title} ${payment.from}`}>{line(payment)}</li>
            ))}
          </ul>
        </ReadMore>
      )}
    </Part>
  );
}

function Cases({ matters }: { matters: MyMatters }) {
  const text = useOwnText();
  const cases = matters.cases ?? [];
  const tasks = matters.tasks ?? [];
  const topic = (code: string) => matters.topics.find((each) => each.code === code)?.name ?? code;
  const none = cases.length === 0 && tasks.length === 0 && matters.failed.length === 0;
  return (
    <Part title={text.matters.title}>
      {none && <BodyShort>{text.matters.none}</BodyShort>}
      {cases.length > 0 && (
        <ul className="own__list">
          {cases.map((each) => (
            <Case key={each.id} case_={each} topic={topic(each.topic)} />
          ))}
        </ul>
      )}
      {tasks.length > 0 && (
        <>
          <Heading level="3" size="small">
            {text.matters.tasks}
          </Heading>
          <ul className="own__list">
            {tasks.map((task) => (
              <Task key={task.id} task={task} topic={topic(task.topic)} />
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}

function Case({ case_, topic }: { case_: NonNullable<MyMatters["cases"]>[number]; topic: string }) {
  const text = useOwnText();
  const format = useFormat();
  const words = text.matters;
  return (
    <li>
      <p className="own__facts">
        <strong>{topic}</strong>
        <Tag size="small" variant="moderate" data-color={case_.state === "in_progress" ? "info" : "neutral"}>
          {(case_.state && words.state[case_.state]) ?? words.unknown}
        </Tag>
      </p>
      <p className="own__facts">
        <span>{words.opened(format.date(noon(case_.opened)))}</span>
        <span>{words.changed(format.date(noon(case_.changed)))}</span>
        {case_.expected && <span>{words.expected(format.date(noon(case_.expected)))}</span>}
      </p>
      {case_.documents.length > 0 && (
        <ReadMore header={words.documents} size="small">
          <ul className="own__plain">
            {case_.documents.map((document) => (
              <li key={document.id}>
                {format.date(noon(document.date))}: {document.title} ({document.kind === "in" ? words.in : words.out})
              </li>
            ))}
          </ul>
        </ReadMore>
      )}
    </li>
  );
}

function Task({ task, topic }: { task: MyTask; topic: string }) {
  const text = useOwnText();
  const format = useFormat();
  const words = text.matters;
  return (
    <li>
      <p className="own__facts">
        <strong>{words.kinds[task.kind] ?? task.kind}</strong>
        <span>{topic}</span>
        <Tag size="small" variant="moderate" data-color={task.status === "finished" ? "success" : "info"}>
          {words.task[task.status]}
        </Tag>
      </p>
      <p className="own__facts">
        <span>{words.with(task.unit)}</span>
        <span>{task.finished ? words.finished(format.date(task.finished)) : words.due(format.date(noon(task.due)))}</span>
      </p>
      {task.outcome && <BodyShort>{task.outcome}</BodyShort>}
    </li>
  );
}
