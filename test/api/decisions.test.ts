/** Decisions on causes and reviews of runs: their scope, their end, and that none of them is lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../src/http/api/audit.ts';
import type { DecisionItem, DecisionList } from '../../src/http/api/decisions.ts';
import type { ReviewItem, ReviewList } from '../../src/http/api/reviews.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import type { RunJobs } from '../../src/http/api/run-jobs.ts';
import type { RunVerdicts } from '../../src/http/api/run-verdicts.ts';
import type { RunItem } from '../../src/http/api/schema.ts';
import { reindex } from '../../src/store/upkeep/reindex.ts';
import { engines } from '../helpers/engines.ts';
import { listen } from '../helpers/events.ts';
import { startReadOnlyServer } from '../helpers/server.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const ana = { 'x-paddles-name': 'ana' };
const bob = { 'x-paddles-name': 'bob' };
const issue = 'https://tracker.ceph.com/issues/61233';
const [today, earlier, wip, wipSquid] = [runOn(13), runOn(12), runOn(13, 'wip-anna'), runOn(13, 'wip-squid-anna')];
const failing = ['the first thing is broken', 'the second thing is broken', 'Failed to reconnect to smithi001'];

async function fill(pages: Pages): Promise<void> {
  for (const run of [earlier, today, wip, runOn(12, 'squid'), wipSquid]) {
    for (const [at, failure_reason] of failing.entries())
      await pages.report(run, { job_id: `${at}`, status: 'fail', failure_reason });
    await pages.report(run, { job_id: '9', status: 'pass' });
  }
  await pages.report(runOn(5, 'squid').replace('rados', 'fs'), { job_id: '1', status: 'pass' });
}

describe.each(engines)('decisions on $name', (engine) => {
  let pages: Pages;
  const causes: string[] = [];
  const verdicts = (run: string, query = '') => pages.read<RunVerdicts>(`/runs/${run}/verdicts${query}`);
  const post = (body: object, headers: Record<string, string> = ana) => pages.post('/api/decisions', body, headers);
  /** Makes a decision, by default on the first cause in today's run. */
  const decide = async (body: object = {}, headers = ana): Promise<DecisionItem> => {
    const answer = await post({ run: today, cause: causes[0], class: 'product bug', ...body }, headers);
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
    return answer.json as DecisionItem;
  };
  const withdraw = (id: number, headers = ana) => pages.post(`/api/decisions/${id}/withdraw`, undefined, headers);
  /** The id of the decision on the first cause in each of these runs. */
  const reached = async (...runs: string[]) => {
    const found = await Promise.all(runs.map((run) => verdicts(run)));
    return found.map((one) => one.verdicts.find(({ id }) => id === causes[0])?.decision?.id ?? null);
  };
  /** Withdraws all decisions, for the next test. */
  const clear = async () => {
    const { decisions } = await pages.read<DecisionList>('/decisions?limit=200');
    for (const { id } of decisions) await withdraw(id);
  };

  beforeAll(async () => {
    pages = await startPages(engine);
    await fill(pages);
    const { verdicts: found } = await verdicts(today);
    for (const reason of ['first', 'second', 'reconnect'])
      causes.push(found.find(({ title }) => title.includes(reason))?.id as string);
  });
  afterAll(() => pages.stop());

  test('apply to their scope: a run, a branch, a base with its branches, or everywhere', async () => {
    const runs = [today, earlier, wip, runOn(12, 'squid'), wipSquid];
    const inRun = async (run: string, scope?: string) => {
      const { id } = await decide({ run, ...(scope && { scope }) });
      const found = (await reached(...runs)).map((one) => one === id);
      await withdraw(id);
      return found;
    };
    expect(await inRun(today)).toEqual([true, true, true, false, false]);
    expect(await inRun(wipSquid)).toEqual([false, false, false, true, true]);
    expect(await inRun(today, 'run')).toEqual([true, false, false, false, false]);
    expect(await inRun(wip, 'branch')).toEqual([false, false, true, false, false]);
    expect(await inRun(earlier, 'everywhere')).toEqual([true, true, true, true, true]);
    expect(await reached(...runs)).toEqual([null, null, null, null, null]);
  });

  test('with an issue make a cause KNOWN, on the page, in files and in filters', async () => {
    const found = async (q: string) =>
      (await pages.read<RunJobs>(`/runs/${today}/jobs?q=${q}`)).jobs.map(({ job_id }) => job_id);
    // A cause that existed before needs no decision, but a cause of the lab does.
    expect(await found('is:todo')).toEqual(['2']);
    await decide({ cause: causes[2], class: 'infra' });
    expect(await found('is:todo')).toEqual([]);
    const made = await decide({ issue_url: issue, note: 'see = the *log*', key: 'one' });
    expect(made).toMatchObject({ author: 'ana', verified: false, scope: 'base', scope_of: 'main', title: failing[0] });
    const one = (await verdicts(today)).verdicts.find(({ id }) => id === causes[0]);
    expect(one).toMatchObject({ verdict: 'KNOWN', decision: made, sentence: expect.stringMatching(/^#61233: /) });
    const page = await pages.read<RunPage>(`/runs/${today}/page`);
    expect(page.verdicts.find(({ cause }) => cause === causes[0])).toMatchObject({ verdict: 'KNOWN', decision: made });
    expect(await found('is:known')).toContain('0');
    expect((await pages.get(`/api/runs/${today}/verdicts.csv`)).text).toContain(`${made.id},product bug,${issue},ana`);
    expect((await pages.get(`/api/runs/${today}/verdicts.md`)).text).toContain('by ana\\: see \\= the \\*log\\*');
    await clear();
    expect((await pages.read<RunPage>(`/runs/${today}/page`)).verdicts.every(({ decision }) => decision === null)).toBe(
      true,
    );
  });

  test('are made once, however often they are sent with the same key, and a key cannot be reused for another decision', async () => {
    const body = { issue_url: issue, key: 'again' };
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => decide(body)));
    expect(others).toEqual([first, first]);
    const other = await post({ run: today, cause: causes[1], class: 'unclear', key: 'again' });
    expect([other.status, other.text]).toEqual([400, expect.stringContaining("'key'")]);
    expect((await decide(body, bob)).id).not.toBe(first?.id);
    await clear();
  });

  test('of two users at the same time are both stored; the last one applies, and the other one after its withdrawal', async () => {
    const made = await Promise.all([
      ...Array.from({ length: 5 }, () => decide({ class: 'infra' }, ana)),
      ...Array.from({ length: 5 }, () => decide({ class: 'test bug' }, bob)),
    ]);
    const ids = made.map(({ id }) => id).sort((a, b) => b - a);
    const { decisions } = await pages.read<DecisionList>(`/decisions?cause=${causes[0]}&limit=10`);
    expect(decisions.map(({ id }) => id)).toEqual(ids);
    expect(await reached(today)).toEqual([ids[0]]);
    const last = made.find(({ id }) => id === ids[0]) as DecisionItem;
    const better = await decide({ class: 'unclear', replaces: last.id });
    expect(await reached(today)).toEqual([better.id]);
    await withdraw(better.id, bob);
    expect(await reached(today)).toEqual([last.id]);
    await clear();
  });

  test('end when they are withdrawn, which is possible once, or when they expire', async () => {
    const { id } = await decide({ until: Date.UTC(2026, 10, 12, 23) });
    expect(await reached(earlier, today)).toEqual([id, null]);
    const ended = (await withdraw(id, bob)).json as DecisionItem;
    expect(ended).toMatchObject({ withdrawn_by: 'bob' });
    expect((await withdraw(id)).json).toEqual(ended);
    expect(await reached(earlier)).toEqual([null]);
    expect((await withdraw(99_999)).status).toBe(404);
  });

  test('are shown as they were at a time', async () => {
    const first = await decide();
    const at = first.created;
    // Two times in the same millisecond could not be distinguished.
    await expect.poll(() => Date.now()).toBeGreaterThan(at);
    const second = await decide({ replaces: first.id });
    await withdraw(second.id);
    await withdraw(first.id);
    const then = await pages.read<RunPage>(`/runs/${today}/page?at=${at}`);
    expect(then.verdicts.find(({ cause }) => cause === causes[0])?.decision?.id).toBe(first.id);
    expect((await verdicts(today, `?at=${at}`)).verdicts.filter(({ decision }) => decision !== null)).toHaveLength(1);
    expect(await reached(today)).toEqual([null]);
  });

  test('are sent to listeners at once, are in the audit log, and are exported as JSON and CSV', async () => {
    const heard = await listen(pages, 'decisions');
    const told = heard.next('decisions');
    const { id } = await decide({ note: '=1+1', class: 'infra' }, bob);
    await told;
    const toldAgain = heard.next('decisions');
    await withdraw(id);
    await toldAgain;
    const { changes } = await pages.read<AuditList>('/audit?q=kind:decision&limit=2');
    expect(changes).toMatchObject([
      { action: 'withdraw', name: 'ana', target: causes[0], before: { class: 'infra', note: '=1+1' } },
      { action: 'decide', name: 'bob', target: causes[0], after: { class: 'infra', title: failing[0] } },
    ]);
    const list = await pages.read<DecisionList>('/decisions.json?limit=1');
    expect(list).toMatchObject({ decisions: [{ id, withdrawn_by: 'ana', replaced: false, scattered: [] }], next: id });
    const next = await pages.read<DecisionList>(`/decisions?after=${list.next}&limit=1`);
    expect(next.decisions[0]?.id).toBeLessThan(id);
    expect(
      (await pages.read<DecisionList>(`/decisions?run=${wipSquid}`)).decisions.every((one) => one.scope_of !== 'main'),
    ).toBe(true);
    const csv = (await pages.get(`/api/decisions.csv?cause=${causes[0]}`)).text.split('\r\n');
    expect(csv[1]).toContain(`${id},${causes[0]},`);
    expect(csv[1]).toContain(",'=1+1,base,main,");
  });

  test('are refused with the name of the wrong key, and change nothing', async () => {
    const good = { run: today, cause: causes[0], class: 'infra' };
    const wrong: [string, unknown][] = [
      ...['run', 'cause', 'class'].map((key): [string, unknown] => [key, undefined]),
      ['cause', 'ffffffff'],
      ['class', 'other'],
      ['scope', 'world'],
      ['note', 'x'.repeat(2001)],
      ['until', 'tomorrow'],
      ['until', -1],
      ['replaces', 99_999],
      ['key', 'x'.repeat(65)],
      ['key', ''],
      ['other', 1],
      ['__proto__x', 1],
      ...['javascript:alert(1)', 'ftp://x/1', '61233', 'http://', `https://x/${'1'.repeat(500)}`].map(
        (url): [string, unknown] => ['issue_url', url],
      ),
    ];
    const count = async () => (await pages.read<DecisionList>('/decisions?limit=200')).decisions.length;
    const before = await count();
    for (const [key, value] of wrong) {
      const { status, text } = await post({ ...good, [key]: value });
      expect([key, value, status, text]).toEqual([key, value, 400, expect.stringContaining(`'${key}'`)]);
    }
    expect((await post({ ...good, class: 'caused by this branch', scope: 'base' })).text).toContain("'scope'");
    for (const run of ['none', `${today}\0`]) expect((await post({ ...good, run })).status).toBe(404);
    for (const body of ['[]', 'null', '"x"', '{', ''])
      expect((await pages.post('/api/decisions', body, ana)).status).toBe(400);
    expect((await post(good, {})).status).toBe(401);
    expect((await withdraw(1, {} as typeof ana)).status).toBe(401);
    expect((await pages.post('/api/decisions/x/withdraw', {}, ana)).status).toBe(400);
    expect((await pages.post(`/api/runs/${today}/review`, { verdict: '  ' }, ana)).text).toContain("'verdict'");
    expect((await pages.post(`/api/runs/${today}/review`, { verdict: 'ok' }, {})).status).toBe(401);
    expect(await count()).toBe(before);
  });

  test('accept texts of any kind and return them unchanged', async () => {
    const note = `<b>\u0000\ud800 😀 \u202e${'é'.repeat(100)}`;
    const { note: kept } = await decide({ note, class: 'test bug', until: 8_640_000_000_000 });
    expect(kept).toBe(note.replace('\u0000', '\ufffd').replace('\ud800', '\ufffd'));
    await clear();
  });

  test('of a run are kept in a review with its results at that time, and the last review is in the list of runs', async () => {
    const { id } = await decide({ issue_url: issue });
    await decide({ cause: causes[2], class: 'infra' });
    const heard = await listen(pages, 'runs');
    const told = heard.next('runs');
    const made = await pages.post(`/api/runs/${today}/review`, { verdict: 'not ok', key: 'review' }, bob);
    const same = await pages.post(`/api/runs/${today}/review`, { verdict: 'not ok', key: 'review' }, bob);
    await told;
    expect([made.status, same.json]).toEqual([200, made.json]);
    await clear();
    await pages.post(`/api/runs/${today}/review`, { verdict: 'ok to\nmerge' }, ana);
    const { reviews } = await pages.read<ReviewList>(`/runs/${today}/reviews`);
    expect(reviews.map(({ verdict, author }) => [verdict, author])).toEqual([
      ['ok to merge', 'ana'],
      ['not ok', 'bob'],
    ]);
    const { frozen } = reviews[1] as ReviewItem;
    expect(frozen).toMatchObject({ base: 'main', undecided: 0, more: 0, counts: { fail: 3, pass: 1 } });
    expect(frozen.causes.find(({ cause }) => cause === causes[0])).toMatchObject({
      verdict: 'KNOWN',
      decision: { issue_url: issue, author: 'ana' },
    });
    expect(reviews[0]?.frozen.undecided).toBe(1);
    const { review } = await pages.read<RunItem>(`/runs/${today}`);
    expect(review).toMatchObject({ verdict: 'ok to merge', author: 'ana', verified: false });
    // A job that is reported later does not remove the review.
    await pages.put(`/runs/${today}/jobs/9/`, { status: 'pass' });
    expect((await pages.read<RunItem>(`/runs/${today}`)).review).toEqual(review);
    expect(id).toBeGreaterThan(0);
  });

  test('follow their jobs when causes are recomputed, or are marked as scattered', async () => {
    const { kysely } = pages.db;
    const old = async (ids: Record<string, string>) => {
      for (const [cause, id] of Object.entries(ids)) {
        await kysely.updateTable('jobs').set({ signature: id }).where('signature', '=', cause).execute();
        await kysely
          .insertInto('signatures')
          .values({ id, version: 0, kind: 'other', title: id })
          .onConflict((c) => c.doNothing())
          .execute();
      }
      await kysely.updateTable('indexed').set({ version: 0, up_to: 0 }).execute();
      await kysely.deleteFrom('run_digests').execute();
    };
    // Two causes used to be one, and another one has a new id.
    await old({ [causes[0]!]: 'merged', [causes[1]!]: 'merged', [causes[2]!]: 'renamed' });
    const merged = await decide({ cause: 'merged', issue_url: issue });
    const renamed = await decide({ cause: 'renamed', class: 'infra' });
    await reindex(pages.db, { all: false });
    const { verdicts: found } = await verdicts(today);
    const of = (at: number) => found.find(({ id }) => id === causes[at]);
    expect(of(2)?.decision?.id).toBe(renamed.id);
    for (const at of [0, 1]) {
      const past = 'was part of #61233 before the rules changed, needs a look';
      expect(of(at)).toMatchObject({ decision: null, past });
    }
    const { decisions } = await pages.read<DecisionList>('/decisions?cause=merged');
    expect(decisions).toMatchObject([
      { id: merged.id, title: 'merged', scattered: expect.arrayContaining(causes.slice(0, 2)) },
    ]);
    const again = await decide({ class: 'unclear' });
    expect(await reached(today)).toEqual([again.id]);
    await clear();
  });

  test('are returned but not accepted by a read-only server', async () => {
    const { id } = await decide();
    const reader = await startReadOnlyServer(pages.database, { contract: 'teuthology' });
    try {
      expect((await reader.get('/api/decisions?limit=1')).json).toMatchObject({ decisions: [{ id }] });
      for (const path of ['decisions', `decisions/${id}/withdraw`, `runs/${today}/review`])
        expect((await reader.post(`/api/${path}`, { verdict: 'ok' }, ana)).status).toBe(405);
    } finally {
      await reader.stop();
    }
    expect(await reached(today)).toEqual([id]);
    await clear();
  });
});
