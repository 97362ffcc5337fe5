import { type Static, Type } from 'typebox';
import { auditKinds, doors } from '../../core/audit.ts';
import { shape } from '../operations.ts';
import { answers, filter, integer, query, text, textAnswers, textOrNull, zone } from './schema.ts';

const values = Type.Union([Type.Record(text, Type.Unknown()), Type.Null()]);

/** Who changed what; `before` and `after` have the fields that a change was about. */
export const AuditItem = shape('AuditItem', {
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

/** One page; `next` goes into `after`. */
export const AuditList = shape('AuditList', {
  changes: Type.Array(AuditItem),
  next: Type.Union([integer, Type.Null()]),
  /** Terms of `q` that mean nothing here, in words; the rest of `q` applies. */
  problems: Type.Array(text),
});
export type AuditList = Static<typeof AuditList>;

/** `GET /api/audit`, also `.json`. */
export const auditList = {
  summary: 'Who changed what, newest first',
  querystring: query({
    q: filter,
    tz: zone,
    after: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '"next" of the page before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'how many; 50 when it is missing' })),
  }),
  response: answers(AuditList),
};

/** `GET /api/audit.csv`. */
export const auditFile = {
  summary: 'All of them as CSV',
  querystring: query({ q: filter, tz: zone }),
  response: textAnswers('text/csv'),
};
