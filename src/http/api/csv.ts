import { parseQuery, type Query, type QueryTarget } from '../../core/query.ts';
import { refuse } from '../refusal.ts';

/** The filter of a file. A file cannot report a problem beside its lines, so a filter that has one is refused. */
export function fileQuery(q: string, target: QueryTarget): Query {
  const { query, problems } = parseQuery(q, target);
  const [problem] = problems;
  return problem === undefined ? query : refuse('q', `parameter 'q': ${problem.message}`);
}

/** One line of a CSV file (RFC 4180). Spreadsheets take a text that begins like a formula for one: an apostrophe prevents it. */
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
