import { historyRows } from '../../core/history.ts';
import { lastRuns } from '../../store/pages/history.ts';
import { verdictsOfRun } from '../../store/pages/job-lines.ts';
import { nextTurn } from '../../store/reader.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { type History, history } from './history-schema.ts';
import { runItem } from './items.ts';
import { large } from './turns.ts';

/** The most descriptions: what a page can show, and 2 MB of JSON. */
const mostRows = 2000;

/** `GET /history?suite=&branch=&machine_type=&n=20`. */
export function historyRoutes(app: ApiServer, { db }: ApiContext): void {
  app.get('/history', { schema: history, config: large }, async ({ query }): Promise<History> => {
    const { n = 20, suite, branch, machine_type } = query;
    const runs = await lastRuns(db, { suite, branch, machine_type }, n);
    const gathered = historyRows(runs.length);
    for (const [index, run] of runs.entries()) {
      for await (const jobs of verdictsOfRun(db, run.id)) for (const job of jobs) gathered.add(index, job);
      await nextTurn();
    }
    const rows = gathered.rows();
    return {
      runs: runs.map(runItem),
      rows: rows.slice(0, mostRows),
      signatures: gathered.signatures(),
      total: rows.length,
    };
  });
}
