import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { base, root } from '../../lib/base.ts';
import type { Job } from '../../lib/jobs.ts';
import { useKeys } from '../../lib/keys.ts';
import { copyWithToast } from '../../ui/Copy.tsx';
import { type ReportFormat, runReport } from './report.ts';

/** Copies the report of a run and confirms it with a toast. */
export function copyReport(page: RunPage, jobs: readonly Job[], format: ReportFormat): void {
  const origin = `${location.origin}${root}`;
  const frozen = new URLSearchParams(location.search).get('at');
  const place = { origin, base: `${location.origin}${base}`, at: frozen === null ? Date.now() : Number(frozen) };
  void copyWithToast(runReport(page, jobs, place, format), `the report as ${format}`);
}

/** Copies with y and a second key: m and t the report, d the description and r the failure reason of the selected job. */
export function useCopyKeys(page: RunPage, jobs: readonly Job[], job: Job | null): void {
  useKeys({
    'y m': () => copyReport(page, jobs, 'Markdown'),
    'y t': () => copyReport(page, jobs, 'Textile'),
    'y d': () => void (job?.description && copyWithToast(job.description, 'the description')),
    'y r': () => void (job?.failure_reason && copyWithToast(job.failure_reason, 'the failure reason')),
  });
}
