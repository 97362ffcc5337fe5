/** Reviews and notes of a run are kept, however long they are and even if the clocks of servers differ. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecisionItem } from '../../src/http/api/decisions.ts';
import type { ReviewList } from '../../src/http/api/reviews.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const ana = { 'x-paddles-name': 'ana' };
const run = runOn(13);

describe.each(engines)('reviews and decisions of a run on $name', (engine) => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await startPages(engine);
    for (const [at, failure_reason] of ['the first thing is broken', 'the second thing is broken'].entries())
      await pages.report(run, { job_id: `${at}`, status: 'fail', failure_reason });
  });
  afterAll(() => pages.stop());

  test('are listed, newest first, up to a total length', async () => {
    const made = await pages.post(`/api/runs/${run}/review`, { verdict: 'ok' }, ana);
    const { frozen, ...first } = made.json as ReviewList['reviews'][number];
    const causes = frozen.causes.map((cause) => ({ ...cause, title: 'x'.repeat(300_000) }));
    for (const verdict of ['2', '3', '4', '5']) {
      const row = { run, verdict, author: 'bob', verified: false, created: 1000, client_key: null };
      await pages.db.kysely
        .insertInto('reviews')
        .values({ ...row, frozen: JSON.stringify({ ...frozen, causes }) })
        .execute();
    }
    const { reviews } = await pages.read<ReviewList>(`/runs/${run}/reviews`);
    expect(reviews.map(({ verdict, created }) => [verdict, created])).toEqual(['5', '4', '3'].map((one) => [one, 1]));
    expect(reviews[0]?.frozen).toEqual({ ...frozen, causes });
    const { kysely } = pages.db;
    await kysely.deleteFrom('reviews').where('verdict', 'in', ['3', '4']).execute();
    const { reviews: fewer } = await pages.read<ReviewList>('/runs/latest/reviews');
    expect(fewer.map(({ verdict }) => verdict)).toEqual(['5', '2', 'ok']);
    expect(fewer[2]).toEqual({ ...first, frozen });
  });

  test('disappear from its page when they are withdrawn, even by a server whose clock is behind', async () => {
    const page = () => pages.read<RunPage>(`/runs/${run}/page`);
    const decided = async () => (await page()).verdicts.filter(({ decision }) => decision !== null).length;
    const ids: number[] = [];
    for (const { id: cause } of (await page()).signatures) {
      const { json } = await pages.post('/api/decisions', { run, cause, class: 'test bug' }, ana);
      ids.push((json as DecisionItem).id);
    }
    expect(await decided()).toBe(2);
    const withdraw = (id = 0) => pages.post(`/api/decisions/${id}/withdraw`, undefined, ana);
    await withdraw(ids[0]);
    // As if made by a server whose clock was ahead.
    await pages.db.kysely
      .updateTable('decisions')
      .set({ withdrawn_at: 2 ** 52 })
      .where('id', '=', ids[0]!)
      .execute();
    expect(await decided()).toBe(1);
    await withdraw(ids[1]);
    expect(await decided()).toBe(0);
  });
});
