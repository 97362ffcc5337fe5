import { splitObject } from '../src/core/json-text.ts';
import { parseJobChange } from '../src/http/classic/shapes.ts';
import { createJob } from '../src/store/job-state.ts';
import { documentCount, documentText } from './data.ts';

/** What the server stores for one document, made by its own functions: the limits write the very same rows. */
export interface StoredRow {
  small: string;
  document_hashes: string;
  kernel: string | null;
  overrides: string | null;
  roles: string | null;
  targets: string | null;
  tasks: string | null;
}

/** The rows of all documents, by number. */
export function storedRows(): StoredRow[] {
  return Array.from({ length: documentCount }, (_, n) => storedRow(documentText(n)));
}

function storedRow(text: string): StoredRow {
  const texts = splitObject(text);
  if (texts === null) throw new Error('a benchmark document nests too deep');
  const change = parseJobChange({ values: JSON.parse(text), texts, size: text.length });
  if ('failure' in change) throw new Error('the server refuses a benchmark document');
  const { row, document } = createJob(1, '1', change, 1);
  const { small, document_hashes } = row;
  const nothing = { kernel: null, overrides: null, roles: null, targets: null, tasks: null };
  return { small, document_hashes, ...nothing, ...document };
}
