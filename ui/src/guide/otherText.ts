/** What another browser wrote meanwhile, as the server tells whoever would have written over it. */
import { Refusal } from "../api/client";

export interface OtherText {
  /** Empty when it was thrown away, or has become a note. */
  text: string;
  version: string;
}

/** The other text, when that is why the server refused. */
export function otherText(error: unknown): OtherText | null {
  if (!(error instanceof Refusal) || error.problem.code !== "draft_changed") return null;
  const said = error.problem as unknown as Partial<OtherText>;
  return { text: said.text ?? "", version: said.version ?? "" };
}
