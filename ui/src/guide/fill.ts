/** Placeholders of ready answers and notes. What is not known stays as it is, so that nobody sends a gap. */
export function fill(text: string, known: Record<string, string | null | undefined>): string {
  return text.replace(/\[([a-zæøå.]+)\]/g, (whole, name: string) => known[name] ?? whole);
}
