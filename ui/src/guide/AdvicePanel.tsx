import { CheckmarkCircleIcon, CircleSlashIcon } from "@navikt/aksel-icons";
import { BodyShort, Checkbox, CheckboxGroup, Heading, Link, ReadMore, Select } from "@navikt/ds-react";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";

import { type Counsel, type Facts, guideApi, type GuidanceWords } from "../api/guide";
import type { DeskContact } from "../api/types";
import { Loaded } from "../common/Loaded";
import { useSettings, useText } from "../common/settings";
import { useMatter } from "./matter";

const WAY: Record<string, string> = { voice: "phone", chat: "chat", message: "message", task: "task" };

/** *Råd*: do this, not that, because; from what is known of the contact. It locks nothing. */
export function AdvicePanel({ contact, topic }: { contact: DeskContact; topic: string | null }) {
  const t = useText();
  const { language } = useSettings();
  const title = useId();
  const [facts, setFacts] = useMatter(contact.id);
  const words = useQuery({ queryKey: ["guidance", language], queryFn: guideApi.words, staleTime: Infinity });
  const known: Facts = { way: WAY[contact.channel] ?? "phone", ...(topic === null ? {} : { topic }), ...facts };
  const counsel = useQuery({
    queryKey: ["advice", known, language],
    queryFn: () => guideApi.advise(known),
    placeholderData: (before) => before,
  });
  return (
    <section className="panel guide" aria-labelledby={title}>
      <Heading level="2" size="small" id={title}>
        {t.guide.advice.title}
      </Heading>
      <BodyShort size="small" className="subtle">
        {t.guide.advice.lead}
      </BodyShort>
      {words.data && <Known words={words.data} facts={facts} onChange={setFacts} counsel={counsel.data} />}
      <Loaded query={counsel} source={t.guide.source.advice}>
        {(counsel) => <Told counsel={counsel} />}
      </Loaded>
    </section>
  );
}

interface KnownProps {
  words: GuidanceWords;
  facts: Facts;
  counsel: Counsel | undefined;
  onChange(facts: Facts): void;
}

/** What the adviser says of the matter; everything may be left open. */
function Known({ words, facts, counsel, onChange }: KnownProps) {
  const t = useText();
  const set = (change: Facts) => {
    const next: Record<string, unknown> = { ...facts, ...change };
    for (const key of Object.keys(next)) if (next[key] === undefined) delete next[key];
    onChange(next as Facts);
  };
  const asked = new Set(counsel?.ask.map((fact) => fact.id));
  const shows = (fact: string, known: unknown) => asked.has(fact) || known !== undefined;
  return (
    <div className="guide__known">
      <div className="guide__pair">
        <Select
          size="small"
          label={t.guide.advice.question}
          value={facts.question ?? ""}
          onChange={(event) => set({ question: event.target.value || undefined })}
        >
          <option value="">{t.guide.advice.choose}</option>
          {words.questions.map((question) => (
            <option key={question.id} value={question.id}>
              {question.name}
            </option>
          ))}
        </Select>
        <Select
          size="small"
          label={t.guide.advice.digital}
          value={facts.digital ?? ""}
          onChange={(event) => set({ digital: event.target.value || undefined })}
        >
          <option value="">{t.guide.advice.unknown}</option>
          {words.digital.map((digital) => (
            <option key={digital.id} value={digital.id}>
              {digital.name}
            </option>
          ))}
        </Select>
      </div>
      {shows("agency", facts.agency) && (
        <Select
          size="small"
          label={t.guide.advice.agency}
          value={facts.agency ?? ""}
          onChange={(event) => set({ agency: event.target.value || undefined })}
        >
          <option value="">{t.guide.advice.choose}</option>
          {words.agencies.map((agency) => (
            <option key={agency.id} value={agency.id}>
              {agency.name}
            </option>
          ))}
        </Select>
      )}
      <div className="guide__pair">
        {shows("been_to_web", facts.been_to_web) && (
          <YesNo label={t.guide.advice.web} value={facts.been_to_web} onChange={(been_to_web) => set({ been_to_web })} />
        )}
        {shows("identified", facts.identified) && (
          <YesNo label={t.guide.advice.identified} value={facts.identified} onChange={(identified) => set({ identified })} />
        )}
      </div>
      <ReadMore size="small" header={t.guide.advice.more}>
        <CheckboxGroup
          size="small"
          legend={t.guide.advice.needs}
          description={t.guide.advice.needsSays}
          value={facts.needs ?? []}
          onChange={(needs: string[]) => set({ needs: needs.length === 0 ? undefined : needs.slice(-2) })}
        >
          {words.needs.map((group) => (
            <Checkbox key={group.id} value={group.id}>
              {group.name}
            </Checkbox>
          ))}
        </CheckboxGroup>
        <YesNo
          label={t.guide.advice.language}
          value={facts.language === undefined ? undefined : facts.language === "other"}
          onChange={(other) => set({ language: other === undefined ? undefined : other ? "other" : "nb" })}
        />
      </ReadMore>
    </div>
  );
}

function YesNo({ label, value, onChange }: { label: string; value: boolean | undefined; onChange(value: boolean | undefined): void }) {
  const t = useText();
  return (
    <Select
      size="small"
      label={label}
      value={value === undefined ? "" : value ? "yes" : "no"}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value === "yes")}
    >
      <option value="">{t.guide.advice.unknown}</option>
      <option value="yes">{t.guide.advice.yes}</option>
      <option value="no">{t.guide.advice.no}</option>
    </Select>
  );
}

function Told({ counsel }: { counsel: Counsel }) {
  const t = useText();
  const { signpost } = counsel;
  return (
    <div className="guide__told">
      {signpost && (
        <p className="guide__signpost">
          {t.guide.advice.signpost(signpost.name, signpost.answers)}{" "}
          <Link href={`https://www.${signpost.web}`} target="_blank" rel="noreferrer">
            {signpost.web}
          </Link>
          {signpost.phone && ` · ${signpost.phone}`}
        </p>
      )}
      {counsel.advice.length === 0 && <BodyShort size="small">{t.guide.advice.none}</BodyShort>}
      <ul className="guide__rules">
        {counsel.advice.map((advice) => (
          <li key={advice.id} data-rule={advice.id}>
            {advice.do && (
              <p className="guide__do">
                <CheckmarkCircleIcon aria-hidden />
                <span>
                  <strong>{t.guide.advice.do}:</strong> {advice.do}
                </span>
              </p>
            )}
            {advice.not && (
              <p className="guide__not">
                <CircleSlashIcon aria-hidden />
                <span>
                  <strong>{t.guide.advice.not}:</strong> {advice.not}
                </span>
              </p>
            )}
            <p className="guide__because">
              {t.guide.advice.because} {advice.because}{" "}
              <span className="subtle">
                {advice.grounds.length === 0 ? t.guide.advice.always : t.guide.advice.grounds(advice.grounds.join(", "))}
              </span>
            </p>
          </li>
        ))}
      </ul>
      {counsel.ways.length > 0 && (
        <BodyShort size="small">
          {t.guide.advice.fits} {counsel.ways.map((way) => way.name).join(", ")}
        </BodyShort>
      )}
      {counsel.ask.length > 0 && (
        <BodyShort size="small" className="subtle">
          {t.guide.advice.ask} {counsel.ask.map((fact) => fact.name).join(" ")}
        </BodyShort>
      )}
    </div>
  );
}
