import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { AuditList } from '../../../../src/http/api/audit-schema.ts';
import { useApi } from '../../lib/api.ts';
import { Changes } from '../audit/changes.tsx';

/** Who locked a node, when, and why: its last changes. */
export function NodeHistory({ name }: { name: string }) {
  const q = `kind:node ${literalTerm('target', name)}`;
  const { data } = useApi<AuditList>(apiPath.audit({ q, limit: '10' }));
  if (!data || data.changes.length === 0) return null;
  return (
    <details className="node-history" open>
      <summary>Who had it{data.next !== null && <Link href={pagePath.audit({ q })}>all changes</Link>}</summary>
      <Changes changes={data.changes} isOfOne />
    </details>
  );
}
