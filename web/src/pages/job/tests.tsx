import { useState } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { caseResults } from '../../../../src/core/test-cases.ts';
import type { JobTests } from '../../../../src/http/api/job-tests.ts';
import { useApi } from '../../lib/api.ts';
import { duration, plural } from '../../lib/format.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorBox } from '../../ui/States.tsx';

const atATime = 200;

/** The test cases of a job, failed ones first. */
export function JobTestsView({ run, job }: { run: string; job: string }) {
  const [text, setText] = useState('');
  const [result, setResult] = useState('');
  const [skip, setSkip] = useState(0);
  const query = { text, result, skip: skip === 0 ? '' : String(skip), limit: String(atATime) };
  const { data, error, refetch } = useApi<JobTests>(apiPath.jobTests(run, job, query));
  const choose = (change: () => void) => {
    change();
    setSkip(0);
  };
  if (error !== null && data === undefined) return <ErrorBox error={error} onRetry={refetch} />;
  const { counts, total = 0, cases = [], seconds = 0 } = data ?? {};
  return (
    <div className="body">
      <p className="line">
        <label>
          <span className="strong">Cases</span>{' '}
          <select value={result} onChange={(event) => choose(() => setResult(event.target.value))}>
            <option value="">all</option>
            <option value="failed">failed</option>
            {caseResults.map((one) => (
              <option key={one} value={one}>
                {one} ({counts?.[one] ?? 0})
              </option>
            ))}
          </select>
        </label>
        <input
          type="search"
          value={text}
          placeholder="Part of a name or message"
          aria-label="Part of a name or message"
          onChange={(event) => choose(() => setText(event.target.value))}
        />
        <span role="status">
          {plural(total, 'case')}, {duration(seconds)}
        </span>
      </p>
      <Cases run={run} job={job} cases={cases} />
      <p className="line">
        {skip > 0 && <Button onClick={() => setSkip(skip - atATime)}>Previous</Button>}
        {skip + atATime < total && <Button onClick={() => setSkip(skip + atATime)}>Next</Button>}
      </p>
    </div>
  );
}

function Cases({ run, job, cases }: { run: string; job: string; cases: JobTests['cases'] }) {
  return (
    <ul className="cases">
      {cases.map(({ name, result, seconds, message }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a case may occur twice
        <li key={index}>
          <span className={result === 'pass' || result === 'skipped' ? 'quiet' : 'bad'}>{result}</span>
          <div>
            <Link href={pagePath.test({ name, run, job })}>{name}</Link>{' '}
            <span className="quiet">{duration(seconds)}</span>
            {message !== null && <p className="mono break">{message}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
