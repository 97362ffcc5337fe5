/** Converts old documents to a form that can be stored. Nearly all stay the bytes that PostgreSQL sent. */
import { isUtf8 } from 'node:buffer';
import { type DocumentField, documentFields } from '../../core/job.ts';
import { isPlainJson } from '../../core/json-bytes.ts';
import { readValue } from '../../core/json-text.ts';
import type { OldJob } from './old-jobs.ts';

/** The documents of a job that have a value: as UTF-8, or as text if they were changed. */
export type CleanDocuments = Partial<Record<DocumentField, Uint8Array | string>>;

/** Reports a document that was not copied unchanged. */
type Tell = (finding: { key: string; problem: string; was: string; now: string | null }) => void;

/** The largest document that is copied, in UTF-16 units: the most that a server can be configured to accept. */
const longestDocument = 16 << 20;

/** Returns the documents of a job without anything that is not JSON. */
export function cleanDocuments(documents: OldJob['documents'], tell: Tell): CleanDocuments {
  const clean: CleanDocuments = {};
  for (const key of documentFields) {
    const bytes = documents[key];
    if (!bytes || bytes.length === 0) continue;
    const isPlain = bytes.length <= longestDocument && isPlainJson(bytes) && isUtf8(bytes);
    const value = isPlain ? bytes : documentText(key, textOf(bytes), tell);
    if (value !== null) clean[key] = value;
  }
  return clean;
}

/** Decodes UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function documentText(key: string, was: string, tell: Tell): string | null {
  if (was.length > longestDocument) {
    tell({ key, problem: 'is longer than 16 MiB', was, now: null });
    return null;
  }
  const read = readValue(was);
  if (read === null) tell({ key, problem: 'is no JSON', was, now: null });
  else if (read.hasNaN) tell({ key, problem: 'has NaN or Infinity', was, now: 'null in their places' });
  return read === null || read.text === 'null' ? null : read.text;
}
