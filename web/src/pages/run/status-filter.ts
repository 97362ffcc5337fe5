/** The part of a filter that a click on a status changes. */
import type { JobStatus } from '../../../../src/core/job.ts';
import { parseQuery } from '../../../../src/core/query.ts';
import { addTerm, literalTerm, toggleTerm } from '../../../../src/core/query-print.ts';

/** The statuses that a filter asks for by name. */
export function pickedStatuses(q: string): string[] {
  const terms = parseQuery(q, 'jobs').query.terms.filter(({ key, negated }) => key === 'status' && !negated);
  return terms.flatMap(({ values }) => values.flatMap((value) => (value.type === 'literal' ? [value.text] : [])));
}

/** The filter after a click on a status: only this status, or any status if it was the only one before. */
export function pickStatus(q: string, status: JobStatus): string {
  const picked = pickedStatuses(q);
  const isPicked = picked.length === 1 && picked[0] === status;
  return isPicked ? toggleTerm(q, literalTerm('status', status)) : addTerm(q, 'status', status, 'only');
}
