import { Link } from 'wouter';
import { apiPath, pagePath, safeHref } from '../../../../src/core/paths.ts';
import { useApi } from '../../lib/api.ts';
import { OutLink } from '../../ui/OutLink.tsx';
import { Time } from '../../ui/Time.tsx';

/** A decision as `/api/decisions` answers it. */
interface ListedDecision {
  id: number;
  class: string;
  issue_url: string | null;
  note: string;
  scope: string;
  scope_of: string | null;
  run: string;
  author: string;
  created: number;
  withdrawn_by: string | null;
  replaced: boolean;
  scattered: string[];
}

interface DecisionList {
  decisions: ListedDecision[];
}

/** What people said of a cause, newest first, also what was replaced or withdrawn; nothing on a server that keeps no decisions. */
export function Decisions({ cause }: { cause: string }) {
  const { data } = useApi<DecisionList>(apiPath.decisions({ cause }));
  if (data === undefined) return null;
  return (
    <section>
      <h2>Decisions</h2>
      {data.decisions.length === 0 && <p>Nobody has decided what it is. That is done on the page of a run.</p>}
      <ul className="plain-list">
        {data.decisions.map((decision) => (
          <li key={decision.id} className="line">
            <Time at={decision.created} form="long" />
            <span className="strong">{wordsOf(decision)}</span>
            {decision.issue_url !== null && safeHref(decision.issue_url) !== null && (
              <OutLink name="issue" href={decision.issue_url} />
            )}
            <span>{reachOf(decision)}</span>
            <Link href={pagePath.run(decision.run)}>run</Link>
            <span>{stateOf(decision)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordsOf({ class: kind, author, note }: ListedDecision): string {
  return `${kind}, by ${author}${note === '' ? '' : `: ${note}`}`;
}

const reaches: Record<string, string> = {
  run: 'in this run',
  branch: 'on the branch',
  base: 'on the base branch and those named after it:',
  everywhere: 'everywhere',
};

function reachOf({ scope, scope_of }: ListedDecision): string {
  const words = reaches[scope] ?? scope;
  return scope === 'run' || scope_of === null ? words : `${words} ${scope_of}`;
}

function stateOf({ replaced, withdrawn_by, scattered }: ListedDecision): string {
  if (withdrawn_by !== null) return `withdrawn by ${withdrawn_by}`;
  if (replaced) return 'replaced';
  return scattered.length > 0 ? 'needs a look: its jobs now have several causes' : 'holds';
}
