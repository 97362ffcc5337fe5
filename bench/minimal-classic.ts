import { runName } from './data.ts';
import type { MinimalAnswer } from './minimal.ts';

/** The reads of the classic contract. */
export const classicAnswers: Record<string, MinimalAnswer> = {
  '/runs/': {
    query: 'select name, pass, running, fail from runs order by posted desc, id desc limit 100',
    print(rows) {
      const entries = rows.map(({ name, pass, running, fail }) => [
        name,
        {
          href: `http://127.0.0.1:8080/runs/${name}/`,
          status: Number(running) === 0 ? 'finished' : 'running',
          results: { pass, running, fail },
        },
      ]);
      return JSON.stringify(Object.fromEntries(entries));
    },
  },
  [`/runs/${runName(0)}/jobs/`]: {
    query: `select job_id, small, kernel, overrides, roles, targets, tasks
      from jobs join job_documents on job_documents.id = jobs.id
      where run_id = (select id from runs where name = '${runName(0)}') order by jobs.id`,
    print(rows) {
      const texts = rows.map(
        ({ job_id, small, kernel, overrides, roles, targets, tasks }) =>
          `{"job_id":"${job_id}",${String(small).slice(1, -1)},"kernel":${kernel},"overrides":${overrides},` +
          `"roles":${roles},"targets":${targets},"tasks":${tasks}}`,
      );
      return `[${texts.join(',')}]`;
    },
  },
};
