import type { PageVerdict } from '../../../../src/http/api/verdict-schema.ts';
import { decidedWords } from '../run/triage.ts';

type Said = Pick<PageVerdict, 'decision' | 'past'>;

/** What was decided for a cause: once when that is the same in both runs or only one run has it. */
export function decidedInEither(a: Said | undefined, b: Said | undefined): string {
  const [inA, inB] = [a ? decidedWords(a) : '', b ? decidedWords(b) : ''];
  if (a === undefined || inA === inB) return inB;
  if (b === undefined) return inA;
  return [inA && `A: ${inA}`, inB && `B: ${inB}`].filter((part) => part !== '').join('; ');
}
