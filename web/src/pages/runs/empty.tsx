import { apiPath } from '../../../../src/core/paths.ts';
import { termTexts } from '../../../../src/core/query.ts';
import { removeTerm } from '../../../../src/core/query-print.ts';
import type { RunList } from '../../../../src/http/api/lists-schema.ts';
import { useApi } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useZoneParameter } from '../../lib/zone.ts';
import { Copy } from '../../ui/Copy.tsx';
import { Empty } from '../../ui/States.tsx';

const demo = 'npm run demo';

/** An empty list: either there are no runs, or the filter matches none; then the effect of leaving out each term. */
export function NoRuns({ q, setQ }: { q: string; setQ: (q: string) => void }) {
  const { data: all } = useApi<RunList>(q === '' ? null : apiPath.runs({ limit: '1' }));
  if (q === '') {
    return (
      <Empty
        title="No runs yet. To schedule one, run:"
        command="teuthology-suite --suite smoke --machine-type MACHINE_TYPE"
      >
        <p>To look around with made-up runs of three weeks first:</p>
        <p>
          <code className="command">{demo}</code> <Copy text={demo} label="command" />
        </p>
      </Empty>
    );
  }
  return (
    <div className="page-body">
      <p>{all ? `0 of ${plural(all.total, 'run')} match` : 'No matching runs'}</p>
      <ul className="plain-list">
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
  const { data } = useApi<RunList>(apiPath.runs({ q, tz: useZoneParameter(q), limit: '1' }));
  return (
    <button type="button" className="button" onClick={() => setQ(q)}>
      Without <code>{term}</code>
      {data && `: ${number(data.total)}`}
    </button>
  );
}
