/** The language that people read now; the settings keep it on the document. */
export function language(): string {
  return document.documentElement.lang || "nb";
}
