/** The cause of a failed job, by its reason, the first real error of its log and its failed test cases. */
import { caseCause, causeOf, failureCause, longestExamined, type Signature, signatureOf } from '../signature.ts';
import { maskNoise } from '../signature-mask.ts';
import { withoutWrappers } from '../signature-text.ts';
import { casesNamed, caseTitle } from '../test-cases.ts';
import type { EvidenceKind } from './evidence.ts';

/** What of an excerpt decides; `sure` as the engine keeps it. */
export interface FoundError {
  kind: EvidenceKind;
  error: string;
  sure: boolean | number;
}

/** What is known of a failure beside its reason. */
export interface JobEvidence {
  excerpt: FoundError | null;
  /** The names of its first failed test cases, in their order. */
  cases: readonly string[];
}

/** What a job reports of its end. */
interface Ending {
  status: string;
  failure_reason: string | null;
}

/**
 * The cause of a job; null when it has not failed. A reason that says what failed stays: of one that names a failed case the cause is that of
 * the case. Otherwise a crash decides, else the first failed case, else what the log says for sure.
 */
export function refinedCause({ status, failure_reason }: Ending, { excerpt, cases }: JobEvidence): Signature | null {
  const own = failureCause(status, failure_reason);
  if (own === null) return null;
  if (own.kind === 'test' && cases.length > 0) {
    const named = casesNamed(withoutWrappers((failure_reason ?? '').slice(0, longestExamined)));
    const said = cases.find((name) => named.includes(caseTitle(name)));
    if (said !== undefined) return caseCause(said);
  }
  const found = excerpt?.sure && excerpt.kind !== 'none' && excerpt.error !== '' ? excerpt : null;
  if (found?.kind === 'crash') return isGeneric(own) || saysWhoCrashed(own) ? causeOfError(own, found) : own;
  if (!isGeneric(own)) return own;
  const [first] = cases;
  return first === undefined ? causeOfError(own, found) : caseCause(first);
}

/** The cause that an error names, for a job whose own says nothing. */
function causeOfError(own: Signature, found: FoundError | null): Signature {
  if (found === null) return own;
  const named = signatureOf(found.error);
  if (found.kind === 'crash' || found.kind === 'test')
    return named.kind === 'other' ? causeOf(found.kind, maskNoise(found.error)) : named;
  if (named.kind !== 'other' && named.kind !== 'command') return named;
  const error = maskNoise(found.error);
  return own.kind === 'dead' ? causeOf('command', error) : causeOf(own.kind, `${own.title}: ${error}`);
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
