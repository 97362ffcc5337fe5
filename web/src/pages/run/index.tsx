import './run.css';
import { apiPath } from '../../../../src/core/paths.ts';
import type { LiveEvents } from '../../../../src/http/api/events-schema.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { usePathParts, useTitle, useUrlState } from '../../lib/address.ts';
import { useApi, usePatch } from '../../lib/api.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { ErrorBox, FetchLine, NotFound, Skeleton } from '../../ui/States.tsx';
import { runTitle } from './headline.ts';
import { RunView } from './RunView.tsx';
import { type Patch, withTold } from './triage.ts';

/** A run: its failures by cause, its jobs, its configuration. */
export default function RunPageView() {
  const [, run = ''] = usePathParts();
  const [base] = useUrlState('base', '');
  const [at] = useUrlState('at', '');
  const path = apiPath.runPage(run, { base, at });
  const { data, error, isFetching, refetch } = useApi<RunPage>(path);
  const read = useThrottled(refetch);
  const show = usePatch<RunPage>(path);
  const patch: Patch = (change) => {
    // What is shown is otherwise read again as soon as the server tells of the change.
    if (show(change)) read();
  };
  useLive(`run:${run}`, (type, event) => {
    const isOfRun = type !== 'jobs' || (event as LiveEvents['jobs']).run === run;
    if (isOfRun && type !== 'decisions') read();
  });
  useLive('decisions', (type, event) => {
    // After a reset the other listener reads; what was decided at an earlier time does not change.
    if (type !== 'decisions' || at !== '') return;
    const told = event as LiveEvents['decisions'];
    if (!data?.signatures.some(({ id }) => told.names.includes(id))) return;
    let isTold = true;
    patch((page) => {
      const next = withTold(page, told);
      isTold = next !== null;
      return next ?? page;
    });
    if (!isTold) read();
  });
  useTitle(data === undefined ? run : runTitle(data.run));
  if (data !== undefined) {
    return (
      <>
        <FetchLine active={isFetching} />
        {error && <ErrorBox error={error} onRetry={refetch} />}
        <RunView key={data.run.name} page={data} patch={patch} />
      </>
    );
  }
  if (error?.status === 404) return <NotFound what={`run ${run}`} nearest={error.nearest} />;
  return (
    <>
      <div className="head">
        <h1>{run}</h1>
        {error && <ErrorBox error={error} onRetry={refetch} />}
      </div>
      {!error && <Skeleton rows={20} />}
    </>
  );
}
