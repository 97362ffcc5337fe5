/** The cause of a failure, as far as its reason tells: a kind and a title without hosts, numbers, ids, paths and times. */
import { type CauseClass, causeClasses, classOf } from './signature-class.ts';
import { cutTitle, hashOf } from './signature-cut.ts';
import type { SignatureKind } from './signature-kinds.ts';
import { maskNoise } from './signature-mask.ts';
import { rules } from './signature-rules.ts';
import { withoutWrappers } from './signature-text.ts';

export { type CauseClass, causeClasses, type SignatureKind };

/** Increases when the rules change, so that everything stored can be computed again. */
export const signatureVersion = 3;

/** One cause. `id` is 8 hexadecimal digits over the version, the kind and the title. */
export interface Signature {
  id: string;
  kind: SignatureKind;
  /** One line of at most 160 characters. */
  title: string;
  /** What sort of thing failed; it follows from the kind and the title. */
  class: CauseClass;
}

/** Reasons can be megabytes of output, but what names the cause is at the beginning. */
export const longestExamined = 8192;
const longestTitle = 160;

/** The cause that a failure reason names. Never throws. */
export function signatureOf(reason: string): Signature {
  const text = withoutWrappers(reason.slice(0, longestExamined).toWellFormed());
  for (const rule of rules) {
    const found = rule(text);
    if (found !== null) return signature(...found);
  }
  return signature('other', maskNoise(text).replace(/ on <host>$/, ''));
}

/** The cause of a job that failed or died and gave no reason. */
export function deadSignature(status: string): Signature {
  return signature('dead', `${status === 'dead' ? 'dead' : 'failed'}, no reason recorded`);
}

/** The cause of a job in this status, which may have given a reason; null for one that has not failed. */
export function failureCause(status: string, reason: string | null): Signature | null {
  if (status !== 'fail' && status !== 'dead') return null;
  return reason ? signatureOf(reason) : deadSignature(status);
}

/** A cause that something else than a reason names: `title` without what varies. */
export function causeOf(kind: SignatureKind, title: string): Signature {
  return signature(kind, title);
}

/** A stored cause, which has no class of its own. */
export function classified(cause: Omit<Signature, 'class'>): Signature {
  return { ...cause, class: classOf(cause) };
}

function signature(kind: SignatureKind, title: string): Signature {
  const short = cutTitle(title, longestTitle);
  return classified({
    id: hashOf(`${signatureVersion}|${kind}|${short}`),
    kind,
    title: short || '(empty reason)',
  });
}
