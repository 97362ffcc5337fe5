import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../core/audit.ts';
import { isIssue, type Place, placeOf, reachOf, usualScope } from '../../core/decisions/decision.ts';
import { storable } from '../../core/input.ts';
import { causesOfJob } from '../../core/job.ts';
import { type Signature, signatureVersion } from '../../core/signature.ts';
import { decisionOf, listDecisions } from '../../store/pages/decisions.ts';
import { judgedJobs } from '../../store/pages/run-digests.ts';
import { findRun } from '../../store/pages/run-page.ts';
import { decide, withdraw } from '../../store/write/decisions.ts';
import { actorOf } from '../identity.ts';
import { sendListStream } from '../list-stream.ts';
import { Denial, orThrow, refuse } from '../refusal.ts';
import { ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine, csvTime } from './csv.ts';
import {
  type DecisionItem,
  type DecisionList,
  decisionFile,
  decisionList,
  type ListedDecision,
  makeDecision,
  type NewDecision,
  withdrawDecision,
} from './decision-schema.ts';
import { jsonBody, optionalBody } from './json-body.ts';
import { basesOf } from './run-verdicts.ts';

/** The `config` of a route that writes what people say. */
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
  app.get(
    '/decisions.csv',
    { schema: decisionFile, config: { ...ordinary, compress: false } },
    async (request, reply) => {
      const { cause, run } = request.query;
      const place = await placeNamed(context, run);
      reply.header('content-disposition', 'attachment; filename="decisions.csv"');
      return sendListStream<ListedDecision, ListedDecision>(request, reply, {
        entries: (after, limit) => listDecisions(db, { cause, place, after: after?.id ?? null, limit }),
        bytes: ({ note }) => rowBytes + note.length,
        load: async (rows) => rows,
        print: csvRow,
        atATime: rowsAtATime,
        prefix: csvLine(csvColumns),
        separator: '',
        suffix: '',
        contentType: 'text/csv; charset=utf-8',
      });
    },
  );
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

/** Who sends a request; refuses somebody without a name, whom nobody could ask later. */
export function named(request: FastifyRequest): Actor & { name: string } {
  const { name, ...actor } = actorOf(request, 'api');
  if (name !== null) return { ...actor, name };
  const ways = 'send a token, or a name in the header X-Paddles-Name; in the dashboard, sign in on the Settings page';
  throw new Denial(401, `this needs a name: ${ways}`);
}

async function placeNamed(context: ApiContext, run: string | undefined): Promise<Place | undefined> {
  if (run === undefined) return undefined;
  return placeOf(orThrow(await findRun(context.db, run)), await basesOf(context));
}

/** Reads a decision, and checks it against the run that it is made in. */
async function readDecision(context: ApiContext, body: NewDecision) {
  const { issue_url = '', note = '', class: kind, until, replaces = null } = body;
  const run = orThrow(await findRun(context.db, storable(body.run)));
  const place = placeOf(run, await basesOf(context));
  const scope = body.scope ?? usualScope(kind, place);
  const reach = reachOf(scope, place);
  if (typeof reach === 'string') return refuse('scope', `key 'scope': ${reach}`);
  if (kind === 'caused by this branch' && scope !== 'run' && scope !== 'branch')
    return refuse('scope', "key 'scope' must be run or branch for what a branch has caused");
  if (issue_url !== '' && !isIssue(issue_url))
    return refuse('issue_url', "key 'issue_url' must be an address of http or https");
  const cause = await causeOfRun(context, run.id, body.cause);
  if (cause === null) return refuse('cause', `key 'cause': no job of the run failed of '${body.cause}'`);
  return {
    ...{ cause: cause.id, version: signatureVersion, kind: cause.kind, title: cause.title, class: kind, ...reach },
    ...{
      issue_url: issue_url === '' ? null : storable(issue_url),
      note: storable(note).trim(),
      run: run.name,
      replaces,
    },
    until: until === undefined ? null : until * 1000,
  };
}

/** A cause that a job of a run has, by its id. */
async function causeOfRun({ db }: ApiContext, runId: number, id: string): Promise<Signature | null> {
  for await (const page of judgedJobs(db, runId)) {
    const found = page.flatMap(causesOfJob).find((cause) => cause.id === id);
    if (found) return found;
  }
  return null;
}

/** Decisions that are read at a time for a file, and what one takes up beside its note. */
const rowsAtATime = 200;
const rowBytes = 1500;

const csvColumns = [
  'id,cause,version,kind,title,class,issue_url,note,scope,scope_of,run,author,verified,created,replaces,until',
  'withdrawn_by,withdrawn_at,replaced,scattered',
]
  .join(',')
  .split(',') as (keyof ListedDecision)[];

function csvRow(row: ListedDecision): string {
  return csvLine(
    csvColumns.map((key) => {
      if (key === 'created' || key === 'until' || key === 'withdrawn_at') return csvTime(row[key]);
      const value = row[key];
      return Array.isArray(value) ? value.join(' ') : typeof value === 'boolean' ? String(value) : value;
    }),
  );
}
