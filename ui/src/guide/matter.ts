/**
 * What is said of a matter while it lasts: facts that advice is given on. Kept in this tab, so that a page
 * that is loaded again goes on; nothing of it names anybody, and the server keeps none of it.
 */
import { useEffect } from "react";

import type { Facts } from "../api/guide";
import { perContact } from "./perContact";

const matters = perContact<Facts>("linje.matter.", {});

/** The facts of a contact's matter, and how they are changed. */
export const useMatter = matters.use;

const DIGITAL: Record<string, string> = { digital: "digital", possibly_digital: "possibly", not_digital: "not" };

/** What the registers tell of whoever a contact is about; what the adviser has said already stands. */
export function useLearn(contact: string | undefined, digital: string | undefined, level: string | null) {
  useEffect(() => {
    if (contact === undefined) return;
    const facts = matters.read(contact);
    const told: Facts = {};
    const known = digital === undefined ? undefined : DIGITAL[digital];
    if (facts.digital === undefined && known !== undefined) told.digital = known;
    if (facts.identified === undefined && (level === "questions" || level === "logged_in")) told.identified = true;
    if (Object.keys(told).length > 0) matters.write(contact, { ...facts, ...told });
  }, [contact, digital, level]);
}
