import { PhoneFillIcon, PhoneSlashIcon } from "@navikt/aksel-icons";
import { BodyShort, Button, LocalAlert, Radio, RadioGroup, Select, Switch } from "@navikt/ds-react";

import { useFormat, useSettings, useText } from "../common/settings";
import { logInUrl } from "../identity/session";
import type { Line } from "./useCall";

export type Answerer = "synthetic" | "me";

interface Props {
  numbers: Record<string, string>;
  /** Synthetic people whose number can be shown to the adviser. */
  personas: { name: string; phone: string }[];
  number: string;
  onNumber(number: string): void;
  answerer: Answerer;
  onAnswerer(answerer: Answerer): void;
  line: Line;
  /** Null while nobody is logged in: then there is no sound. */
  microphone: { on: boolean; set(on: boolean): void; from: string; setFrom(from: string): void } | null;
}

const KNOWN = ["main", "partner", "pension", "international", "appeals", "debt", "eures", "support", "switchboard"];

/** The main number first, then as people know them, then what else there is. */
function inOrder(numbers: Record<string, string>): [string, string][] {
  const place = (name: string) => (KNOWN.includes(name) ? KNOWN.indexOf(name) : KNOWN.length);
  return Object.entries(numbers).sort(([a], [b]) => place(a) - place(b));
}

/** Which number, who answers, ring and hang up. */
export function Dialler({ numbers, personas, number, onNumber, answerer, onAnswerer, line, microphone }: Props) {
  const t = useText();
  const format = useFormat();
  const { sound, setSound } = useSettings();
  return (
    <div className="dialler">
      <Select
        label={t.demo.phone.number}
        size="small"
        value={number}
        disabled={line.on}
        onChange={(event) => onNumber(event.target.value)}
      >
        {inOrder(numbers).map(([name, digits]) => (
          <option key={name} value={name}>
            {t.demo.numbers[name] ?? name} · {format.phone(digits)}
          </option>
        ))}
      </Select>
      <RadioGroup
        legend={t.demo.phone.whoAnswers}
        size="small"
        value={answerer}
        onChange={(value: Answerer) => onAnswerer(value)}
        disabled={line.on}
      >
        <Radio value="synthetic">{t.demo.phone.synthetic}</Radio>
        <Radio value="me">{t.demo.phone.me}</Radio>
      </RadioGroup>
      {answerer === "me" && microphone === null && !line.on && <LogIn />}
      {answerer === "me" && microphone && (
        <Switch
          size="small"
          checked={microphone.on}
          disabled={line.on}
          description={line.on ? undefined : t.sound.ring.withMicSays}
          onChange={(event) => microphone.set(event.target.checked)}
        >
          {t.sound.ring.withMic}
        </Switch>
      )}
      {answerer === "me" && microphone?.on && (
        <Select
          label={t.sound.ring.who}
          size="small"
          value={microphone.from}
          disabled={line.on}
          onChange={(event) => microphone.setFrom(event.target.value)}
        >
          <option value="">{t.sound.ring.hidden}</option>
          {personas.map(({ name, phone }) => (
            <option key={phone} value={phone}>
              {t.sound.ring.number(name, format.phone(phone))}
            </option>
          ))}
        </Select>
      )}
      <Switch size="small" checked={sound} onChange={(event) => setSound(event.target.checked)}>
        {t.demo.phone.mute}
      </Switch>
      {line.on ? (
        <Button data-color="danger" icon={<PhoneSlashIcon aria-hidden />} onClick={line.hangUp}>
          {t.demo.phone.hangUp}
        </Button>
      ) : (
        <Button
          data-color="success"
          icon={<PhoneFillIcon aria-hidden />}
          onClick={() => line.ring(number, answerer)}
        >
          {line.call ? t.demo.phone.again : t.demo.phone.ring}
        </Button>
      )}
    </div>
  );
}

/** Sound is for those who have logged in; one click does it, and the page is here again. */
function LogIn() {
  const t = useText();
  return (
    <LocalAlert status="announcement" size="small">
      <LocalAlert.Header>
        <LocalAlert.Title as="h3">{t.sound.ring.logIn}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <BodyShort size="small" spacing>
          {t.sound.ring.logInSays}
        </BodyShort>
        <Button as="a" size="small" href={logInUrl("idporten", "/demo", "bruker-1")}>
          {t.sound.ring.logInDo}
        </Button>
      </LocalAlert.Content>
    </LocalAlert>
  );
}
