/** Where the part of the page is that says who it is. */
export const PERSON_AREA = "person-area";
/** Marks the button that opens the control questions. */
export const ASK = "data-ask-questions";

/** Goes to the control questions; while nobody is open, to where the number is typed. */
export function toQuestions() {
  const area = document.getElementById(PERSON_AREA);
  area?.querySelector<HTMLElement>(`[${ASK}]`)?.click();
  // The questions come in answer to the press.
  requestAnimationFrame(() => {
    const first = area?.querySelector<HTMLElement>(".questions input, .find__form input") ?? area;
    first?.scrollIntoView({ block: "center" });
    first?.focus({ preventScroll: true });
  });
}
