/** Filters match the same runs and jobs in the databases as in memory. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseQuery } from '../../src/core/query.ts';
import { jobMatcher, type MatchableJob } from '../../src/core/query-match.ts';
import { traitsOf } from '../../src/core/verdicts/bands.ts';
import type { RunList } from '../../src/http/api/lists.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import type { RunJobs } from '../../src/http/api/run-jobs.ts';
import type { RunItem } from '../../src/http/api/schema.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, startPages } from './pages.ts';
import { runFilters } from './query-runs.ts';

const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;
const statuses = ['pass', 'fail', 'dead', 'running', 'queued', 'waiting', 'unknown'];
const sha1s = ['abcd', 'ABCD', 'abce', 'ef01'].map((start) => start.toLowerCase().padEnd(40, '0'));

/** Names with characters that are special in `like`, and names that cannot be parsed. */
const names = Array.from({ length: 48 }, (_, at) => {
  if (at % 16 === 15) return pick(['whatup', 'What%Up', 'w_t\\up'], Math.floor(at / 16));
  const date = `2026-10-${String(1 + (at % 28)).padStart(2, '0')}_0${at % 9}:30:0${at % 7}`;
  const branch = pick(['main', 'wip-a%b_c', 'WIP-a1b2c', 'wip-\\x', 'É-wip', 'é-wip', "o'b"], at);
  const user = pick(['teuthology', 'Yuri', 'a_b'], at);
  return `${user}-${date}-${pick(['rados', 'fs:workload', 'rbd'], at)}-${branch}-distro-default-${pick(['smithi', 'mira'], at)}`;
});

const busy = 'yuriw-2026-11-01_09:00:00-rados-main-distro-default-smithi';

const jobs = Array.from({ length: 60 }, (_, at) => ({
  job_id: String(8_600_000 + at),
  status: pick(statuses, at),
  priority: at % 5 === 0 ? undefined : at,
  sha1: at % 4 === 3 ? undefined : pick(sha1s, at),
  flavor: pick(['default', 'crimson', undefined], at),
  branch: pick(['main', 'wip-job', undefined], at),
  os_type: pick(['rocky', 'ubuntu', undefined], at),
  os_version: pick(['9.6', undefined, '22.04'], at),
  duration: at % 3 === 0 ? undefined : at * 60.5,
  description: pick(
    ['rados/thrash/{clusters/fixed-2 objectstore/bluestore-É}', 'rados/basic/{all clusters/fixed-1}', undefined],
    at,
  ),
  failure_reason: pick(
    ["Command failed on smithi001 with status 1: 'sudo x'", 'hit max job timeout', 'READ error', undefined],
    at,
  ),
  tasks: at % 3 === 0 ? undefined : [{ install: null }, { [`t${at % 4}`]: { x: 1 } }],
  roles: at % 4 === 0 ? undefined : [['mon.a', `osd.${at % 3}`], ['client.0']],
  targets: at % 6 === 5 ? undefined : { [`ubuntu@smithi0${at % 8}`]: 'k', [`ubuntu@mira${at % 3}`]: 'k' },
}));

const jobTerms = [
  's:fail s:fail,dead s:f* job:8600017 job:*7 suite:rados suite:R* suite:none branch:wip-* branch:main user:yuriw m:smithi',
  'flavor:crimson flavor:none sha1:abc sha1:ABCD sha1:none os:rocky os:*4 os:none node:smithi03 node:mira* node:none',
  'reason:sudo reason:read reason:*error reason:none kind:timeout kind:none cause:none cause:* f:all f:clusters=* f:*É f:none',
  'wait:>1h wait:<1h wait:none task:install task:t* task:none role:mon.a role:osd.* role:none',
  'dur:>30m dur:<10m dur:5m.. dur:none started:1h prio:<20 prio:20..40 prio:none is:new is:live is:none is:unseen',
  'scheduled:2026-11-01 scheduled:>2026-11-01 started:none started:>-1h updated:>-1h updated:<-1h rados 86000 mira1 r*blue* 86*3',
].flatMap((line) => line.split(' '));

describe.each(engines)('filters on $name', (engine) => {
  let pages: Pages;
  let all: RunItem[];
  const list = (q: string) => pages.read<RunList>(`/runs?${new URLSearchParams({ q, limit: '200', sort: 'user' })}`);

  beforeAll(async () => {
    pages = await startPages(engine);
    for (const [at, name] of names.entries()) {
      const count = 1 + (at % 3);
      for (const job of jobs.slice(at, at + count)) await pages.report(name, { ...job, branch: undefined, name });
    }
    for (const job of jobs) await pages.report(busy, { ...job, name: busy });
    all = (await list('')).runs;
  });
  afterAll(() => pages.stop());

  test('find exactly the matching runs', async () => {
    expect(all.map(({ name }) => name).sort()).toEqual([...names, busy].sort());
    await fc.assert(
      fc.asyncProperty(runFilters(all), async ({ text, holds }) => {
        const { runs, total, problems } = await list(text);
        expect(problems).toEqual([]);
        expect(runs.map(({ name }) => name).sort()).toEqual(
          all
            .filter(holds)
            .map(({ name }) => name)
            .sort(),
        );
        expect(total).toBe(runs.length);
      }),
      { numRuns: 400 },
    );
  });

  test('find exactly the matching jobs of a run', async () => {
    const read = (q: string) => pages.read<RunJobs>(`/runs/${busy}/jobs?${new URLSearchParams({ q })}`);
    const branch = all.find(({ name }) => name === busy)?.branch ?? null;
    const answered = await read('');
    const page = await pages.read<RunPage>(`/runs/${busy}/page`);
    const matchable = answered.jobs.map((line) => {
      const job = jobs.find(({ job_id }) => job_id === line.job_id);
      const verdicts = page.verdicts.filter(({ cause }) => cause === line.signature?.id);
      return {
        status: job?.status ?? '',
        job_id: line.job_id,
        description: job?.description ?? null,
        failure_reason: job?.failure_reason ?? null,
        os: [job?.os_type, job?.os_version].filter(Boolean).join(' ') || null,
        nodes: Object.keys(job?.targets ?? {}).map((host) => host.replace('ubuntu@', '')),
        suite: 'rados',
        branch: job?.branch ?? branch,
        user: 'yuriw',
        machine_type: 'smithi',
        flavor: job?.flavor ?? null,
        sha1: job?.sha1 ?? null,
        priority: job?.priority ?? null,
        duration: job?.duration ?? null,
        wait: line.started === null ? null : (line.started - line.posted) / 1000,
        tasks: (job?.tasks ?? []).flatMap((task) => Object.keys(task)),
        roles: (job?.roles ?? []).flat(),
        scheduled: Date.UTC(2026, 10, 1, 9),
        started: line.started,
        updated: line.updated,
        signature: line.signature,
        case_causes: line.case_causes,
        error: null,
        // No description failed in the previous runs, so none is fixed.
        traits: traitsOf({ status: line.status, previous: null, verdicts }, page.run),
      } satisfies MatchableJob;
    });
    expect(matchable).toHaveLength(jobs.length);
    const term = fc.tuple(fc.boolean(), fc.constantFrom(...jobTerms)).map(([not, text]) => (not ? `-${text}` : text));
    await fc.assert(
      fc.asyncProperty(fc.array(term, { maxLength: 3 }), async (terms) => {
        const q = terms.join(' ');
        const matches = jobMatcher(parseQuery(q, 'jobs').query, { now: Date.now(), zone: 'UTC' });
        const { jobs: found, problems } = await read(q);
        expect(problems).toEqual([]);
        expect(found.map(({ job_id }) => job_id)).toEqual(matchable.filter(matches).map(({ job_id }) => job_id));
      }),
      { numRuns: 150 },
    );
  });

  const most = 3900;
  test.each([
    ['a thousand words', 'a '.repeat(most / 2)],
    ['a thousand values', `suite:${'a,'.repeat(most / 2)}`],
    ['a thousand keys', '-s:* '.repeat(most / 5)],
    ['a thousand stars', `branch:${'a*'.repeat(most / 2)}b`],
    ['only stars', `branch:${'*'.repeat(most)}`],
    ['numbers beyond those of the database', 'prio:>999999999w prio:<999999999w999999999w prio:999999999999999'],
    ['times beyond those of the database', 'scheduled:>-999999999w999999999w started:-999999999999..9999-12-31'],
    ['half a character', `${'x'.repeat(3999)}😀`],
    ['backslashes', '\\ suite:\\ branch:*\\ branch:\\%* "\\'],
    ['quotes', `suite:rados' or 1=1 -- ";`],
  ])('are answered with %s', async (_what, q) => {
    expect((await list(q)).total).toBeLessThanOrEqual(all.length);
    const jobsFound = await pages.read<RunJobs>(`/runs/${busy}/jobs?${new URLSearchParams({ q })}`);
    expect(jobsFound.jobs.length).toBeLessThanOrEqual(jobs.length);
  });
});
