import {
  BellIcon,
  CheckmarkCircleIcon,
  CircleSlashIcon,
  CoffeeIcon,
  LeaveIcon,
  PauseIcon,
  PencilIcon,
  PersonHeadsetIcon,
  PhoneFillIcon,
  PhoneIcon,
} from "@navikt/aksel-icons";
import { BodyShort, Button, Heading, Select, Switch, Tag, VStack } from "@navikt/ds-react";

import { api } from "../api/client";
import type { Activity, Adviser, AdviserState, DeskView } from "../api/types";
import { useNow } from "../common/clock";
import { useFormat, useSettings, useText } from "../common/settings";
import { useTelephone } from "../softphone/telephone";
import { Also } from "./Also";
import type { Doing } from "./Desk";

const ACTIVITIES: Activity[] = [
  "phone",
  "chat",
  "written",
  "tasks",
  "learning",
  "fagprat",
  "lunch",
  "break",
  "meeting",
];

const LOOK = {
  ready: { color: "success", Icon: CheckmarkCircleIcon },
  offered: { color: "warning", Icon: BellIcon },
  busy: { color: "info", Icon: PhoneFillIcon },
  wrap_up: { color: "info", Icon: PencilIcon },
  away: { color: "neutral", Icon: CoffeeIcon },
  not_ready: { color: "warning", Icon: PauseIcon },
  signed_out: { color: "neutral", Icon: CircleSlashIcon },
} as const satisfies Record<AdviserState, unknown>;

interface Props extends Doing {
  view: DeskView;
  session: string;
  soundBlocked: boolean;
  onLeave(): void;
}

/** Who you are and what you do now. The adviser decides; the program only says what follows. */
export function Me({ view, session, soundBlocked, onLeave, run, busy }: Props) {
  const t = useText();
  const { adviser } = view;
  const leave = () =>
    void run("leave", async () => {
      await api.closeDesk(session);
      onLeave();
    });
  return (
    <section className="panel desk__me" aria-label={t.desk.me}>
      <VStack gap="space-16">
        <div>
          <Heading level="2" size="small">
            {adviser.name}
          </Heading>
          <BodyShort size="small" className="subtle">
            {[adviser.id, adviser.unit?.name].filter(Boolean).join(" · ")}
          </BodyShort>
          <BodyShort size="small" className="subtle adviser-line">
            <Telephone adviser={adviser} />
          </BodyShort>
        </div>
        <State adviser={adviser} />
        <Select
          label={t.desk.activity.label}
          size="small"
          value={adviser.activity ?? ""}
          description={t.desk.activity.hint}
          onChange={(event) => {
            const activity = event.target.value as Activity;
            void run("activity", () => api.setActivity(adviser.id, activity));
          }}
        >
          {adviser.activity === null && <option value="">{t.desk.activity.none}</option>}
          {ACTIVITIES.map((activity) => (
            <option key={activity} value={activity}>
              {t.desk.activity[activity]}
            </option>
          ))}
        </Select>
        <Also adviser={adviser} run={run} busy={busy} />
        <div>
          <Switch
            size="small"
            checked={adviser.serves_synthetic}
            description={t.desk.syntheticHint}
            onChange={(event) => {
              const serve = event.target.checked;
              void run("synthetic", () => api.serveSynthetic(session, serve));
            }}
          >
            {t.desk.synthetic}
          </Switch>
          <SoundSwitch blocked={soundBlocked} />
        </div>
        <div>
          <Button
            size="small"
            variant="tertiary"
            data-color="neutral"
            icon={<LeaveIcon aria-hidden />}
            onClick={leave}
          >
            {t.desk.leave}
          </Button>
        </div>
      </VStack>
    </section>
  );
}

/** Where calls are taken: what is chosen in this browser, and for a telephone on the desk whether it is there. */
function Telephone({ adviser }: { adviser: Adviser }) {
  const t = useText();
  const { where } = useTelephone();
  if (where === "headset") {
    return (
      <>
        <PersonHeadsetIcon aria-hidden /> {t.colleague.phone.headset}
      </>
    );
  }
  const there = where === "phone" && adviser.phone;
  return (
    <>
      {there ? <PhoneFillIcon aria-hidden /> : <PhoneIcon aria-hidden />}{" "}
      {where === "page" ? t.colleague.phone.page : there ? t.desk.choose.phone : t.desk.choose.noPhone}
    </>
  );
}

function State({ adviser }: { adviser: Adviser }) {
  const t = useText();
  const format = useFormat();
  const now = useNow();
  const { color, Icon } = LOOK[adviser.state];
  return (
    <div className="me__state">
      <Tag variant="moderate" data-color={color} icon={<Icon aria-hidden />}>
        {t.desk.state[adviser.state]}
      </Tag>
      {adviser.signed_in && (
        <span className="subtle figure">{t.desk.since(format.duration((now - Date.parse(adviser.since)) / 1000))}</span>
      )}
    </div>
  );
}

function SoundSwitch({ blocked }: { blocked: boolean }) {
  const t = useText();
  const { sound, setSound } = useSettings();
  return (
    <Switch
      size="small"
      checked={sound}
      description={sound && blocked ? t.desk.soundBlocked : undefined}
      onChange={(event) => setSound(event.target.checked)}
    >
      {t.desk.sound}
    </Switch>
  );
}
