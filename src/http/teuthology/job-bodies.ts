/** Parses job bodies (teuthology contract §3.2) into changes for the core. */
import { longestJobId, nameProblem, readNumber, storable } from '../../core/input.ts';
import {
  type FieldKind,
  isDocumentField,
  isJobStatus,
  isMoreField,
  isSmallField,
  type JobChange,
  longestShortValue,
  type MoreField,
  moreFields,
  noChange,
  smallFields,
} from '../../core/job.ts';
import { formatTimestamp, parseTimestamp } from '../../core/time.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { refuse } from '../errors.ts';

/**
 * Parses the `job_id` of a new job; null if it is absent and the server has to choose one. Refuses anything but a string or a whole
 * number (teuthology contract §2.6, §7.43).
 */
export function parseJobId(body: JsonBody): string | null {
  const value = bodyValue(body, 'job_id');
  if (value === undefined) return null;
  // The raw text, because a number above 2^53 would lose digits.
  const id = typeof value === 'number' ? (body.texts.get('job_id') as string) : value;
  const isId = typeof id === 'string' && (typeof value === 'string' || /^-?\d+$/.test(id));
  const problem = isId ? nameProblem(id, longestJobId) : 'must be a string or a whole number';
  return problem === null ? (id as string) : refuse('job_id', `invalid value for key 'job_id': ${problem}`);
}

/**
 * Parses the accepted keys of a job's body. `-` counts as `_`, and unknown keys are ignored. Harmless values are coerced as the old
 * server's database did (teuthology contract §3.2, §7.5): numbers to text, `0` and `1` to booleans, fractions to whole numbers. A null
 * `status`, `success` or `updated` is ignored. Refuses the first key whose value is invalid.
 */
export function parseJobChange(body: JsonBody): JobChange {
  const change = noChange();
  for (const [sent, text] of body.texts) applyKey(change, sent, body, text);
  return change;
}

function applyKey(change: JobChange, sent: string, body: JsonBody, text: string): void {
  const key = sent.replaceAll('-', '_');
  if (sent === 'status' || sent === 'success' || sent === 'updated') {
    applySpecial(change, sent, bodyValue(body, sent));
    return;
  }
  if (isDocumentField(key)) {
    change.document.set(key, text);
    return;
  }
  const kind = isSmallField(key) ? smallFields[key] : isMoreField(key) ? moreFields[key] : undefined;
  if (kind === undefined) return;
  if (text.length > longestShortValue && key !== 'failure_reason') {
    refuse(sent, `invalid value for key '${sent}': must be at most ${longestShortValue} characters long`);
  }
  if (text.length > longestGathered && isGathered(text)) {
    refuse(
      sent,
      `invalid value for key '${sent}': a list or an object must be at most ${longestGathered} characters long`,
    );
  }
  const value = bodyValue(body, sent);
  const coerced = coerce(kind, value, text);
  if (coerced === undefined) {
    refuse(sent, `invalid value for key '${sent}': must be ${expected[kind]} or null`);
  }
  if (isSmallField(key)) change.small.set(key, keepsText(kind, value) ? text : JSON.stringify(coerced));
  else change.more.set(key as MoreField, coerced);
}

/** The longest list or object that is stored as a short value, in UTF-16 units. */
const longestGathered = 65_536;

function isGathered(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

/** Whether a value is stored exactly as sent, because the classic contract shows it that way. */
function keepsText(kind: FieldKind, value: unknown): boolean {
  if (kind === 'text' || kind === 'id') return typeof value === 'string' || typeof value === 'number';
  return kind === 'number' && typeof value === 'number';
}

function applySpecial(change: JobChange, key: 'status' | 'success' | 'updated', value: unknown): void {
  if (value === null) return;
  if (key === 'status') {
    if (!isJobStatus(value)) refuse(key, `invalid value for key 'status': ${describe(value)} is no job status`);
    change.status = value;
  } else if (key === 'success') {
    const success = toBoolean(value);
    if (success === undefined) refuse(key, "invalid value for key 'success': must be true or false");
    change.success = success;
  } else {
    const updated = typeof value === 'string' ? parseTimestamp(value, 'updated') : null;
    if (updated === null) refuse(key, "invalid value for key 'updated': must look like 2024-03-01 20:00:15");
    change.updated = updated;
  }
}

function describe(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}

const expected: Record<FieldKind, string> = {
  text: 'a text',
  id: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true, false',
  time: 'a time like 2024-03-01_20:00:15',
  json: 'a JSON value',
};

/** Converts a value to the key's type in the contract; undefined if that is impossible. `text` is the raw JSON. */
function coerce(kind: FieldKind, value: unknown, text: string): unknown {
  if (value === null) return null;
  switch (kind) {
    case 'text':
    case 'id':
      return storable(typeof value === 'string' ? value : typeof value === 'number' ? text : JSON.stringify(value));
    case 'number':
      return readNumber(value) ?? undefined;
    case 'integer': {
      const number = readNumber(value);
      const whole = number === null ? Number.NaN : Math.sign(number) * Math.round(Math.abs(number));
      return Number.isSafeInteger(whole) ? whole || 0 : undefined;
    }
    case 'boolean':
      return toBoolean(value);
    case 'time': {
      const time = typeof value === 'string' ? parseTimestamp(value, 'run-name') : null;
      return time === null ? undefined : formatTimestamp(time);
    }
    case 'json':
      return value;
  }
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 1 || value === 0 ? value === 1 : undefined;
}
