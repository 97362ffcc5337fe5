/** The cause of a failure whose reason is generic, by the first real error of its log. */
import { causeOf, type Signature, signatureOf } from '../signature.ts';
import { maskNoise } from '../signature-mask.ts';
import { caseError } from '../test-cases.ts';
import type { EvidenceKind } from './evidence.ts';

/** What decides: a crash, else the first failed test case, else what the log says otherwise. */
export function evidenceOf(excerpt: FoundError | null, failedCase: string | null): FoundError | null {
  if (failedCase === null || (excerpt?.sure && excerpt.kind === 'crash')) return excerpt;
  return { kind: 'test', error: caseError(failedCase), sure: true };
}

/** What of an excerpt decides; `sure` as the engine keeps it. */
export interface FoundError {
  kind: EvidenceKind;
  error: string;
  sure: boolean | number;
}

/**
 * The cause of a job, given the one that its reason names (null for none) and what its log says. A reason that says what failed stays,
 * and so does one whose log does not tell for sure.
 */
export function refined(signature: Signature | null, found: FoundError | null): Signature | null {
  if (found === null || !found.sure || found.kind === 'none' || found.error === '') return signature;
  if (signature !== null && !isGeneric(signature) && !(found.kind === 'crash' && saysWhoCrashed(signature)))
    return signature;
  const named = signatureOf(found.error);
  if (found.kind === 'crash' || found.kind === 'test')
    return named.kind === 'other' ? causeOf(found.kind, maskNoise(found.error.replace(/^FAIL: /, ''))) : named;
  if (named.kind !== 'other' && named.kind !== 'command') return named;
  const error = maskNoise(found.error);
  return signature === null || signature.kind === 'dead'
    ? causeOf('command', error)
    : causeOf(signature.kind, `${signature.title}: ${error}`);
}

/** Whether a cause only says what crashed, not of what. */
function saysWhoCrashed({ kind, title }: Signature): boolean {
  return kind === 'crash' && title.startsWith('crashed: ');
}

/** Whether a cause only says that something failed, or that a job took too long. */
function isGeneric({ kind, title }: Signature): boolean {
  if (kind === 'dead') return true;
  if (kind === 'command') return / → status -?\d{1,9}$/.test(title);
  return kind === 'timeout' && (title === 'hit max job timeout' || title.endsWith(' → status 124'));
}
