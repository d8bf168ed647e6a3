/** Whether the focus is where letters go, so that keys belong to the person and not to the page. */
export function isTyping(): boolean {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement)) return false;
  if (element.isContentEditable) return true;
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return true;
  return element instanceof HTMLInputElement && !["radio", "checkbox", "button", "submit"].includes(element.type);
}

/** Whether the focus is on something that Enter already means something to. */
export function isOnControl(): boolean {
  const element = document.activeElement;
  return element instanceof HTMLElement && element.closest("button, a, summary, [role='menuitem'], input, select") !== null;
}
