import { jobStatuses } from '../../core/job.ts';
import { countsOf, jobsTotal } from '../../core/run.ts';
import { causesOfMonths, placesOfMonths, searchMonths } from '../../store/pages/months.ts';
import { ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine } from './csv.ts';
import { type MonthList, monthFile, monthList, monthPlaces } from './months-schema.ts';

/** Causes of a month. */
const mostCauses = 10;

/** Suites or branches that are suggested. */
const mostPlaces = 100;

/** Months of a file: a hundred years. */
const mostMonths = 1200;

/** `GET /months?suite=&branch=&after=&limit=12`, `/months.json` and `/months.csv`; `/months/suggest?suite=`. */
export function monthRoutes(app: ApiServer, { db }: ApiContext): void {
  for (const path of ['/months', '/months.json'] as const) {
    app.get(path, { schema: monthList, config: ordinary }, async ({ query }): Promise<MonthList> => {
      const { after = null, limit = 12, ...of } = query;
      const { months, next } = await searchMonths(db, { ...of, after, limit });
      const causes = await causesOfMonths(
        db,
        of,
        months.map(({ month }) => month),
        mostCauses,
      );
      return {
        months: months.map(({ month, runs, ...counts }, index) => ({
          ...{ month, runs, total: jobsTotal(counts), counts: countsOf(counts) },
          causes: (causes[index] ?? []).map(({ jobs, ...cause }) => ({ cause, jobs })),
        })),
        next,
      };
    });
  }

  app.get('/months/suggest', { schema: monthPlaces, config: ordinary }, async ({ query: { suite } }) => ({
    values: await placesOfMonths(db, suite, mostPlaces),
  }));

  app.get('/months.csv', { schema: monthFile, config: ordinary }, async ({ query }, reply) => {
    const { months } = await searchMonths(db, { ...query, after: null, limit: mostMonths });
    const columns = ['month', 'runs', ...jobStatuses] as const;
    const lines = months.map((month) => csvLine(columns.map((column) => month[column])));
    reply.header('content-disposition', 'attachment; filename="months.csv"');
    return reply.type('text/csv; charset=utf-8').send(Buffer.from(csvLine(columns) + lines.join('')));
  });
}
