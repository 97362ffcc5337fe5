import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { RunTests } from '../../../../src/http/api/job-tests-schema.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { ErrorBox } from '../../ui/States.tsx';

/** Jobs of a case that are named. */
const mostJobs = 6;

/** The failed test cases of a run, each with all jobs in which it failed: a job counts under one cause, but in each of its cases. */
export function FailedCases({ page }: { page: RunPage }) {
  const { data, error, refetch } = useApi<RunTests>(apiPath.runTests(page.run.name));
  if (error !== null && data === undefined) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined) return <div className="body" aria-busy="true" />;
  const known = new Set(page.signatures.map(({ id }) => id));
  return (
    <div className="body">
      {data.causes.length === 0 && <p>No test case of this run has failed, as far as its jobs have told.</p>}
      {data.more && <p>The run has more failed cases than these.</p>}
      <ul className="cases">
        {data.causes.map(({ signature, name, message, jobs }) => (
          <li key={signature}>
            <span className="strong">{plural(jobs.length, 'job')}</span>
            <div>
              <Link href={pagePath.test({ name, run: page.run.name, job: jobs[0] ?? '' })}>{name}</Link>{' '}
              {known.has(signature) && <Link href={pagePath.cause(signature)}>cause</Link>}
              {message !== null && <p className="mono break">{message}</p>}
              <p className="line">
                {jobs.slice(0, mostJobs).map((job) => (
                  <Link key={job} href={pagePath.job(page.run.name, job, { view: 'tests' })}>
                    {job}
                  </Link>
                ))}
                {jobs.length > mostJobs && `and ${jobs.length - mostJobs} more`}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
