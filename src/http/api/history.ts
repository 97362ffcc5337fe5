import { historyRows } from '../../core/history.ts';
import { type Clock, parseMoment } from '../../core/moment.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import { verdictsOfRun } from '../../store/pages/job-lines.ts';
import { lastRuns } from '../../store/pages/run-page.ts';
import { large } from '../turns.ts';
import { clockOf } from './clock.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { type History, history } from './history-schema.ts';
import { runItem } from './items.ts';
import { sendWithList } from './long-answer.ts';

/** The most descriptions: what a page can show, and 2 MB of JSON. */
const mostRows = 2000;

/** `GET /history?suite=&branch=&machine_type=&since=&n=20`. */
export function historyRoutes(app: ApiServer, { db, now }: ApiContext): void {
  app.get('/history', { schema: history, config: large }, async ({ query }, reply) => {
    const { n = 20, since, tz, ...of } = query;
    const from = since === undefined ? undefined : dayStart(since, clockOf(now(), tz));
    const runs = await lastRuns(db, { ...of, from }, n);
    const gathered = historyRows(runs.length);
    // The newest first: of more descriptions than are gathered those of old runs are left out.
    for (const [index, run] of [...runs.entries()].reverse()) {
      for await (const jobs of verdictsOfRun(db, run.id)) {
        for await (const job of inTurns(jobs)) gathered.add(index, job);
      }
      await nextTurn();
    }
    const rows = gathered.rows();
    const rest: Omit<History, 'rows'> = {
      runs: runs.map(runItem),
      signatures: gathered.signatures(),
      total: rows.length,
    };
    return sendWithList(reply, rest, ['rows', rows.slice(0, mostRows)], (row) => row);
  });
}

/** When a day begins, in microseconds since the epoch; undefined for one that lies before all times in the zone. */
function dayStart(since: string, clock: Clock): number | undefined {
  const day = parseMoment(since, clock);
  return day === null ? undefined : day.from * 1000;
}
