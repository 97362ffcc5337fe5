import { apiPath } from '../../../../src/core/paths.ts';
import type { AuditList } from '../../../../src/http/api/audit.ts';
import { root, useTitle, useUrlState } from '../../lib/address.ts';
import { fetchApi, useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useZoneParameter } from '../../lib/preferences.ts';
import { FilterBox } from '../../ui/FilterBox.tsx';
import { OlderFooter, useOlderPages } from '../../ui/Older.tsx';
import { Loaded } from '../../ui/States.tsx';
import { Changes } from './changes.tsx';

/** The audit log: who changed what, newest first. */
export default function AuditPage() {
  const [q, setQ] = useUrlState('q', '');
  const tz = useZoneParameter(q);
  const list = useApi<AuditList>(apiPath.audit({ q, tz }));
  useTitle('Changes');
  return (
    <>
      <section className="page-head">
        <h1>Changes</h1>
        <p className="quiet">All changes except those that jobs report.</p>
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
      <Loaded of={list} rows={16}>
        {(data) => <Pages key={`${q} ${data.changes[0]?.id}`} first={data} q={q} tz={tz} />}
      </Loaded>
    </>
  );
}

function Pages({ first, q, tz }: { first: AuditList; q: string; tz: string | undefined }) {
  const read = (after: number) => fetchApi<AuditList>(apiPath.audit({ q, tz, after: String(after) }));
  const { pages, ...older } = useOlderPages(first, read);
  const changes = pages.flatMap((page) => page.changes);
  return (
    <>
      <Changes changes={changes} />
      <OlderFooter of={older} count={plural(changes.length, 'change')} />
    </>
  );
}
