import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import type { RunPage } from '../../../../src/http/api/schemas.ts';
import type { Job } from '../../lib/columns.ts';
import { Copy } from '../../ui/Copy.tsx';

/** What the jobs of a run have in common, and the commands that act on the run. */
export function ConfigView({ page, jobs }: { page: RunPage; jobs: readonly Job[] }) {
  const { run } = page;
  const lists = jobs.map((job) => new Set(parseFacets(job.description).map(facetText)));
  const common = [...(lists[0] ?? [])].filter((facet) => lists.every((list) => list.has(facet)));
  const systems = [...new Set(jobs.map((job) => job.os ?? 'not known'))].sort();
  const nodes = new Set(jobs.flatMap((job) => job.nodes));
  const api = `/api/runs/${run.name}`;
  const commands = [
    ['rerun failed and dead jobs', `teuthology-suite --rerun ${run.name} -R fail,dead`],
    ['kill the run, keep its queue entry', `teuthology-kill -p -r ${run.name}`],
  ] as const;
  return (
    <div className="body">
      <h2>Commands</h2>
      {commands.map(([what, command]) => (
        <div key={command} className="line">
          <span>{what}:</span> <code>{command}</code> <Copy text={command} label={`the command to ${what}`} />
        </div>
      ))}
      <h2>All jobs have in common</h2>
      <p className="line">
        {common.length === 0 && 'nothing in their descriptions'}
        {common.map((facet) => (
          <code key={facet} className="chip">
            {facet}
          </code>
        ))}
      </p>
      <h2>Run</h2>
      <table>
        <tbody>
          {[
            ['status', run.status],
            ['sha1', run.sha1 ?? 'not known'],
            ['flavor', run.flavor ?? 'not known'],
            ['priority', String(run.priority ?? 'not known')],
            ['tags', run.tags.join(', ') || 'none'],
            ['operating systems', systems.join(', ')],
            ['nodes', String(nodes.size)],
          ].map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>As data</h2>
      <p>
        <a href={`${api}/jobs.json`}>jobs as JSON</a> · <a href={`${api}/jobs.csv`}>jobs as CSV</a> ·{' '}
        <a href={api}>run as JSON</a>
      </p>
    </div>
  );
}
