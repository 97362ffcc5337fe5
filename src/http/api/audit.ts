import { parseQuery } from '../../core/query.ts';
import { milliseconds } from '../../core/time.ts';
import type { AuditRow } from '../../store/engine/people-schema.ts';
import { type AuditSearch, searchAudit } from '../../store/pages/audit.ts';
import { sendListStream } from '../list-stream.ts';
import { ordinary } from '../turns.ts';
import { type AuditItem, type AuditList, auditFile, auditList } from './audit-schema.ts';
import { clockOf } from './clock.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine, csvTime, fileQuery } from './csv.ts';
import { sendWithList } from './long-answer.ts';

/** `GET /audit`, `/audit.json` and `/audit.csv`. */
export function auditRoutes(app: ApiServer, context: ApiContext): void {
  for (const path of ['/audit', '/audit.json'] as const) {
    app.get(path, { schema: auditList, config: ordinary }, async ({ query }, reply) => {
      const { q = '', tz, after = null, limit = 50 } = query;
      const { query: parsed, problems } = parseQuery(q, 'audit');
      const search = { query: parsed, clock: clockOf(context.now(), tz), after, limit };
      const { rows, next } = await searchAudit(context.db, search);
      const rest: Omit<AuditList, 'changes'> = { next, problems: problems.map(({ message }) => message) };
      return sendWithList(reply, rest, ['changes', rows], auditItem);
    });
  }

  app.get('/audit.csv', { schema: auditFile, config: { ...ordinary, compress: false } }, async (request, reply) => {
    const { q = '', tz } = request.query;
    const search = { query: fileQuery(q, 'audit'), clock: clockOf(context.now(), tz) };
    reply.header('content-disposition', 'attachment; filename="audit.csv"');
    return sendListStream<AuditRow, AuditRow>(request, reply, {
      entries: (after, limit) => nextChanges(context, { ...search, after: after?.id ?? null, limit }),
      bytes: ({ before, after }) => changeBytes + (before?.length ?? 0) + (after?.length ?? 0),
      load: async (rows) => rows,
      print: (row) =>
        csvLine(columns.map((column) => (column === 'at' ? csvTime(milliseconds(row.at)) : String(row[column] ?? '')))),
      atATime: changesAtATime,
      prefix: csvLine(columns),
      separator: '',
      suffix: '',
      contentType: 'text/csv; charset=utf-8',
    });
  });
}

/** Changes of a file that are read at a time. */
const changesAtATime = 500;

/** Bytes of a change besides what it says before and after. */
const changeBytes = 500;

/** As many changes as there are up to the limit: a page of a search may end before it is full. */
async function nextChanges({ db }: ApiContext, search: AuditSearch): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  for (let after = search.after; ; ) {
    const page = await searchAudit(db, { ...search, after, limit: search.limit - rows.length });
    rows.push(...page.rows);
    if (page.next === null || rows.length >= search.limit) return rows;
    after = page.next;
  }
}

const columns = [
  'at',
  'name',
  'verified',
  'address',
  'door',
  'action',
  'kind',
  'target',
  'before',
  'after',
  'request',
] as const;

function auditItem(row: AuditRow): AuditItem {
  const read = (text: string | null) => (text === null ? null : (JSON.parse(text) as Record<string, unknown>));
  return { ...row, at: milliseconds(row.at), before: read(row.before), after: read(row.after) };
}
