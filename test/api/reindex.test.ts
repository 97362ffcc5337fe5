/** `paddles reindex`, and the same work of a server after an upgrade, on jobs stored before the current signature rules. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failureCause, signatureOf, signatureVersion } from '../../src/core/signature.ts';
import { open } from '../../src/store/db.ts';
import { isIndexed, reindex } from '../../src/store/upkeep/reindex.ts';
import { createRun } from '../../src/store/write/runs.ts';
import { newFolder, runProgram, startService } from '../contracts/program.ts';
import { engines } from '../helpers/engines.ts';
import { someone } from '../helpers/server.ts';
import { type Pages, startPages } from './pages.ts';

const reason = (index: number) =>
  `Command failed on smithi${index % 200} with status ${index % 3}: 'sudo rm -rf /tmp/${index}'`;

describe.each(engines)('reindex on $name', (engine) => {
  let server: Pages;

  beforeEach(async () => {
    server = await startPages(engine);
    for (let index = 0; index < 40; index++) {
      const failed = { status: 'fail', failure_reason: reason(index) };
      await server.report(`run-${index % 4}`, {
        job_id: index,
        description: `rados/{a b${index}}`,
        ...(index % 2 ? failed : { status: 'pass' }),
      });
    }
  });
  afterEach(() => server.stop());

  const stored = () => server.db.kysely.selectFrom('jobs').select(['job_id', 'signature']).orderBy('id').execute();
  const forget = async () => {
    await server.db.kysely.updateTable('jobs').set({ signature: null }).execute();
    await server.db.kysely.deleteFrom('signatures').execute();
    await server.db.kysely.updateTable('indexed').set({ version: 0, up_to: 0 }).execute();
  };

  test('computes for old jobs what the writer computes for new ones', async () => {
    const before = await stored();
    expect(before.filter(({ signature }) => signature !== null)).toHaveLength(20);
    await forget();
    expect(await isIndexed(server.db)).toBe(false);
    const steps: number[] = [];
    const progress = await reindex(server.db, { all: false, onProgress: ({ done }) => steps.push(done) });
    expect(progress).toEqual({ done: 4, total: 4, changed: 20 });
    expect(steps).toEqual([1, 2, 3, 4]);
    expect(await stored()).toEqual(before);
    expect(await isIndexed(server.db)).toBe(true);
    const causes = await server.db.kysely.selectFrom('signatures').selectAll().execute();
    const { class: _, ...cause } = signatureOf(reason(1));
    expect(causes).toContainEqual({ ...cause, version: signatureVersion });
  });

  test('resumes where it was interrupted and changes nothing that is correct', async () => {
    await forget();
    const stop = new AbortController();
    const first = await reindex(server.db, { all: false, signal: stop.signal, onProgress: () => stop.abort() });
    expect(first).toMatchObject({ done: 1, changed: 0 });
    expect(await isIndexed(server.db)).toBe(false);
    expect(await reindex(server.db, { all: false })).toEqual({ done: 3, total: 3, changed: 20 });
    expect(await reindex(server.db, { all: true })).toEqual({ done: 4, total: 4, changed: 0 });
  });

  test('gives every job the cause of its last reason while clients write', async () => {
    await forget();
    const writes = Array.from({ length: 200 }, (_, index) =>
      server.put(`/runs/run-${index % 4}/jobs/${index % 40}/`, {
        status: 'fail',
        failure_reason: `new ${index} reason`,
      }),
    );
    await Promise.all([reindex(server.db, { all: true, pause: 1 }), ...writes]);
    const jobs = await server.db.kysely.selectFrom('jobs').select(['status', 'failure_reason', 'signature']).execute();
    for (const { status, failure_reason, signature } of jobs) {
      expect(signature).toBe(failureCause(status, failure_reason)?.id ?? null);
    }
  });

  test('runs in a server after an upgrade, and as a command', async () => {
    const database = await engine.createTables();
    const { folder, remove } = newFolder();
    const args = ['--database', database.url];
    try {
      const old = await open({ url: database.url, poolSize: 2, now: () => 0 });
      expect(await createRun(old, 'old', { tags: [], by: someone, at: 1 })).toBe(null);
      await old.close();
      const service = await startService([...args, '--contract', 'teuthology'], { folder });
      expect(await service.said('computed the causes')).toMatchObject({ done: 1, total: 1, changed: 0 });
      service.kill('SIGTERM');
      expect(await service.ended).toMatchObject({ code: 0 });
      const again = await startService([...args, '--contract', 'teuthology'], { folder });
      again.kill('SIGTERM');
      expect((await again.ended).stdout).not.toContain('computed the causes');
      const finished = await runProgram(['reindex', ...args], { folder });
      expect(finished).toMatchObject({ code: 0, stderr: '' });
      expect(finished.stdout).toMatch(/: done: 1 of 1 run, 0 jobs changed\n$/);
    } finally {
      remove();
      await database.drop();
    }
  });
});
