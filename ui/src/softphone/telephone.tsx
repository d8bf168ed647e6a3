/** The telephone of this tab. It lives around every page, so that a call goes on while the person looks elsewhere. */
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

import { api, liveUrl } from "../api/client";
import { type Microphone, useMicrophone } from "./microphone";
import { type Speaker, useSpeaker } from "./speaker";
import { type Softphone, useSoftphone, useWhere, type Where } from "./useSoftphone";

interface Telephone {
  where: Where;
  setWhere(where: Where): void;
  microphone: Microphone;
  speaker: Speaker;
  phone: Softphone;
  /** The desk that it belongs to; null when the desk is left. */
  attach(session: string | null): void;
}

const TelephoneContext = createContext<Telephone | null>(null);

export function TelephoneProvider({ children }: { children: ReactNode }) {
  const [session, attach] = useState<string | null>(null);
  const [where, setWhere] = useWhere();
  useTelling(session, where);
  const wanted = session !== null && where === "headset";
  const microphone = useMicrophone(wanted);
  const phone = useSoftphone(session === null ? null : liveUrl.phone(session), wanted ? microphone.stream : null);
  const speaker = useSpeaker(phone.connection);
  return (
    <TelephoneContext.Provider value={{ where, setWhere, microphone, speaker, phone, attach }}>
      {children}
    </TelephoneContext.Provider>
  );
}

export function useTelephone(): Telephone {
  const telephone = useContext(TelephoneContext);
  if (telephone === null) throw new Error("a telephone needs its provider");
  return telephone;
}

/** Tells the server when the choice is another than its own: a telephone rings where there is one. */
function useTelling(session: string | null, where: Where) {
  const [told, setTold] = useState<Where>("phone");
  useEffect(() => {
    if (session === null || told === where) return;
    setTold(where);
    // Not told is not lost: the next choice or the next page tells again.
    void api.choosePhone(session, where).catch(() => undefined);
  }, [session, where, told]);
}
