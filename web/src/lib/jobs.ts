/** The jobs of a run with their texts, as the run page uses them. */

import { type ListedJob, readPageJob } from '../../../src/core/page-jobs.ts';
import { hasLog, logHref, safeHref } from '../../../src/core/paths.ts';
import type { PageSignature, RunPage } from '../../../src/http/api/run-page-schema.ts';
import { withoutOverrides } from './format.ts';

/** A job; times in milliseconds since the epoch, durations in seconds. */
export interface Job extends ListedJob<PageSignature> {
  /** Its index in `page.jobs`. */
  index: number;
  /** Where its log is; null when this is not configured. */
  log_href: string | null;
}

/** The jobs of a page, in the same order. */
export function jobsOf({ run, jobs, texts, signatures, log_href_template }: RunPage): Job[] {
  const shown = texts.map(withoutOverrides);
  return jobs.map((row, index) => ({
    ...readPageJob(row, shown, signatures),
    index,
    log_href: hasLog(row.status) ? safeHref(logHref(log_href_template, run.name, row.job_id)) : null,
  }));
}
