import { useMemo } from 'react';
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { apiPath } from '../../../../src/core/paths.ts';
import type { RunConfig, RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { root, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { scheduleAgain } from '../../lib/commands.ts';
import { number, plural } from '../../lib/format.ts';
import { Command } from '../../ui/Copy.tsx';
import { ErrorBox, Skeleton } from '../../ui/States.tsx';
import { Facts } from '../../ui/Table.tsx';
import { Yaml } from '../../ui/Yaml.tsx';
import { partsWith } from './config-parts.ts';
import type { Job } from './jobs.ts';

/** The facts of a run, and the configuration that its jobs share. */
export function ConfigView({ page, jobs }: { page: RunPage; jobs: readonly Job[] }) {
  const { run } = page;
  const lists = jobs.map((job) => new Set(parseFacets(job.description).map(facetText)));
  const common = [...(lists[0] ?? [])].filter((facet) => lists.every((list) => list.has(facet)));
  const systems = [...new Set(jobs.map((job) => job.os ?? 'unknown'))].sort();
  const nodes = new Set(jobs.flatMap((job) => job.nodes));
  const facts = [
    ['sha1', run.sha1 ?? 'unknown'],
    ['flavor', run.flavor ?? 'unknown'],
    ['priority', String(run.priority ?? 'unknown')],
    ['tags', run.tags.join(', ') || 'none'],
    ['operating systems', systems.join(', ') || 'none'],
    ['nodes', number(nodes.size)],
    ['common to all descriptions', common.join('  ') || 'none'],
  ] as const;
  return (
    <div className="body">
      <h2>Run</h2>
      <Facts rows={facts} />
      <p>
        Download: <a href={root + apiPath.runJobsFile(run.name, 'json')}>jobs as JSON</a> ·{' '}
        <a href={root + apiPath.runJobsFile(run.name, 'csv')}>jobs as CSV</a> ·{' '}
        <a href={root + apiPath.run(run.name)}>run as JSON</a>
      </p>
      {jobs.length > 0 && <CommonConfig run={run} />}
    </div>
  );
}

function CommonConfig({ run }: { run: RunItem }) {
  const { data, error, refetch } = useApi<RunConfig>(apiPath.runConfig(run.name));
  const [words, setWords] = useUrlState('find', '');
  const found = useMemo(() => partsWith(data?.common ?? {}, words), [data, words]);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined) return <Skeleton rows={10} />;
  return (
    <>
      <h2>Schedule the same again</h2>
      <Command text={scheduleAgain(run, data.common)} what="the command to schedule the same run" />
      <h2>Common configuration</h2>
      <p className="quiet">
        {data.compared === data.jobs
          ? `What the configurations of all ${plural(data.jobs, 'job')} have in common.`
          : `What ${data.compared} of ${plural(data.jobs, 'job')}, spread evenly over the run, have in common.`}
      </p>
      <p>
        <input
          type="search"
          value={words}
          aria-label="Find in the configuration"
          placeholder="find keys and values"
          onChange={(event) => setWords(event.target.value, { replace: true })}
        />
      </p>
      {found === null ? (
        <p>Nothing has “{words}” in its key or value.</p>
      ) : (
        <Yaml value={found as RunConfig['common']} name={run.name} label="Common configuration" />
      )}
    </>
  );
}
