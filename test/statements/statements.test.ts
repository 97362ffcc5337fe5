/**
 * Checks the query plan of every statement that the server can send. The number of rows that a statement reads may depend on the size
 * of the answer, but not on the amount of stored data.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openReadOnly, ping } from '../../src/store/db.ts';
import { longestQueues } from '../../src/store/read/queues.ts';
import { countJobs } from '../../src/store/read/runs.ts';
import { expire, isMereCopy } from '../../src/store/upkeep/expire.ts';
import { databaseSize, prune, pruneAudit, pruneRuns } from '../../src/store/upkeep/prune.ts';
import { isIndexed, reindex } from '../../src/store/upkeep/reindex.ts';
import { engines } from '../helpers/engines.ts';
import { someone } from '../helpers/server.ts';
import { readCaseCauses } from './case-causes.ts';
import { watchStore } from './coverage.ts';
import { type Exception, exceptions } from './exceptions.ts';
import { type Filled, startFilled } from './filled.ts';
import { answeredJobs, expectedLists } from './lists.ts';
import { notify } from './notify.ts';
import type { Finding } from './plan.ts';
import { judgePostgres } from './postgres-plans.ts';
import { readLogs } from './read-logs.ts';
import { type Recorded, record } from './recorder.ts';
import { catalogue, decide, readCatalogue, readFilters, readLists, useToken, write } from './requests.ts';
import { forgottenRoutes } from './routes.ts';
import { judgeSqlite } from './sqlite-plans.ts';

describe.each(engines)('statements on $name', (engine) => {
  const { name } = engine;
  let filled: Filled;
  let uncalled: string[];
  let found: Found[];

  beforeAll(async () => {
    const store = await watchStore(name);
    // Before the first connection is opened, because connections keep the original functions.
    const recording = record();
    filled = await startFilled(engine);
    const { url, db, doors, samples, now } = filled;
    // Gives `reindex` something to do.
    await db.kysely
      .updateTable('jobs')
      .set({ signature: 'none' })
      .where('run_id', 'in', ({ selectFrom }) => selectFrom('runs').select('id').orderBy('id').limit(40))
      .execute();
    recording.begin();
    await readCatalogue(doors, samples);
    await readFilters(doors, samples);
    await readLists(doors, samples);
    await readCaseCauses(db, doors);
    await write(doors, samples);
    await decide(doors, samples);
    await isIndexed(db);
    await databaseSize(db);
    await countJobs(db);
    await longestQueues(db, 50);
    const reader = await openReadOnly({ url, poolSize: 2, now });
    await ping(reader);
    await reader.close();
    const soon = new AbortController();
    await reindex(db, { all: true, signal: soon.signal, onProgress: ({ done }) => done === 3 && soon.abort() });
    const aborted = new AbortController();
    const before = now() - 30 * 86_400_000_000;
    const stamp = { by: someone, at: now() };
    await prune(db, { before, dryRun: false, ...stamp, signal: aborted.signal, onProgress: () => aborted.abort() });
    const one = new AbortController();
    await pruneRuns(db, { before, dryRun: false, ...stamp, signal: one.signal, onProgress: () => one.abort() });
    await isMereCopy(db);
    await expire(db, { ages: { running: 1, waiting: 1, queued: 1 }, dryRun: false, ...stamp, at: now() + 1e9 });
    await useToken(db, doors, now());
    await readLogs(db, samples.runs[0]?.name ?? '', now());
    await notify(db, doors, now());
    await pruneAudit(db, { before: now() - 3_600_000_000, dryRun: false, ...stamp });
    // Other processes are notified a moment later.
    if (name === 'postgres') await vi.waitFor(() => expect(recording.has('pg_notify')).toBe(true), { timeout: 30_000 });
    const statements = recording.stop();
    uncalled = await store.uncalled();
    const judged = name === 'sqlite' ? judgeSqlite(url, statements) : await judgePostgres(url, statements);
    found = [...judged].flatMap(([recorded, findings]) => findings.map((finding) => ({ ...finding, recorded })));
  });
  afterAll(() => filled?.stop());

  test('no statement reads or sorts many more rows of a big table than it returns', () => {
    const wrong = found.filter((one) => !exceptions.some((exception) => isAbout(exception, one)));
    const lines = new Map<string, string>();
    for (const one of wrong) {
      const { details, recorded } = one;
      // Shows one statement per fault.
      lines.set(`${recorded.origin}: ${faultOf(one)}`, `(${details})\n    ${recorded.text.slice(0, 1000)}`);
    }
    if (lines.size > 0) expect.fail([...lines].map((line) => line.join(' ')).join('\n'));
  });

  test('every exception still occurs', () => {
    const always = exceptions.filter(({ someDays }) => !someDays);
    const stale = always.flatMap((exception) =>
      exception[name]
        .filter((fault) => !found.some((one) => faultOf(one) === fault && isAbout(exception, one)))
        .map((fault) => `${exception.origin}: ${fault}`),
    );
    expect(stale).toEqual([]);
  });

  test('lists of jobs are the same as a search through all jobs, on first and late pages', async () => {
    const lists = await expectedLists(filled);
    expect(lists.filter(({ jobs }) => jobs.length === 10).length).toBeGreaterThan(50);
    for (const { path, jobs } of lists)
      expect([path, await answeredJobs(filled.doors.teuthology, path)]).toEqual([path, jobs]);
  });

  test('every route that answers GET has a request in the catalogue', () => {
    expect(forgottenRoutes(filled.doors, catalogue)).toEqual([]);
  });

  test('every function of the store that builds a statement was called', () => {
    expect(uncalled).toEqual([]);
  });

  function isAbout({ origin, text, ...faults }: Exception, one: Found): boolean {
    const { recorded } = one;
    const isSame = origin === recorded.origin && faults[name].includes(faultOf(one));
    return isSame && (text === undefined || text.test(recorded.text));
  }
});

type Found = Finding & { recorded: Recorded };

function faultOf({ kind, table }: Finding): string {
  return `${kind} ${table}`.trim();
}
