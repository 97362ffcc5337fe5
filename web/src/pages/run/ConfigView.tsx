import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { apiPath } from '../../../../src/core/paths.ts';
import type { RunConfig, RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { useApi } from '../../lib/api.ts';
import { number } from '../../lib/format.ts';
import type { Job } from '../../lib/jobs.ts';
import { ErrorBox, Skeleton } from '../../ui/States.tsx';
import { Yaml } from '../../ui/Yaml.tsx';

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
      <table className="facts">
        <tbody>
          {facts.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="break">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        Download: <a href={apiPath.runJobsFile(run.name, 'json')}>jobs as JSON</a> ·{' '}
        <a href={apiPath.runJobsFile(run.name, 'csv')}>jobs as CSV</a> · <a href={apiPath.run(run.name)}>run as JSON</a>
      </p>
      {jobs.length > 0 && <CommonConfig path={apiPath.runConfig(run.name)} name={run.name} />}
    </div>
  );
}

function CommonConfig({ path, name }: { path: string; name: string }) {
  const { data, error, refetch } = useApi<RunConfig>(path);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (data === undefined) return <Skeleton rows={10} />;
  const of =
    data.compared === data.jobs
      ? `all ${number(data.jobs)} jobs`
      : `${number(data.compared)} of ${number(data.jobs)} jobs`;
  return (
    <>
      <h2>Configuration common to {of}</h2>
      <Yaml value={data.common} name={name} label="Common configuration" />
    </>
  );
}
