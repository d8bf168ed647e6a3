import { BodyLong, BodyShort, Button, CopyButton, Heading, Table } from "@navikt/ds-react";
import { useState } from "react";

import type { Demo } from "../api/types";
import { useFormat, useText } from "../common/settings";

const SHOWN_FIRST = 4;

/** For those who have a SIP phone: the accounts, and how to dial. */
export function SipPhones({ demo }: { demo: Demo }) {
  const t = useText();
  return (
    <section className="sip" aria-labelledby="sip-title">
      <Heading level="2" size="medium" id="sip-title">
        {t.demo.sip.title}
      </Heading>
      <BodyLong spacing>
        {t.demo.sip.lead} {t.demo.sip.server}: <code>{demo.sip}</code>
      </BodyLong>
      <div className="sip__columns">
        {demo.phones.length === 0 ? (
          <BodyShort className="empty">{t.demo.sip.empty}</BodyShort>
        ) : (
          <Accounts phones={demo.phones} />
        )}
        <HowTo demo={demo} />
      </div>
    </section>
  );
}

function Accounts({ phones }: { phones: Demo["phones"] }) {
  const t = useText();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const shown = all ? phones : phones.slice(0, SHOWN_FIRST);
  return (
    <div>
      <div className="scroll" tabIndex={0} role="region" aria-label={t.demo.sip.caption}>
        <Table size="small">
          <Table.Header>
            <Table.Row>
              <Table.HeaderCell scope="col">{t.demo.sip.adviser}</Table.HeaderCell>
              <Table.HeaderCell scope="col">{t.demo.sip.user}</Table.HeaderCell>
              <Table.HeaderCell scope="col">{t.demo.sip.password}</Table.HeaderCell>
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {shown.map((phone) => (
              <Table.Row key={phone.user}>
                <Table.HeaderCell scope="row">{phone.adviser}</Table.HeaderCell>
                <Table.DataCell>
                  <code>{phone.user}</code>
                </Table.DataCell>
                <Table.DataCell>
                  <span className="secret">
                    <code>{phone.password}</code>
                    <CopyButton
                      size="xsmall"
                      copyText={phone.password}
                      title={t.demo.sip.copy(`${t.demo.sip.password.toLowerCase()} ${phone.user}`)}
                    />
                  </span>
                </Table.DataCell>
              </Table.Row>
            ))}
          </Table.Body>
        </Table>
      </div>
      {phones.length > SHOWN_FIRST && (
        <Button size="xsmall" variant="tertiary" data-color="neutral" onClick={() => setAll(!all)}>
          {all ? t.demo.sip.fewer : t.demo.sip.more(format.number(phones.length))}
        </Button>
      )}
    </div>
  );
}

function HowTo({ demo }: { demo: Demo }) {
  const t = useText();
  const number = (demo.numbers.main ?? "55553333").replace(/\s/g, "");
  const phone = demo.phones[0];
  const asCitizen = [
    `baresip -e "/uanew <sip:innringer@${demo.sip}>;regint=0" \\`,
    `        -e "/dial sip:${number}@${demo.sip}"`,
  ].join("\n");
  const asAdviser = phone
    ? `baresip -e "/uanew <sip:${phone.user}@${demo.sip}>;auth_user=${phone.user};auth_pass=${phone.password}"`
    : null;
  return (
    <div>
      <Heading level="3" size="xsmall" spacing>
        {t.demo.sip.how}
      </Heading>
      <Command label={t.demo.sip.asCitizen} command={asCitizen} />
      {asAdviser && <Command label={t.demo.sip.asAdviser} command={asAdviser} />}
      <BodyShort size="small" className="subtle">
        {t.demo.sip.then}
      </BodyShort>
    </div>
  );
}

function Command({ label, command }: { label: string; command: string }) {
  const t = useText();
  return (
    <div className="command">
      <div className="command__head">
        <BodyShort size="small">{label}</BodyShort>
        <CopyButton size="xsmall" copyText={command} title={t.demo.sip.copy(label)} />
      </div>
      <pre tabIndex={0} role="region" aria-label={label}>
        {command}
      </pre>
    </div>
  );
}
