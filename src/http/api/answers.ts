/** Prints answers of `/api`: long lists, CSV and Markdown. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseQuery, type Query, type QueryTarget } from '../../core/query.ts';
import { inTurns } from '../../core/turns.ts';
import { jsonType, refuse } from '../errors.ts';
import { type ListStream, sendListStream } from '../list-stream.ts';
import { ordinary } from '../turns.ts';

/** Sends an object with a list as its last value. Items are printed in turns, because with hostile data they have megabytes. */
export async function sendWithList<Item>(
  reply: FastifyReply,
  rest: object,
  [key, items]: readonly [key: string, items: Iterable<Item>],
  shown: (item: Item) => unknown,
): Promise<FastifyReply> {
  const parts = [`${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(key)}:[`];
  for await (const item of inTurns(items)) parts.push(`${parts.length > 1 ? ',' : ''}${JSON.stringify(shown(item))}`);
  return reply.type(jsonType).send(await bytesOf([...parts, ']}']));
}

/** The bytes of a text given in parts. */
export async function bytesOf(parts: readonly string[]): Promise<Buffer> {
  const buffers: Buffer[] = [];
  for await (const part of inTurns(parts)) buffers.push(Buffer.from(part));
  return Buffer.concat(buffers);
}

/** Sends a text of a type like `text/csv`. */
export function sendText(reply: FastifyReply, type: string, text: string): FastifyReply {
  return reply.type(`${type}; charset=utf-8`).send(Buffer.from(text));
}

type Cell = string | number | null;

/** A CSV file whose rows are read and sent page by page (`ListStream`). */
interface CsvFile<Row> extends Pick<ListStream<Row, Row>, 'entries' | 'bytes' | 'atATime'> {
  name: string;
  columns: readonly string[];
  cells: (row: Row) => readonly Cell[];
}

/** The `config` of routes for CSV files. They are not compressed: a compressor takes a megabyte for as long as the file is read. */
export const longFile = { ...ordinary, compress: false };

/** Sends a CSV file of any length. */
export function sendCsvFile<Row>(
  request: FastifyRequest,
  reply: FastifyReply,
  { name, columns, cells, ...list }: CsvFile<Row>,
): Promise<FastifyReply> {
  reply.header('content-disposition', `attachment; filename="${name}"`);
  return sendListStream<Row, Row>(request, reply, {
    ...list,
    load: async (rows) => rows,
    print: (row) => csvLine(cells(row)),
    prefix: csvLine(columns),
    separator: '',
    suffix: '',
    contentType: 'text/csv; charset=utf-8',
  });
}

/** Parses the filter of a file. A filter with a problem is refused, because a file has no place to report it. */
export function fileQuery(q: string, target: QueryTarget): Query {
  const { query, problems } = parseQuery(q, target);
  const [problem] = problems;
  return problem === undefined ? query : refuse('q', `parameter 'q': ${problem.message}`);
}

/** Prints a line of a CSV file (RFC 4180). A text that begins like a formula gets an apostrophe, because spreadsheets would evaluate it. */
export function csvLine(values: readonly Cell[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/** Formats a time in milliseconds since the epoch for spreadsheets. */
export function csvTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Escapes a text for Markdown and keeps it on one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()<>#+!|~&@$^:=-]/g, (character) => `\\${character}`);
}
