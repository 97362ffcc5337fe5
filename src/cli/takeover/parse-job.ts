import type { Members } from '../../core/json-text.ts';
import { Refusal } from '../../http/errors.ts';
import { parseJobChange } from '../../http/teuthology/job-bodies.ts';
import type { ParseJob } from '../../store/takeover/job-state.ts';

/** Reads an old job as a report that arrives at the door of teuthology. */
export const parseOldJob: ParseJob = (texts: Members) => {
  try {
    return parseJobChange({ texts, size: 0 });
  } catch (error) {
    if (!(error instanceof Refusal) || error.failure.failure !== 'invalid') throw error;
    const { key, reason } = error.failure;
    return { refused: key ?? '', reason };
  }
};
