import type { EvidenceKind } from '../../core/logs/evidence.ts';
import type { CaseCounts, CaseResult } from '../../core/test-cases.ts';

/**
 * What the log of a job that ended badly said (core/logs). `due` is when it is to be read, in microseconds, null: not again; `version` is that of the rules
 * that read it, 0: none did. `others` is a JSON list of `Finding`s.
 */
export interface LogExcerptTable {
  job_id: number;
  due: number | null;
  tries: number;
  version: number;
  file: string | null;
  kind: EvidenceKind | null;
  error: string | null;
  byte: number | null;
  sure: boolean | null;
  others: string | null;
  context: string | null;
}

/** The test cases of a job (core/test-cases.ts): how many ended in which way, and all of them as src/archive packs them. */
export interface JobTestsTable extends CaseCounts {
  job_id: number;
  seconds: number;
  /** `posted`, or the files that they were in. */
  source: string;
  packed: string;
}

/**
 * A case that failed, in the order of its job; `hash` is that of its name, `posted` that of the job, `signature` the cause that it is, empty
 * for one after the first 20, which are only listed.
 */
export interface FailedCaseTable {
  job_id: number;
  place: number;
  name: string;
  hash: string;
  posted: number;
  result: CaseResult;
  message: string | null;
  signature: string;
}
