import {
  CogIcon,
  EarSoundwavesIcon,
  MenuGridIcon,
  MicrophoneIcon,
  MicrophoneSlashIcon,
  PersonHeadsetIcon,
} from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Select, Tag } from "@navikt/ds-react";
import "./softphone.css";

import { useId, useState } from "react";

import type { DeskView } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { Meter } from "./Meter";
import { type Microphone, useLevel } from "./microphone";
import { type NetworkWord, useNetwork } from "./network";
import type { Speaker } from "./speaker";
import { useTelephone } from "./telephone";
import { useIdleWithDesk } from "./useIdleWithDesk";
import { useSound } from "./useSound";
import type { Softphone, Where } from "./useSoftphone";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const NETWORK_LOOK = {
  unknown: "neutral",
  good: "success",
  late: "warning",
  weak: "warning",
  bad: "danger",
  nothing: "danger",
} as const satisfies Record<NetworkWord, string>;

/** The telephone above the desk: where calls are taken, and how the one that is on sounds. Answering, holding and ending are the cards' business. */
export function Strip({ view }: { view: DeskView }) {
  const t = useText();
  const hasPhone = view.adviser.phone;
  const { where, setWhere, microphone, speaker, phone } = useTelephone();
  useIdleWithDesk(phone, view);
  const sound = useSound(view.contacts, view.adviser);
  const [opened, setOpened] = useState<"keys" | "devices" | null>(null);
  const { level, silent } = useLevel(microphone.stream, phone.line !== null || opened === "devices");
  const on = phone.line !== null;
  const toggle = (what: "keys" | "devices") => setOpened(opened === what ? null : what);

  return (
    <section
      className={on ? "softphone softphone--on" : "softphone"}
      aria-labelledby="softphone-title"
      data-where={where}
      data-state={phone.state}
      data-line={lineState(phone)}
    >
      <div className="softphone__row">
        <Heading level="2" size="xsmall" id="softphone-title" className="softphone__title">
          <PersonHeadsetIcon aria-hidden /> {t.sound.title}
        </Heading>
        <p className="softphone__state" role="status">
          {useStateText(where, hasPhone, microphone, phone, sound === "no")}
        </p>
        {on && phone.line?.answered && phone.state !== "lost" && <NetworkTag phone={phone} />}
        <div className="softphone__buttons">
          {on && (
            <>
              <Button
                size="small"
                variant={phone.muted ? "primary" : "secondary"}
                data-color={phone.muted ? "warning" : "neutral"}
                aria-pressed={phone.muted}
                icon={phone.muted ? <MicrophoneSlashIcon aria-hidden /> : <MicrophoneIcon aria-hidden />}
                onClick={() => phone.mute(!phone.muted)}
              >
                {phone.muted ? t.sound.unmute : t.sound.mute}
              </Button>
              <Button
                size="small"
                variant="secondary"
                data-color="neutral"
                aria-expanded={opened === "keys"}
                icon={<MenuGridIcon aria-hidden />}
                onClick={() => toggle("keys")}
              >
                {t.sound.keys}
              </Button>
            </>
          )}
          {phone.state === "elsewhere" && (
            <Button size="small" onClick={phone.takeHere}>
              {t.sound.takeHere}
            </Button>
          )}
          {where === "headset" && microphone.trouble && (
            <Button size="small" onClick={microphone.again}>
              {t.sound.again}
            </Button>
          )}
          {phone.blocked && (
            <Button size="small" onClick={phone.hear}>
              {t.sound.hear}
            </Button>
          )}
          {where === "headset" && (
            <Button
              size="small"
              variant="tertiary"
              data-color="neutral"
              aria-expanded={opened === "devices"}
              icon={<CogIcon aria-hidden />}
              onClick={() => toggle("devices")}
            >
              {t.sound.devices}
            </Button>
          )}
          <Select
            label={t.sound.where}
            hideLabel
            size="small"
            value={where}
            className="softphone__where"
            onChange={(event) => setWhere(event.target.value as Where)}
          >
            {(["headset", "phone", "page"] as const).map((each) => (
              <option key={each} value={each}>
                {t.sound.choices[each]}
              </option>
            ))}
          </Select>
        </div>
      </div>
      {phone.state === "elsewhere" && <BodyShort size="small">{t.sound.elsewhereSays}</BodyShort>}
      {phone.trouble && <BodyShort size="small">{phone.trouble}</BodyShort>}
      {phone.muted && on && <BodyShort size="small" weight="semibold">{t.sound.state.muted}</BodyShort>}
      {silent && on && !phone.muted && phone.line?.answered && <BodyShort size="small">{t.sound.silent}</BodyShort>}
      {opened === "keys" && on && <Keys press={phone.press} />}
      {opened === "devices" && where === "headset" && <Devices microphone={microphone} speaker={speaker} level={level} />}
    </section>
  );
}

function lineState({ line }: Softphone): string {
  if (line === null) return "none";
  if (!line.answered) return "ringing";
  return line.held ? "held" : "talking";
}

function useStateText(where: Where, hasPhone: boolean, microphone: Microphone, phone: Softphone, soundless: boolean): string {
  const t = useText();
  const { state } = t.sound;
  if (where === "page") return state.off;
  if (where === "phone") return hasPhone ? state.desk : state.noDesk;
  if (microphone.trouble) return t.sound.failed[microphone.trouble];
  if (microphone.asking) return state.asking;
  if (phone.state === "elsewhere") return state.elsewhere;
  if (phone.state === "lost") return state.lost;
  if (phone.blocked) return t.sound.blocked;
  if (soundless) return t.colleague.soundless;
  const { line } = phone;
  if (line !== null) return !line.answered ? state.ringing(line.display) : line.held ? state.held : state.talking;
  return phone.state === "ready" ? state.ready : state.connecting;
}

function NetworkTag({ phone }: { phone: Softphone }) {
  const t = useText();
  const format = useFormat();
  const network = useNetwork(phone.connection);
  const whole = (value: number) => format.number(Math.round(value));
  const figures = t.sound.networkFigures(
    format.percent(network.loss),
    whole(network.jitter_ms),
    network.trip_ms === null ? null : whole(network.trip_ms),
  );
  return (
    <span className="softphone__network" data-network={network.word}>
      <Tag size="small" variant="moderate" data-color={NETWORK_LOOK[network.word]} icon={<EarSoundwavesIcon aria-hidden />}>
        {t.sound.network[network.word]}
      </Tag>
      {network.word !== "unknown" && <span className="subtle figure softphone__figures">{figures}</span>}
    </span>
  );
}

/** Keys for the one at the other end: "tast 1 for …" when somebody rings out. */
function Keys({ press }: { press(key: string): void }) {
  const t = useText();
  const [pressed, setPressed] = useState("");
  return (
    <div className="softphone__keys">
      <div className="keypad keypad--small" role="group" aria-label={t.sound.keys}>
        {KEYS.map((key) => (
          <button
            key={key}
            type="button"
            className="key key--small"
            onClick={() => {
              press(key);
              setPressed(key);
            }}
          >
            {key}
          </button>
        ))}
      </div>
      <BodyShort size="small" className="subtle">
        {t.sound.keysSays}
      </BodyShort>
      <span className="sr-only" role="status">
        {pressed && t.sound.pressed(pressed)}
      </span>
    </div>
  );
}

function Devices({ microphone, speaker, level }: { microphone: Microphone; speaker: Speaker; level: number }) {
  const t = useText();
  const id = useId();
  const inputs = microphone.devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "default");
  const outputs = microphone.devices.filter(({ kind, deviceId }) => kind === "audiooutput" && deviceId !== "default");
  return (
    <div className="softphone__devices">
      <Select
        label={t.sound.microphone}
        size="small"
        value={microphone.chosen}
        onChange={(event) => microphone.choose(event.target.value)}
      >
        <option value="">{t.sound.usual}</option>
        {inputs.map((device, index) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || t.sound.unnamed(String(index + 1))}
          </option>
        ))}
      </Select>
      {speaker.canChoose ? (
        <div>
          <Select
            label={t.sound.speaker}
            size="small"
            value={outputs.some(({ deviceId }) => deviceId === speaker.chosen) ? speaker.chosen : ""}
            onChange={(event) => speaker.choose(event.target.value)}
          >
            <option value="">{t.beside.speaker.usual}</option>
            {outputs.map((device, index) => (
              <option key={device.deviceId} value={device.deviceId}>
                {device.label || t.sound.unnamed(String(index + 1))}
              </option>
            ))}
          </Select>
          {speaker.gone && <BodyShort size="small">{t.beside.speaker.gone}</BodyShort>}
        </div>
      ) : (
        <BodyShort size="small" className="subtle">
          {t.beside.speaker.notHere}
        </BodyShort>
      )}
      <div>
        <BodyShort size="small" id={id}>
          {t.sound.level}
        </BodyShort>
        <Meter level={level} labelledBy={id} />
        <BodyShort size="small" className="subtle">
          {t.sound.levelSays}
        </BodyShort>
      </div>
    </div>
  );
}
