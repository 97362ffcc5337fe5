import type { DocumentField } from '../src/core/job.ts';
import { splitObject } from '../src/core/json-text.ts';
import { hostsOf } from '../src/core/targets.ts';
import { parseJobChange as parseClassic } from '../src/http/classic/shapes.ts';
import { parseJobChange as parseTeuthology } from '../src/http/teuthology/job-bodies.ts';
import type { JobRow } from '../src/store/engine/schema.ts';
import { createJob } from '../src/store/write/job-change.ts';
import { documentCount, documentText } from './data.ts';

/** The contract that a benchmark speaks. */
export type Contract = 'classic' | 'teuthology';

/** The columns of a job that come from its document alone. */
export const documentJobColumns = [
  'small',
  'name',
  'machine_type',
  'flavor',
  'branch',
  'failure_reason',
  'priority',
  'queue',
  'sha1',
  'user',
  'more',
  'document_hashes',
  'description_hash',
] as const satisfies (keyof JobRow)[];

/** What the server stores for one document, made by its own functions: the limits write the very same rows. */
export type StoredRow = Pick<JobRow, (typeof documentJobColumns)[number]> & Record<DocumentField, string | null>;

/** The rows of all documents, by number. */
export function storedRows(contract: Contract): StoredRow[] {
  return Array.from({ length: documentCount }, (_, n) => storedRow(contract, documentText(n)));
}

/** The hosts that a document names: its job is linked to their nodes. */
export function hostsOfRow({ targets }: StoredRow): string[] {
  return hostsOf(targets ?? 'null');
}

function storedRow(contract: Contract, text: string): StoredRow {
  const texts = splitObject(text);
  const parse = contract === 'classic' ? parseClassic : parseTeuthology;
  const change = parse({ texts, size: text.length });
  if ('failure' in change) throw new Error('the server refuses a benchmark document');
  const { row, document } = createJob(1, '1', change, 1);
  const columns = Object.fromEntries(documentJobColumns.map((column) => [column, row[column]]));
  const nothing = { kernel: null, overrides: null, roles: null, targets: null, tasks: null };
  return { ...(columns as Pick<JobRow, (typeof documentJobColumns)[number]>), ...nothing, ...document };
}
