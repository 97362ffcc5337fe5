import { inTurns } from '../../core/turns.ts';
import { partsOfRun } from '../../store/pages/job-parts.ts';
import { findRun } from '../../store/pages/run-page.ts';
import { orThrow } from '../refusal.ts';
import { large } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { type RunParts, runParts } from './run-page-schema.ts';

/** `GET /runs/:run/parts`. */
export function runPartsRoutes(app: ApiServer, { db }: ApiContext): void {
  app.get('/runs/:run/parts', { schema: runParts, config: large }, async ({ params, query }): Promise<RunParts> => {
    const { id } = orThrow(await findRun(db, params.run, query));
    const lists = new Map<string, { place: number; list: string[] }>();
    const placeOf = (list: string[]) => {
      const key = JSON.stringify(list);
      const known = lists.get(key) ?? { place: lists.size, list };
      lists.set(key, known);
      return known.place;
    };
    const jobs: RunParts['jobs'] = [];
    for await (const { tasks, roles, ...job } of inTurns(await partsOfRun(db, id))) {
      jobs.push({ ...job, tasks: placeOf(tasks), roles: placeOf(roles) });
    }
    return { lists: [...lists.values()].map(({ list }) => list), jobs };
  });
}
