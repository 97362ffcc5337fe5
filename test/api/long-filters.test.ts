/** Filters with as many and as long values as allowed, on long texts, do not delay other requests. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunList } from '../../src/http/api/lists.ts';
import type { RunJobs } from '../../src/http/api/run-jobs.ts';
import { chunksOf } from '../../src/store/engine/transaction.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, startPages } from './pages.ts';

/** The most milliseconds of processor time without a break. Without turns, each of these requests takes several hundred. */
const longestTurn = 80;

const run = 'a run';
const pattern = `${'a*'.repeat(34)}q`;
const facets = Array.from({ length: 300 }, (_, at) => `aaaaaaaa-${at}`).join(' ');

describe.each(engines)('a long filter on $name', (engine) => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages(engine);
    const failure_reason = 'Aa '.repeat(5000);
    for (let at = 0; at < 250; at += 50) {
      const jobs = Array.from({ length: 50 }, (_, job) => ({
        job_id: String(at + job),
        status: 'fail',
        failure_reason: `${failure_reason}${at + job}`,
        description: `d${at + job}/{${facets}}`,
      }));
      await Promise.all(jobs.map((job) => pages.report(run, job)));
    }
    const nameOf = (at: number) => `u${at}-2026-11-20_10:00:00-rados-${'a'.repeat(400)}-distro-default-smithi`;
    await pages.post('/runs/', { name: nameOf(0) });
    const { kysely } = pages.db;
    const first = kysely.selectFrom('runs').selectAll().where('name', '=', nameOf(0));
    const { id, ...row } = await first.executeTakeFirstOrThrow();
    const others = Array.from({ length: 2999 }, (_, at) => ({ ...row, name: nameOf(at + 1) }));
    for (const some of chunksOf(others, 100)) await kysely.insertInto('runs').values(some).execute();
  });
  afterAll(() => pages.stop());

  /**
   * The longest turn of the event loop during some work: 10 to 20 ms. Returns the shortest of up to ten tries, because time that a busy
   * host takes away from this machine counts as used.
   */
  async function longestTurnOf(work: () => Promise<void>): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 10 && least > longestTurn; attempt++) {
      let [longest, isDone] = [0, false];
      let last = process.threadCpuUsage();
      const watch = () => {
        const { user, system } = process.threadCpuUsage(last);
        longest = Math.max(longest, (user + system) / 1000);
        last = process.threadCpuUsage();
        if (!isDone) setImmediate(watch);
      };
      setImmediate(watch);
      await work();
      isDone = true;
      least = Math.min(least, longest);
    }
    return least;
  }

  const values = (value: (at: number) => string) => Array.from({ length: 50 }, (_, at) => value(at)).join(',');
  const words = (value: (at: number) => string) => Array.from({ length: 49 }, (_, at) => value(at)).join(' ');

  test.each([
    ['patterns of reasons', `reason:${values((at) => `*${pattern}${at}`)}`],
    ['parts of reasons', `reason:${values((at) => `"aa aa aa ${at}x"`)}`],
    ['choices', `f:${values((at) => `aaaaaaaa-${at}x`)}`],
    ['patterns of choices', `f:${values((at) => `*aaaa*aaa-*${at}x`)}`],
    ['words', `${words((at) => `-"aa aa aa ${at}x"`)} job:none`],
    ['patterns in words', `${words((at) => `-${pattern}${at}`)} job:none`],
  ])('of %s of jobs does not delay other requests', async (_what, q) => {
    const read = async () => {
      const { jobs, problems } = await pages.read<RunJobs>(
        `/runs/${encodeURIComponent(run)}/jobs?${new URLSearchParams({ q })}`,
      );
      expect({ jobs: jobs.length, problems }).toEqual({ jobs: 0, problems: [] });
    };
    expect(await longestTurnOf(read)).toBeLessThan(longestTurn);
  });

  test.each([
    ['names', words((at) => `-${pattern}${at}`)],
    ['branches', `-branch:${values((at) => `${pattern}${at}`)}`],
  ])('of patterns of %s of runs does not delay other requests', async (_what, q) => {
    const read = async () => {
      const { total, problems } = await pages.read<RunList>(`/runs?${new URLSearchParams({ q })}`);
      expect({ total, problems }).toEqual({ total: 3001, problems: [] });
    };
    expect(await longestTurnOf(read)).toBeLessThan(longestTurn);
  });
});
