/** Which causes a failed job has: one of its own, and those of its failed test cases. */

/** A job with the cause that its reason or its log names, and the causes of its first failed test cases, each once. */
export interface CausedJob<Cause extends { id: string } = { id: string }> {
  signature: Cause | null;
  case_causes: readonly Cause[];
}

/** How many of the failed test cases of a job, in the order of its document, are causes of its failure; the others are only listed. */
export const mostCaseCauses = 20;

/** All causes of a job, each once and its own first; none of a job that has not failed. */
export function causesOfJob<Cause extends { id: string }>({ signature, case_causes }: CausedJob<Cause>): Cause[] {
  if (signature === null) return [];
  return [signature, ...case_causes.filter(({ id }) => id !== signature.id)];
}
