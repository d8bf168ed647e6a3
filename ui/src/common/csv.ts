/** Saves rows as a CSV file that opens rightly in Norwegian Excel: semicolons, a byte order mark. */
export function saveCsv(name: string, heading: string[], rows: (string | number)[][]): void {
  const quote = (cell: string | number) =>
    /[";\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);
  const text = [heading, ...rows].map((row) => row.map(quote).join(";")).join("\r\n");
  const url = URL.createObjectURL(new Blob(["\uFEFF", text, "\r\n"], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.csv`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 1000);
}
