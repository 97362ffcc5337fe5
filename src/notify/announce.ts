/** Creates the messages about runs that have ended, with their new causes, and about nodes that have become suspect. */
import {
  messageOf,
  type NewCause,
  type NodeNews,
  pageLinks,
  type RunNews,
  runFacts,
} from '../core/notifications/message.ts';
import { concernsMachines, type NewsEvent } from '../core/notifications/subscription.ts';
import { parseQuery } from '../core/query.ts';
import { isOver } from '../core/run.ts';
import { milliseconds } from '../core/time.ts';
import { bandOf } from '../core/verdicts/bands.ts';
import { suspectText } from '../core/verdicts/lab.ts';
import type { Db } from '../store/db.ts';
import type { SubscriptionRow } from '../store/engine/people-schema.ts';
import type { RunRow } from '../store/engine/schema.ts';
import { allOf } from '../store/pages/job-lines.ts';
import { chargesOfNodes } from '../store/pages/node-suspects.ts';
import { headOf, judgedJobs } from '../store/pages/run-digests.ts';
import { matchingRuns } from '../store/pages/run-query.ts';
import { basesOf, comparedWith, verdictsOf } from '../store/pages/verdicts.ts';
import { errorsOfCauses } from '../store/read/excerpts.ts';
import { nodeTypes } from '../store/read/nodes.ts';
import { listSubscriptions } from '../store/read/subscriptions.ts';
import { claimEnd, tellEnd, tellSuspects, untold } from '../store/write/news.ts';

/** Options for announcing; `now` in microseconds since the Unix epoch. */
export interface AnnounceOptions {
  db: Db;
  /** The public address of the server, or '' if unknown; the branches that others are compared with; and seconds to wait after a run ends. */
  config: { address: string; base_branches: string; notify_after: number };
  now: () => number;
}

/** How long a run is claimed for, in microseconds. Its verdicts take seconds. */
const claimedFor = 300_000_000;

/** The age up to which ended runs are announced, in microseconds. Jobs that expire ended up to two weeks ago. */
const oldest = 30 * 86_400_000_000;

/** The most causes in a message. */
const mostCauses = 50;

/** Creates the messages about the run that ended first. Returns false if there is none. */
export async function announceRun(options: AnnounceOptions): Promise<boolean> {
  const { db, config, now } = options;
  const at = now();
  const after = config.notify_after * 1_000_000;
  const end = await claimEnd(db, { at: at - after, until: at - after + claimedFor });
  if (end === null) return false;
  const run = await db.kysely.selectFrom('runs').selectAll().where('id', '=', end.run_id).executeTakeFirst();
  // A run that has resumed will end again, and a run that was reported long after its end is not news.
  const isNews = run && isOver(run) && (run.updated ?? run.posted) > at - oldest;
  const wanting = isNews ? await subscriptionsTo(options, run) : [];
  const news = run && wanting.length > 0 ? await newsOf(options, run) : null;
  const told = await tellEnd(db, end, at, async (transaction) => {
    if (!run || news === null) return [];
    const place = { suite: run.suite, branch: run.branch, at };
    const messages = [];
    for (const { id, events } of wanting) {
      const isTold = events.includes('run_finished');
      const ids = news.new_causes.map((cause) => cause.id);
      const fresh = isTold ? null : await untold(transaction, id, ids, place);
      if (fresh?.size === 0) continue;
      const own = fresh === null ? news : only(news, fresh);
      const message = messageOf(shortened(own), milliseconds(at));
      messages.push({ subscription_id: id, event: own.event, subject: `${end.run_id}.${end.revision}`, message });
    }
    return messages;
  });
  if (told > 0) db.live.changed({ deliveries: true });
  return true;
}

function only(news: RunNews, causes: ReadonlySet<string>): RunNews {
  const new_causes = news.new_causes.filter(({ id }) => causes.has(id));
  return { ...news, event: 'new_cause', new_causes, new_causes_total: new_causes.length };
}

function shortened(news: RunNews): RunNews {
  return { ...news, new_causes: news.new_causes.slice(0, mostCauses) };
}

interface Wanting extends Pick<SubscriptionRow, 'id' | 'filter'> {
  events: readonly NewsEvent[];
}

async function subscriptionsWith(db: Db, ...wanted: NewsEvent[]): Promise<Wanting[]> {
  const all = await listSubscriptions(db);
  return all
    .filter(({ enabled }) => enabled)
    .map(({ id, filter, events }) => ({ id, filter, events: events.split(',') as NewsEvent[] }))
    .filter(({ events }) => wanted.some((event) => events.includes(event)));
}

async function subscriptionsTo({ db, now }: AnnounceOptions, run: RunRow): Promise<Wanting[]> {
  const clock = { now: milliseconds(now()), zone: 'UTC' };
  const wanting = [];
  for (const one of await subscriptionsWith(db, 'run_finished', 'new_cause')) {
    const matching = await matchingRuns(db, parseQuery(one.filter, 'runs').query, clock, run.id);
    if ((await matching.select('runs.id').execute()).length > 0) wanting.push(one);
  }
  return wanting;
}

async function newsOf({ db, config, now }: AnnounceOptions, run: RunRow): Promise<RunNews> {
  const links = pageLinks(config.address);
  const compared = await comparedWith(db, run, await basesOf(db, config.base_branches));
  const errors = await errorsOfCauses(db, run.id);
  const judged = await verdictsOf(db, compared, await allOf(judgedJobs(db, run.id)), now());
  const head = headOf(run);
  const causes = judged
    .filter(({ verdict }) => bandOf(verdict, head) === 'look')
    .sort((a, b) => b.jobs - a.jobs || (a.cause.title < b.cause.title ? -1 : 1))
    .map(({ cause: { id, title, class: kind }, jobs, verdict: { verdict, sentence } }): NewCause => {
      const error = errors.get(id) ?? null;
      return { id, title, class: kind, verdict, jobs, sentence, error, href: links.cause(id) };
    });
  const times = {
    scheduled: milliseconds(run.scheduled),
    started: milliseconds(run.started),
    updated: milliseconds(run.updated),
  };
  return {
    event: 'run_finished',
    run: runFacts({ ...run, ...times }, links.run(run.name)),
    new_causes: causes,
    new_causes_total: causes.length,
  };
}

/** Creates the messages about nodes that have become suspect. Does nothing without a subscription to these. */
export async function announceSuspects({ db, config, now }: AnnounceOptions): Promise<void> {
  const wanting = await subscriptionsWith(db, 'node_suspect');
  if (wanting.length === 0) return;
  const at = now();
  const charges = await chargesOfNodes(db, at);
  const suspects = [...charges].flatMap(([name, { suspicion }]) => (suspicion === null ? [] : [{ name, suspicion }]));
  const types = await nodeTypes(
    db,
    suspects.map(({ name }) => name),
  );
  const links = pageLinks(config.address);
  const nodes = suspects.map(({ name, suspicion }): NodeNews['nodes'][number] => {
    const machine_type = types.get(name) ?? '';
    const sentence = suspectText(suspicion, machine_type, suspicion.suspects);
    return { name, href: links.node(name), machine_type, sentence };
  });
  const names = suspects.map(({ name }) => name);
  const told = await tellSuspects(db, names, at, (fresh) =>
    wanting.flatMap(({ id, filter }) => {
      const own = nodes.filter(({ name, machine_type }) => fresh.has(name) && concernsMachines(filter, machine_type));
      if (own.length === 0) return [];
      const message = messageOf({ event: 'node_suspect', nodes: own }, milliseconds(at));
      return [{ subscription_id: id, event: 'node_suspect', subject: String(at), message }];
    }),
  );
  if (told > 0) db.live.changed({ deliveries: true });
}
