import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { NodeItem } from '../../../../src/http/api/lab-schema.ts';
import { shortHost } from '../../lib/format.ts';
import { Results } from '../runs/columns.tsx';
import { nodeState } from './node-facts.ts';

/** The name of a node without the domain, as a link to its page. */
export function NodeLink({ node }: { node: NodeItem }) {
  return (
    <Link href={pagePath.node(node.name)} title={node.name}>
      {shortHost(node.name)}
    </Link>
  );
}

/** The state of a node as a square and a word. */
export function NodeStateCell({ node }: { node: NodeItem }) {
  const state = nodeState(node);
  return (
    <span>
      <span className={`nodes-square nodes-${state}`} aria-hidden="true" /> {state}
      {state === 'down' && node.locked && <span className="quiet"> locked</span>}
    </span>
  );
}

/** Marks a node that fails more often than the others. */
export function SuspectBadge() {
  return <span className="badge nodes-suspect">suspect</span>;
}

/** The job that is running on a node. */
export function RunningCell({ node: { running } }: { node: NodeItem }) {
  if (!running) return <span className="quiet">–</span>;
  return (
    <Link href={pagePath.job(running.run, running.job_id)} title={`${running.run}/${running.job_id}`}>
      {running.job_id}
    </Link>
  );
}

/** The results of the jobs of a node. */
export function ResultsCell({ node: { results } }: { node: NodeItem }) {
  const total = Object.values(results).reduce((sum, count) => sum + count, 0);
  return total === 0 ? <span className="quiet">no jobs</span> : <Results counts={results} total={total} />;
}

/** The operating system of a node: "rocky 10". */
export function systemOf({ os_type, os_version }: NodeItem): string {
  return [os_type, os_version].filter(Boolean).join(' ');
}
