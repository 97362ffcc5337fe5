import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Actor } from '../../core/audit.ts';
import {
  decisionClasses,
  decisionScopes,
  isIssue,
  longestIssue,
  type Place,
  placeOf,
  reachOf,
  usualScope,
} from '../../core/decisions/decision.ts';
import { storable } from '../../core/input.ts';
import { causesOfJob } from '../../core/job.ts';
import { type Signature, signatureVersion } from '../../core/signature.ts';
import { decisionOf, listDecisions } from '../../store/pages/decisions.ts';
import { judgedJobs } from '../../store/pages/run-digests.ts';
import { findRun } from '../../store/pages/run-page.ts';
import { basesOf } from '../../store/pages/verdicts.ts';
import { decide, withdraw } from '../../store/write/decisions.ts';
import { Denial, orThrow, refuse } from '../errors.ts';
import { actorOf } from '../identity.ts';
import { orNull, shape } from '../operations.ts';
import { ordinary } from '../turns.ts';
import { csvTime, longFile, sendCsvFile } from './answers.ts';
import { type ApiContext, type ApiServer, jsonBody, optionalBody } from './context.ts';
import {
  after,
  answers,
  integer,
  limit,
  numberOrNull,
  only,
  optional,
  rowId,
  text,
  textAnswers,
  textOrNull,
} from './schema.ts';

/** A decision on a cause; see `Decision` of core/decisions/decision.ts. */
export const DecisionItem = shape('DecisionItem', {
  id: integer,
  cause: text,
  version: integer,
  kind: text,
  title: text,
  class: Type.Enum([...decisionClasses]),
  issue_url: textOrNull,
  note: text,
  scope: Type.Enum([...decisionScopes]),
  /** The run or the branch to which the decision applies; null for "everywhere". */
  scope_of: textOrNull,
  run: text,
  author: text,
  /** Whether a token or a proxy vouched for the author. */
  verified: Type.Boolean(),
  created: Type.Number(),
  replaces: numberOrNull,
  until: numberOrNull,
  withdrawn_by: textOrNull,
  withdrawn_at: numberOrNull,
});
export type DecisionItem = Static<typeof DecisionItem>;

/** The decision on a cause in a run. */
export const standingFacts = {
  /** The decision that is in force. */
  decision: orNull(DecisionItem),
  /** Why an earlier decision is no longer in force. */
  past: textOrNull,
};

/** A decision in a list, with what happened to it later. */
const ListedDecision = shape('ListedDecision', {
  ...DecisionItem.properties,
  /** Whether another decision has replaced it. */
  replaced: Type.Boolean(),
  /** The causes among which its jobs were divided by a change of the rules, if none has most of them: a user has to decide again. */
  scattered: Type.Array(text),
});
export type ListedDecision = Static<typeof ListedDecision>;

/** One page. `next` is the `after` of the next one. */
const DecisionList = shape('DecisionList', { decisions: Type.Array(ListedDecision), next: numberOrNull });
export type DecisionList = Static<typeof DecisionList>;

const filters = { cause: optional('id of a cause'), run: optional('a run: only decisions that apply to it') };

const decisionList = {
  summary: 'Decisions on causes, newest first, including replaced and withdrawn ones',
  querystring: only({ ...filters, after, limit }),
  response: answers(DecisionList),
};

const decisionFile = {
  summary: 'All decisions as CSV',
  querystring: only(filters),
  response: textAnswers('text/csv'),
};

/** A text that the client chooses: a request with the same key is carried out only once. */
export const clientKey = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'chosen by the client; a request with the same key is carried out only once',
  }),
);

/** The body of a request for a new decision. */
const NewDecision = only({
  run: Type.String({ minLength: 1, maxLength: 512, description: 'a run with the cause' }),
  cause: Type.String({ minLength: 1, maxLength: 64, description: 'id of the cause' }),
  class: Type.Enum([...decisionClasses]),
  issue_url: Type.Optional(Type.String({ maxLength: longestIssue, description: 'an http or https address' })),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
  scope: Type.Optional(
    Type.Enum([...decisionScopes], {
      description: 'where it applies; default "base" (the base branch of the run), or "branch" if the branch caused it',
    }),
  ),
  until: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 8_640_000_000_000,
      description: 'does not apply to runs scheduled later, in milliseconds since the epoch',
    }),
  ),
  replaces: Type.Optional(rowId),
  key: clientKey,
});
export type NewDecision = Static<typeof NewDecision>;

const makeDecision = {
  summary: 'Makes a decision on a cause and returns it',
  body: NewDecision,
  response: answers(DecisionItem),
};

const withdrawDecision = {
  summary: 'Withdraws a decision and returns it',
  params: Type.Object({ id: rowId }),
  body: only({}),
  response: answers(DecisionItem),
};

/** The `config` of routes that write decisions. */
const triage = { ...ordinary, scope: 'triage' } as const;

/** `GET` and `POST /decisions`, `GET /decisions.json` and `/decisions.csv`, and `POST /decisions/:id/withdraw`. */
export function decisionRoutes(app: ApiServer, context: ApiContext): void {
  const { db, now } = context;
  for (const path of ['/decisions', '/decisions.json'] as const) {
    app.get(path, { schema: decisionList, config: ordinary }, async ({ query }): Promise<DecisionList> => {
      const { cause, run, after = null, limit = 50 } = query;
      const found = await listDecisions(db, { cause, place: await placeNamed(context, run), after, limit: limit + 1 });
      const decisions = found.slice(0, limit);
      return { decisions, next: found.length > limit ? (decisions.at(-1)?.id ?? null) : null };
    });
  }
  app.get('/decisions.csv', { schema: decisionFile, config: longFile }, async (request, reply) => {
    const { cause, run } = request.query;
    const place = await placeNamed(context, run);
    return sendCsvFile<ListedDecision>(request, reply, {
      name: 'decisions.csv',
      columns,
      entries: (after, limit) => listDecisions(db, { cause, place, after: after?.id ?? null, limit }),
      bytes: ({ note }) => rowBytes + note.length,
      cells,
      atATime: rowsAtATime,
    });
  });
  const make = { schema: makeDecision, config: triage, preValidation: jsonBody };
  app.post('/decisions', make, async (request): Promise<DecisionItem> => {
    const by = named(request);
    const { key = null } = request.body;
    const decision = await readDecision(context, request.body);
    return decisionOf(orThrow(await decide(db, decision, { by, at: now(), key: key && storable(key) })));
  });
  const end = { schema: withdrawDecision, config: triage, preValidation: optionalBody };
  app.post('/decisions/:id/withdraw', end, async (request): Promise<DecisionItem> => {
    const by = named(request);
    return decisionOf(orThrow(await withdraw(db, request.params.id, { by, at: now() })));
  });
}

/** The sender of a request. Refuses anonymous senders, because nobody could ask them later. */
export function named(request: FastifyRequest): Actor & { name: string } {
  const { name, ...actor } = actorOf(request, 'api');
  if (name !== null) return { ...actor, name };
  const ways = 'send a token, or a name in the header X-Paddles-Name; in the dashboard, sign in on the Settings page';
  throw new Denial(401, `this needs a name: ${ways}`);
}

async function placeNamed({ db, config }: ApiContext, run: string | undefined): Promise<Place | undefined> {
  if (run === undefined) return undefined;
  return placeOf(orThrow(await findRun(db, run)), await basesOf(db, config.base_branches));
}

/** Reads a decision and checks it against the run in which it is made. */
async function readDecision({ db, config }: ApiContext, body: NewDecision) {
  const { issue_url = '', note = '', class: kind, until, replaces = null } = body;
  const run = orThrow(await findRun(db, storable(body.run)));
  const place = placeOf(run, await basesOf(db, config.base_branches));
  const scope = body.scope ?? usualScope(kind, place);
  const reach = reachOf(scope, place);
  if (typeof reach === 'string') return refuse('scope', `key 'scope': ${reach}`);
  if (kind === 'caused by this branch' && scope !== 'run' && scope !== 'branch')
    return refuse('scope', "key 'scope' must be run or branch for a cause that a branch introduced");
  if (issue_url !== '' && !isIssue(issue_url))
    return refuse('issue_url', "key 'issue_url' must be an http or https address");
  const cause = await causeOfRun(db, run.id, body.cause);
  if (cause === null) return refuse('cause', `key 'cause': no job of the run failed with the cause '${body.cause}'`);
  return {
    ...{ cause: cause.id, version: signatureVersion, kind: cause.kind, title: cause.title, class: kind, ...reach },
    issue_url: issue_url === '' ? null : storable(issue_url),
    note: storable(note).trim(),
    run: run.name,
    replaces,
    until: until === undefined ? null : until * 1000,
  };
}

/** Finds a cause by its id among those of the jobs of a run. */
async function causeOfRun(db: ApiContext['db'], runId: number, id: string): Promise<Signature | null> {
  for await (const page of judgedJobs(db, runId)) {
    const found = page.flatMap(causesOfJob).find((cause) => cause.id === id);
    if (found) return found;
  }
  return null;
}

/** Decisions that are read at a time for a file, and the bytes of one without its note. */
const rowsAtATime = 200;
const rowBytes = 1500;

const columns = Object.keys(ListedDecision.properties) as (keyof ListedDecision)[];

function cells(row: ListedDecision) {
  return columns.map((key) => {
    if (key === 'created' || key === 'until' || key === 'withdrawn_at') return csvTime(row[key]);
    const value = row[key];
    return Array.isArray(value) ? value.join(' ') : typeof value === 'boolean' ? String(value) : value;
  });
}
