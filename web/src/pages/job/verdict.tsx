import { causesOfJob, mostCaseCauses } from '../../../../src/core/job.ts';
import { apiPath } from '../../../../src/core/paths.ts';
import { bandOf } from '../../../../src/core/verdicts/bands.ts';
import type { JobPage } from '../../../../src/http/api/job-page-schema.ts';
import type { RunVerdicts } from '../../../../src/http/api/verdict-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { JobCauses, VerdictBadge, VerdictDetail } from '../run/verdict-view.tsx';

/** What is said of the causes of a failed job in its run: the same as on the page of the run, and compared with the same branch. */
export function JobVerdict({ page: { run, job, tests } }: { page: JobPage }) {
  const [base] = useUrlState('base', '');
  const { data } = useApi<RunVerdicts>(job.signature === null ? null : apiPath.runVerdicts(run.name, { base }));
  const said = new Map(data?.verdicts.map((verdict) => [verdict.id, verdict]));
  const verdict = said.get(job.signature?.id ?? '');
  const others = causesOfJob(job).slice(1);
  const failed = tests === null ? 0 : tests.fail + tests.error;
  return (
    <>
      {data && verdict && (
        <>
          <p className="line">
            <VerdictBadge verdict={verdict} band={bandOf(verdict, data.run)} />
            {verdict.jobs > 1 && <span>one of {verdict.jobs} jobs of this run with this cause</span>}
          </p>
          <VerdictDetail page={data} verdict={verdict} />
        </>
      )}
      {others.length > 0 && (
        <>
          <h2>{job.case_causes.some(({ id }) => id === job.signature?.id) ? 'Other failed' : 'Failed'} test cases</h2>
          <JobCauses run={run} causes={others} said={said} />
        </>
      )}
      {failed > mostCaseCauses && (
        <p>
          Only the first {mostCaseCauses} of its {failed} failed test cases are causes; all of them are under Tests.
        </p>
      )}
    </>
  );
}
