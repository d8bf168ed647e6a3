/** A draft as the tab keeps it, and how it is made again on another version. Nothing here asks the server. */
import type { Edit } from "../api/types";

const KEY = "linje.admin.draft";

export interface Kept {
  /** The version that it is made from, and its text. */
  base: string;
  baseToml: string;
  /** What the edits are made in: the text of the version, or one that was written by hand. */
  stem: string;
  isWritten: boolean;
  edits: Edit[];
}

export function keep(draft: Kept) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // A full store keeps nothing; the page still has it.
  }
}

export function forget() {
  sessionStorage.removeItem(KEY);
}

export function kept(): Kept | null {
  try {
    const draft = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Partial<Kept> | null;
    const whole = draft && typeof draft.base === "string" && typeof draft.stem === "string" && Array.isArray(draft.edits);
    return whole ? (draft as Kept) : null;
  } catch {
    return null;
  }
}

/** Of several edits of one value the last one only. */
export function compacted(edits: Edit[]): Edit[] {
  return edits.filter(({ path }, index) => !edits.slice(index + 1).some((later) => later.path === path));
}

interface Hunk {
  from: number;
  to: number;
  lines: string[];
}

/** Where a text differs from another, from the first line to the last that does. */
function hunk(base: string[], text: string[]): Hunk {
  let from = 0;
  while (from < base.length && from < text.length && base[from] === text[from]) from++;
  let end = 0;
  const most = Math.min(base.length, text.length) - from;
  while (end < most && base[base.length - 1 - end] === text[text.length - 1 - end]) end++;
  return { from, to: base.length - end, lines: text.slice(from, text.length - end) };
}

/** Both changes of a text; null when they touch the same lines. */
export function merged(base: string, mine: string, theirs: string): string | null {
  if (mine === theirs) return mine;
  const lines = base.split("\n");
  const one = hunk(lines, mine.split("\n"));
  const other = hunk(lines, theirs.split("\n"));
  const [first, last] = one.from <= other.from ? [one, other] : [other, one];
  if (first.to > last.from || first.from === last.from) return null;
  return [
    ...lines.slice(0, first.from),
    ...first.lines,
    ...lines.slice(first.to, last.from),
    ...last.lines,
    ...lines.slice(last.to),
  ].join("\n");
}
