import { Link } from 'wouter';
import { mostCaseCauses } from '../../../../src/core/job.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { RunTests } from '../../../../src/http/api/job-tests-schema.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { ErrorBox } from '../../ui/States.tsx';
import type { Group } from './groups.ts';

const mostJobs = 6;

/** The failed test cases of a run, each with all jobs in which it failed. */
export function FailedCases({ page }: { page: RunPage }) {
  const { data, error, refetch } = useApi<RunTests>(apiPath.runTests(page.run.name));
  if (error !== null && data === undefined) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined) return <div className="body" aria-busy="true" />;
  const known = new Set(page.signatures.map(({ id }) => id));
  return (
    <div className="body">
      {data.causes.length === 0 && <p>No test case of this run has failed, as far as its jobs have told.</p>}
      {data.causes.some(({ signature }) => signature === null) && (
        <p>
          The first {mostCaseCauses} failed cases of a job are causes of its failure. Those without a link to their
          cause come later, and are only listed here.
        </p>
      )}
      {data.more && <p>The run has more failed cases than these.</p>}
      <ul className="cases">
        {data.causes.map(({ signature, name, message, jobs }) => (
          <li key={name}>
            <span className="strong">{plural(jobs.length, 'job')}</span>
            <div>
              <Link href={pagePath.test({ name, run: page.run.name, job: jobs[0] ?? '' })}>{name}</Link>{' '}
              {signature !== null && known.has(signature) && <Link href={pagePath.cause(signature)}>cause</Link>}
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

/** Cases of one cause that are shown: they differ in numbers alone. */
const mostCases = 3;

/** What the failed cases say that are the cause of a group; nothing for a group of anything else. */
export function CasesOfGroup({ page, group: { id, title, jobs } }: { page: RunPage; group: Group }) {
  const isCase = jobs.some(({ case_causes }) => case_causes.some((cause) => cause.id === id));
  const { data } = useApi<RunTests>(isCase ? apiPath.runTests(page.run.name) : null);
  const cases = data?.causes.filter(({ signature }) => signature === id) ?? [];
  if (cases.length === 0) return null;
  return (
    <>
      <h2>Test case</h2>
      <ul className="plain-list">
        {cases.slice(0, mostCases).map(({ name, message, jobs: [job = ''] }) => (
          <li key={name} className="break">
            {message !== null && <pre>{message}</pre>}
            <Link href={pagePath.test({ name, run: page.run.name, job })}>
              history of {name === title ? 'this case' : name}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
