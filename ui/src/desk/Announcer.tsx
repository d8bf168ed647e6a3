import { useEffect, useRef, useState } from "react";

import type { Broken } from "../api/guide";
import type { DeskView } from "../api/types";
import { useFormat, useText } from "../common/settings";
import { useBroken } from "../guide/BrokenOff";
import { useQuestion } from "./Requests";

/** Tells a screen reader what changed. Only an offered contact may interrupt. */
export function Announcer({ view, broken }: { view: DeskView; broken: Broken | null }) {
  const t = useText();
  const format = useFormat();
  const [urgent, setUrgent] = useState("");
  const [calm, setCalm] = useState("");
  const offer = view.offer;
  const contact = view.contacts.find(({ state }) => state !== "set_aside");
  const request = view.requests.find(({ mine }) => mine === null);
  const question = useQuestion();
  const asked = useRef("");
  const before = useRef({ offer: "", contact: "" });

  useEffect(() => {
    const offerId = offer?.id ?? "";
    if (offerId !== before.current.offer) {
      if (offer) setUrgent(t.desk.offer.announce(offer.queue?.name ?? "", format.duration(offer.waited_s)));
      else setUrgent("");
      if (!offer && !contact) setCalm(t.desk.announce.offerGone);
      before.current.offer = offerId;
    }
    const state = contact?.state ?? "";
    if (state !== before.current.contact) {
      if (contact && contact.consult_of !== null) {
        const who = contact.asked_by?.adviser.name ?? t.colleague.somebody;
        if (state === "active") setCalm(t.colleague.talking(who));
        else if (state === "wrap_up") setCalm(t.colleague.over);
      } else if (state === "dialling") setCalm(t.work.announce.dialling);
      else if (state === "active" || state === "held" || state === "wrap_up") setCalm(t.desk.announce[state]);
      else if (before.current.contact === "wrap_up") setCalm(t.desk.announce.closed);
      before.current.contact = state;
    }
  }, [offer, contact, t, format]);

  const consult = contact?.consult?.state ?? "";
  const consulted = useRef("");
  useEffect(() => {
    if (consult === consulted.current) return;
    if (consult === "active") setCalm(t.work.announce.consultActive);
    else if (consult === "queued") setCalm(t.work.announce.consultQueued);
    else if (consult === "" && contact?.state === "active") setCalm(t.work.announce.consultOver);
    consulted.current = consult;
  }, [consult, contact?.state, t]);

  const off = useBroken();
  const told = useRef("");
  useEffect(() => {
    if (!broken || broken.contact === told.current) return;
    told.current = broken.contact;
    setCalm(off(broken));
  }, [broken, off]);

  useEffect(() => {
    if (!request || request.id === asked.current) return;
    asked.current = request.id;
    setCalm(t.work.request.announce(question(request)));
  }, [request, question, t]);

  return (
    <>
      <div role="alert" className="sr-only">
        {urgent}
      </div>
      <div role="status" className="sr-only">
        {calm}
      </div>
    </>
  );
}
