import { useEffect, useRef, useState } from "react";

import type { DeskView } from "../api/types";
import { useFormat, useText } from "../common/settings";

/** Tells a screen reader what changed. Only an offered contact may interrupt. */
export function Announcer({ view }: { view: DeskView }) {
  const t = useText();
  const format = useFormat();
  const [urgent, setUrgent] = useState("");
  const [calm, setCalm] = useState("");
  const offer = view.offer;
  const contact = view.contacts[0];
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
      if (state === "active" || state === "held" || state === "wrap_up") setCalm(t.desk.announce[state]);
      else if (before.current.contact === "wrap_up") setCalm(t.desk.announce.closed);
      before.current.contact = state;
    }
  }, [offer, contact, t, format]);

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
