import { type Static, Type } from 'typebox';
import { auditKinds, doors } from '../../core/audit.ts';
import { parseQuery } from '../../core/query.ts';
import { milliseconds } from '../../core/time.ts';
import type { AuditRow } from '../../store/engine/people-schema.ts';
import { type AuditSearch, searchAudit } from '../../store/pages/audit.ts';
import { orNull, shape } from '../operations.ts';
import { ordinary } from '../turns.ts';
import { csvTime, fileQuery, longFile, sendCsvFile, sendWithList } from './answers.ts';
import { type ApiContext, type ApiServer, clockOf } from './context.ts';
import { after, answers, filter, integer, limit, only, text, textAnswers, textOrNull, zone } from './schema.ts';

const values = orNull(Type.Record(text, Type.Unknown()));

/** An entry of the audit log. `before` and `after` contain the fields that changed. */
const AuditItem = shape('AuditItem', {
  id: integer,
  at: Type.Number(),
  name: textOrNull,
  verified: Type.Boolean(),
  address: textOrNull,
  door: Type.Enum([...doors]),
  action: text,
  kind: Type.Enum([...auditKinds]),
  target: text,
  before: values,
  after: values,
  request: textOrNull,
});
export type AuditItem = Static<typeof AuditItem>;

/** One page. `next` is the `after` of the next one. */
const AuditList = shape('AuditList', {
  changes: Type.Array(AuditItem),
  next: orNull(integer),
  /** What is wrong with terms of `q` that were ignored. */
  problems: Type.Array(text),
});
export type AuditList = Static<typeof AuditList>;

const auditList = {
  summary: 'Changes and their authors, newest first',
  querystring: only({ q: filter, tz: zone, after, limit }),
  response: answers(AuditList),
};

const auditFile = {
  summary: 'All changes as CSV',
  querystring: only({ q: filter, tz: zone }),
  response: textAnswers('text/csv'),
};

/** `GET /audit`, `/audit.json` and `/audit.csv`. */
export function auditRoutes(app: ApiServer, context: ApiContext): void {
  for (const path of ['/audit', '/audit.json'] as const) {
    app.get(path, { schema: auditList, config: ordinary }, async ({ query }, reply) => {
      const { q = '', tz, after = null, limit = 50 } = query;
      const { query: parsed, problems } = parseQuery(q, 'audit');
      const search = { query: parsed, clock: clockOf(context, tz), after, limit };
      const { rows, next } = await searchAudit(context.db, search);
      const rest: Omit<AuditList, 'changes'> = { next, problems: problems.map(({ message }) => message) };
      return sendWithList(reply, rest, ['changes', rows], auditItem);
    });
  }

  app.get('/audit.csv', { schema: auditFile, config: longFile }, async (request, reply) => {
    const { q = '', tz } = request.query;
    const search = { query: fileQuery(q, 'audit'), clock: clockOf(context, tz) };
    return sendCsvFile<AuditRow>(request, reply, {
      name: 'audit.csv',
      columns,
      entries: (after, limit) => nextChanges(context, { ...search, after: after?.id ?? null, limit }),
      bytes: ({ before, after }) => changeBytes + (before?.length ?? 0) + (after?.length ?? 0),
      cells: (row) =>
        columns.map((column) => (column === 'at' ? csvTime(milliseconds(row.at)) : String(row[column] ?? ''))),
      atATime: changesAtATime,
    });
  });
}

/** Changes of a file that are read at a time. */
const changesAtATime = 500;

/** Bytes of a change without its `before` and `after`. */
const changeBytes = 500;

/** Reads changes until there are as many as the limit, because a page of a search can be incomplete. */
async function nextChanges({ db }: ApiContext, search: AuditSearch): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  for (let after = search.after; ; ) {
    const page = await searchAudit(db, { ...search, after, limit: search.limit - rows.length });
    rows.push(...page.rows);
    if (page.next === null || rows.length >= search.limit) return rows;
    after = page.next;
  }
}

const columns = (Object.keys(AuditItem.properties) as (keyof AuditItem)[]).filter((column) => column !== 'id');

function auditItem(row: AuditRow): AuditItem {
  const read = (text: string | null) => (text === null ? null : (JSON.parse(text) as Record<string, unknown>));
  return { ...row, at: milliseconds(row.at), before: read(row.before), after: read(row.after) };
}
