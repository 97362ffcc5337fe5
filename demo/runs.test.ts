import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseRunName } from '../src/core/run-name.ts';
import { documentSize, jobDocument } from './documents.ts';
import { createRandom } from './random.ts';
import { type PlannedJob, type PlanOptions, planRuns } from './runs.ts';

const usual: PlanOptions = { seed: 1, runs: 105, days: 21, now: new Date('2026-11-23T12:00:00Z') };
const runs = planRuns(usual);
const jobs = runs.flatMap((run) => run.jobs);

function digest(options: PlanOptions): string {
  const hash = createHash('sha256');
  for (const run of planRuns(options)) {
    hash.update(`${run.name} ${run.sha1} ${run.priority}`);
    for (const job of run.jobs) hash.update(JSON.stringify([job.job_id, job.outcome, job.document, job.summary]));
  }
  return hash.digest('hex');
}

function byCause(all: PlannedJob[]): Map<string, PlannedJob[]> {
  return Map.groupBy(
    all.filter((job) => job.cause !== null),
    (job) => job.cause!,
  );
}

test('the same seed gives the same data, another seed different data', () => {
  const few = { ...usual, runs: 3 };
  expect(digest(few)).toBe(digest(few));
  expect(digest(few)).not.toBe(digest({ ...few, seed: 2 }));
});

test('the time of day does not change the data', () => {
  const few = { ...usual, runs: 3 };
  expect(digest({ ...few, now: new Date('2026-11-23T00:00:01Z') })).toBe(digest(few));
});

test('another day only shifts the dates', () => {
  const later = planRuns({ ...usual, now: new Date('2026-12-31T12:00:00Z') });
  const essence = (planned: typeof runs) =>
    planned.map((run) => [run.suite, run.sha1, run.jobs.map((job) => [job.job_id, job.outcome, job.cause, job.nodes])]);
  expect(essence(later)).toEqual(essence(runs));
  expect(new Set([...later, ...runs].map((run) => run.name)).size).toBe(2 * runs.length);
});

test('the next day gives different runs', () => {
  const tomorrow = planRuns({ ...usual, now: new Date('2026-11-24T12:00:00Z') });
  expect(new Set([...tomorrow, ...runs].map((run) => run.name)).size).toBe(2 * runs.length);
});

test('there are as many runs as requested, with 10 to 500 jobs, over three weeks', () => {
  expect(runs).toHaveLength(105);
  expect(planRuns({ ...usual, runs: 42 })).toHaveLength(42);
  for (const run of runs) {
    expect(run.jobs.length).toBeGreaterThanOrEqual(10);
    expect(run.jobs.length).toBeLessThanOrEqual(500);
  }
  expect(runs.filter((run) => run.jobs.length === 500).length).toBeGreaterThan(1);
  const span = runs.at(-1)!.scheduled.getTime() - runs[0]!.scheduled.getTime();
  expect(span / 86_400_000).toBeGreaterThan(20);
  expect(runs.at(-1)!.scheduled.getTime()).toBeLessThan(usual.now.getTime());
});

test('run names match the runs', () => {
  for (const run of runs) {
    expect(parseRunName(run.name), run.name).toEqual({
      user: run.user,
      scheduled: run.scheduled.getTime() * 1000,
      suite: run.suite,
      branch: run.branch,
      machine_type: run.machine_type,
    });
  }
  expect(runs.findLast(({ suite }) => suite === 'rados')!.name).toBe(
    'teuthology-2026-11-22_20:00:15-rados-main-distro-default-smithi',
  );
});

test('job ids are unique and ascending', () => {
  const ids = jobs.map((job) => Number(job.job_id));
  expect(new Set(ids).size).toBe(ids.length);
  for (const {
    jobs: [first, ...rest],
  } of runs) {
    expect(rest.every((job, index) => Number(job.job_id) === Number(first!.job_id) + index + 1)).toBe(true);
  }
});

test('documents have 2 to 20 KB, on average 8 KB', () => {
  const sizes = jobs.filter((_, at) => at % 5 === 0).map((job) => JSON.stringify(job.document).length);
  expect(Math.min(...sizes)).toBeGreaterThan(2_000);
  expect(Math.max(...sizes)).toBeLessThan(20_000);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  expect(Math.abs(mean - documentSize.mean)).toBeLessThan(600);
});

test('a document can have a requested size', () => {
  for (const bytes of [4_096, 8_192, 16_384]) {
    const text = JSON.stringify(jobDocument(createRandom('bench', bytes), { bytes, job_id: '7' }));
    expect(Math.abs(text.length - bytes)).toBeLessThan(bytes * 0.06);
    expect(JSON.parse(text).job_id).toBe('7');
  }
});

test('a cause recurs on different machines with different messages', () => {
  const large = [...byCause(jobs)].filter(([, failed]) => failed.length >= 10);
  expect(large.length).toBeGreaterThan(10);
  for (const [cause, failed] of large) {
    expect(new Set(failed.map((job) => job.nodes[0])).size, cause).toBeGreaterThan(3);
  }
  const warnings = byCause(jobs).get('ec read error')!;
  expect(new Set(warnings.map((job) => job.summary.failure_reason)).size).toBe(warnings.length);
});

test('descriptions recur in other runs of the suite', () => {
  const nightly = runs.filter((run) => run.suite === 'rados' && run.user === 'teuthology');
  const described = nightly.map((run) => new Set(run.jobs.map((job) => String(job.document.description))));
  const again = [...described[1]!].filter((description) => described[0]!.has(description));
  expect(again.length).toBeGreaterThan(described[1]!.size / 2);
});

test('a regression begins on one night, is fixed on another, and comes back', () => {
  const nights = runs.filter(({ suite, branch }) => suite === 'rados' && branch === 'main');
  const hit = nights.map((run) => (run.jobs.some((job) => job.cause === 'osd crash with zlib') ? 'x' : '.')).join('');
  expect(hit).toMatch(/^\.+x[x.]{0,3}x\.{8,}[x.]{2,}$/);
});

test('every suite and base branch has the ten nights that verdicts need', () => {
  const nights = Map.groupBy(
    runs.filter(({ user }) => user === 'teuthology'),
    ({ suite, branch }) => `${suite} ${branch}`,
  );
  for (const [what, those] of nights) expect([what, those.length >= 10]).toEqual([what, true]);
});

test('jobs start after their run was scheduled, end after they started, and take as long as they report', () => {
  const now = usual.now.getTime();
  for (const run of runs) {
    for (const { times, summary } of run.jobs) {
      if (times === null) continue;
      expect(times.started.getTime()).toBeGreaterThanOrEqual(run.scheduled.getTime());
      expect(times.ended.getTime()).toBeLessThanOrEqual(now);
      const seconds = (times.ended.getTime() - times.started.getTime()) / 1000;
      expect(seconds).toBeGreaterThan(60);
      expect(Math.abs(seconds - Number(summary.duration))).toBeLessThan(2);
    }
  }
});

test('the runs of the newest night are in progress, the others have finished', () => {
  const outcomes = new Set(runs.at(-1)!.jobs.map((job) => job.outcome));
  for (const outcome of ['pass', 'running', 'waiting', 'queued'] as const) expect(outcomes).toContain(outcome);
  const old = new Set(runs.slice(0, -5).flatMap((run) => run.jobs.map((job) => job.outcome)));
  expect([...old].sort()).toEqual(['dead', 'fail', 'pass']);
});

test('the last update of a job agrees with its outcome', () => {
  for (const { outcome, summary, document } of jobs.filter((_, at) => at % 5 === 0)) {
    if (outcome === 'running' || outcome === 'waiting' || outcome === 'queued') {
      expect(summary).toEqual({});
      expect(document.status).toBe(outcome);
    } else {
      expect(summary.status).toBe(outcome);
      expect(summary.success).toBe(outcome === 'pass');
      expect(summary.duration).toBeTypeOf('number');
    }
  }
});
