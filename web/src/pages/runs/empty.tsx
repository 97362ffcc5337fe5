import { apiPath } from '../../../../src/core/paths.ts';
import { termTexts } from '../../../../src/core/query.ts';
import { removeTerm } from '../../../../src/core/query-print.ts';
import type { RunList } from '../../../../src/http/api/lists-schema.ts';
import { useApi } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { Empty } from '../../ui/States.tsx';

/** Why there is nothing to see: nothing at all, or a filter, and which of its terms is to blame. */
export function NoRuns({ q, setQ }: { q: string; setQ: (q: string) => void }) {
  const { data: all } = useApi<RunList>(q === '' ? null : apiPath.runs({ limit: '1' }));
  if (q === '') {
    return (
      <Empty
        title="No runs yet. A run appears when it is scheduled:"
        command="teuthology-suite --suite smoke --machine-type MACHINE_TYPE"
      />
    );
  }
  return (
    <div className="empty runs-empty">
      <p>{all ? `0 of ${plural(all.total, 'run')} match` : 'No run matches'}</p>
      <ul>
        {termTexts(q).map((term, index) => (
          <li key={term}>
            <Without q={removeTerm(q, index)} term={term} setQ={setQ} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Without({ q, term, setQ }: { q: string; term: string; setQ: (q: string) => void }) {
  const { data } = useApi<RunList>(apiPath.runs({ q, limit: '1' }));
  return (
    <button type="button" className="button" onClick={() => setQ(q)}>
      without <code>{term}</code>
      {data && `: ${number(data.total)}`}
    </button>
  );
}
