/** One line of a CSV file (RFC 4180). Spreadsheets evaluate a text that begins like a formula; an apostrophe prevents that. */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/** A time in milliseconds since the epoch, as spreadsheets read it. */
export function csvTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
