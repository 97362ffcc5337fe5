import { apiPath } from '../../../../src/core/paths.ts';
import type { AuditItem, AuditList } from '../../../../src/http/api/audit-schema.ts';
import { root, useTitle, useUrlState } from '../../lib/address.ts';
import { fetchApi, useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useOlderPages } from '../../lib/older.ts';
import { useZoneParameter } from '../../lib/preferences.ts';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { ErrorBox, FetchLine, Skeleton } from '../../ui/States.tsx';
import { Changes } from './changes.tsx';

/** Who changed what, newest first. */
export default function AuditPage() {
  const [q, setQ] = useUrlState('q', '');
  const tz = useZoneParameter(q);
  const { data, error, isFetching, refetch } = useApi<AuditList>(apiPath.audit({ q, tz }));
  useTitle('Changes');
  return (
    <>
      <FetchLine active={isFetching} />
      <section className="page-head">
        <h1>Changes</h1>
        <p className="quiet">Everything that was changed, except for what jobs report.</p>
        <div className="toolbar">
          <FilterBox value={q} onChange={setQ} target="audit" suggest={async () => []} />
          <span className="quiet">
            <a href={root + apiPath.auditFile('csv', { q, tz })} download>
              csv
            </a>{' '}
            · <a href={root + apiPath.auditFile('json', { q, tz })}>json</a>
          </span>
        </div>
      </section>
      {error && <ErrorBox error={error} onRetry={refetch} />}
      {data ? (
        <Pages key={`${q} ${data.changes[0]?.id}`} first={data} q={q} tz={tz} />
      ) : (
        !error && <Skeleton rows={16} />
      )}
    </>
  );
}

/** The newest changes, and older ones on request. */
function Pages({ first, q, tz }: { first: AuditList; q: string; tz: string | undefined }) {
  const read = (after: number) => fetchApi<AuditList>(apiPath.audit({ q, tz, after: String(after) }));
  const { pages, next, error, loadMore } = useOlderPages(first, read);
  const changes: AuditItem[] = pages.flatMap((page) => page.changes);
  return (
    <>
      <Changes changes={changes} />
      {error && <ErrorBox error={error} onRetry={() => void loadMore()} />}
      <footer className="runs-footer">
        <span>
          {plural(changes.length, 'change')}
          {next === null ? ' in total' : ', newest first'}
        </span>
        {next !== null && (
          <button type="button" className="button" onClick={() => void loadMore()}>
            Load more
          </button>
        )}
      </footer>
    </>
  );
}
