import type { FastifyInstance } from 'fastify';
import { historyRows } from '../../core/history.ts';
import { type HistoryOf, lastRuns } from '../../store/pages/history.ts';
import { verdictsOfRun } from '../../store/pages/job-lines.ts';
import { nextTurn } from '../../store/reader.ts';
import type { ApiContext } from './context.ts';
import { runItem } from './items.ts';
import { sendProblem } from './problems.ts';
import type { History } from './schemas.ts';

/** The most runs, and the most descriptions: what a page can show, and 2 MB of JSON. */
const mostRuns = 50;
const mostRows = 2000;

/** `GET /history?suite=&branch=&machine_type=&n=20`. */
export function historyRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get<{ Querystring: HistoryOf & { n?: string } }>('/history', async (request, reply): Promise<unknown> => {
    const { n = '20', suite, branch, machine_type } = request.query;
    const count = Number(n);
    if (!Number.isInteger(count) || count < 1 || count > mostRuns) {
      return sendProblem(reply, 400, `n must be a whole number from 1 to ${mostRuns}`);
    }
    const { db } = context;
    const runs = await lastRuns(db, { suite, branch, machine_type }, count);
    const history = historyRows(runs.length);
    for (const [index, run] of runs.entries()) {
      for await (const jobs of verdictsOfRun(db, run.id)) for (const job of jobs) history.add(index, job);
      await nextTurn();
    }
    const rows = history.rows();
    const answer: History = {
      runs: runs.map(runItem),
      rows: rows.slice(0, mostRows),
      signatures: history.signatures(),
      total: rows.length,
    };
    return answer;
  });
}
