/**
 * Looks after the session while a page is open: tells the server that somebody is there, asks before it ends,
 * and offers to log in again beside the page, so that nothing typed is lost.
 */
import { BodyLong, Button, Modal } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { loggedOut } from "../api/loggedOut";
import { useFormat, useText } from "../common/settings";
import { CHANNEL, logInUrl, session, useSessionQuery, type Who } from "./session";

/** How long before the end one is asked. */
const WARN_S = 60;
/** A sign of life is told at most so often. */
const TELL_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

export function Watch({ onIn }: { onIn(): void }) {
  const queries = useQueryClient();
  const { data, dataUpdatedAt, refetch } = useSessionQuery();
  const [was, setWas] = useState<Who | null>(null);
  const [out, setOut] = useState(false);
  const who = data?.who ?? null;

  useEffect(() => {
    if (who === null) return;
    setOut(false);
    onIn();
    setWas((before) => {
      // Somebody else's page must not stay on the screen of whoever came.
      if (before !== null && before.ident !== who.ident) location.reload();
      return who;
    });
  }, [who, onIn]);
  useEffect(() => {
    if (data !== undefined && data.who === null && was !== null) setOut(true);
  }, [data, was]);
  useEffect(() => loggedOut.hear(() => void refetch()), [refetch]);
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => void refetch();
    return () => channel.close();
  }, [refetch]);

  const back = useCallback(() => void queries.invalidateQueries(), [queries]);
  const wasOut = useRef(false);
  useEffect(() => {
    if (wasOut.current && !out) back();
    wasOut.current = out;
  }, [out, back]);

  if (out && was !== null) return <LoggedOut who={was} issuer={was.issuer ?? data?.issuers[0]?.id ?? "entra"} />;
  if (data === undefined || data.who === null || data.idle_left_s === null) return null;
  return <Idle until={dataUpdatedAt + data.idle_left_s * 1000} onChange={() => void refetch()} />;
}

function Idle({ until, onChange }: { until: number; onChange(): void }) {
  const t = useText();
  const format = useFormat();
  const words = t.identity.idle;
  const [now, setNow] = useState(() => Date.now());
  const told = useRef(Date.now());
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  const asks = left <= WARN_S;

  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  useEffect(() => {
    // Once asked, only an answer counts.
    if (asks) return;
    const seen = () => {
      if (Date.now() - told.current < TELL_EVERY_MS) return;
      told.current = Date.now();
      void session.goOn().then(onChange, onChange);
    };
    for (const sign of SIGNS) window.addEventListener(sign, seen, { passive: true });
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, seen);
    };
  }, [asks, onChange]);
  useEffect(() => {
    if (left === 0) onChange();
  }, [left, onChange]);
  // Another tab may have said that somebody is there.
  useEffect(() => {
    if (asks) onChange();
  }, [asks, onChange]);

  if (!asks || left === 0) return null;
  const stay = () => {
    told.current = Date.now();
    void session.goOn().then(onChange, onChange);
  };
  return (
    <Modal open onClose={stay} header={{ heading: words.title }} width="small">
      <Modal.Body>
        <BodyLong>{words.text(format.duration(left))}</BodyLong>
      </Modal.Body>
      <Modal.Footer>
        <Button onClick={stay}>{words.stay}</Button>
        <Button variant="secondary" data-color="neutral" onClick={() => void session.logOut().then(onChange, onChange)}>
          {words.leave}
        </Button>
      </Modal.Footer>
    </Modal>
  );
}

function LoggedOut({ who, issuer }: { who: Who; issuer: string }) {
  const t = useText();
  const words = t.identity.gone;
  return (
    <Modal open onClose={() => undefined} onBeforeClose={() => false} header={{ heading: words.title, closeButton: false }} width="small">
      <Modal.Body>
        <BodyLong spacing>{words.text}</BodyLong>
        <BodyLong>{words.opens}</BodyLong>
      </Modal.Body>
      <Modal.Footer>
        <Button as="a" target="_blank" rel="opener" href={logInUrl(issuer, "/innlogget", who.ident)}>
          {words.go}
        </Button>
      </Modal.Footer>
    </Modal>
  );
}
