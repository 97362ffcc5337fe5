import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { TestHistory } from '../../../../src/http/api/job-tests.ts';
import { useTitle, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { duration } from '../../lib/format.ts';
import { Copy } from '../../ui/Copy.tsx';
import { ErrorBox } from '../../ui/States.tsx';
import { Time } from '../../ui/Time.tsx';

/** The history of a test case: the last jobs that ran it, and its failures in any job. */
export default function TestPageView() {
  const [name] = useUrlState('name', '');
  const [run] = useUrlState('run', '');
  const [job] = useUrlState('job', '');
  const { data, error, refetch } = useApi<TestHistory>(name === '' ? null : apiPath.testHistory({ name, run, job }));
  useTitle(name);
  return (
    <>
      <header className="head">
        <h1 className="mono break">
          {name} <Copy text={name} label="name" />
        </h1>
      </header>
      <div className="body">
        {error !== null && <ErrorBox error={error} onRetry={refetch} />}
        {data !== undefined && (
          <>
            <h2>Last jobs with the same description</h2>
            {data.recent.length === 0 && <p>No other job with test cases has this description.</p>}
            <ul className="cases">
              {data.recent.map((one) => (
                <li key={`${one.run}/${one.job_id}`}>
                  <span className={isBad(one.result) ? 'bad' : 'quiet'}>{one.result ?? 'not run'}</span>
                  <div>
                    <JobAt {...one} /> {one.result !== null && <span className="quiet">{duration(one.seconds)}</span>}
                  </div>
                </li>
              ))}
            </ul>
            <h2>Failures in any job</h2>
            {data.failures.length === 0 && <p>No failures.</p>}
            <ul className="cases">
              {data.failures.map((one) => (
                <li key={`${one.run}/${one.job_id}`}>
                  <span className="bad">{one.result}</span>
                  <div>
                    <JobAt {...one} />
                    {one.message !== null && <p className="mono break">{one.message}</p>}
                  </div>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </>
  );
}

function isBad(result: TestHistory['recent'][number]['result']): boolean {
  return result === 'fail' || result === 'error';
}

function JobAt({ run, job_id, branch, posted, started }: Omit<TestHistory['failures'][number], 'result' | 'message'>) {
  return (
    <>
      <Link href={pagePath.job(run, job_id, { view: 'tests' })}>
        {run}/{job_id}
      </Link>{' '}
      on {branch}, <Time at={started ?? posted} />
    </>
  );
}
