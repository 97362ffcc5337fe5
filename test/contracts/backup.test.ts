/** `paddles backup`, `restore` and `doctor`. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { open } from '../../src/store/db.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { complaint, newFolder, runProgram } from './program.ts';

const hasPgDump = spawnSync('pg_dump', ['--version']).error === undefined;
if (!hasPgDump) process.stdout.write('tests: no pg_dump, so backups of PostgreSQL are not tested\n');
const able = engines.filter(({ name }) => name === 'sqlite' || hasPgDump);

describe.each(able)('a backup on $name', (engine) => {
  let server: TestServer;
  let other: TestDatabase;
  let folder: string;
  let remove: () => void;
  beforeEach(async () => {
    ({ folder, remove } = newFolder());
    server = await startServer(engine, { contract: 'teuthology' });
    other = await engine.createDatabase();
  });
  afterEach(async () => {
    await server.stop();
    await other.drop();
    remove();
  });

  const run = (database: string, ...args: string[]) => runProgram([...args, '--database', database], { folder });

  test('has every row that was acknowledged before it, can be restored into an empty database, and passes the doctor', async () => {
    const acknowledged: string[] = [];
    let stop = false;
    const write = async (worker: number) => {
      for (let n = 0; !stop; n++) {
        const job = { job_id: `${worker}-${n}`, status: n % 3 === 0 ? 'fail' : 'pass', failure_reason: 'it broke' };
        if ((await server.post(`/runs/ana-${worker}/jobs/`, job)).status === 200)
          acknowledged.push(`ana-${worker}/${worker}-${n}`);
      }
    };
    const writers = [write(1), write(2)];
    await expect.poll(() => acknowledged.length).toBeGreaterThan(20);
    const before = [...acknowledged];
    const backup = await run(server.database, 'backup', 'copy.backup');
    stop = true;
    await Promise.all(writers);
    expect([backup.code, backup.stdout]).toEqual([0, expect.stringContaining(join(folder, 'copy.backup'))]);
    expect(acknowledged.length).toBeGreaterThan(before.length);
    expect(complaint(await run(server.database, 'backup', 'copy.backup'), 1)).toContain('exists already');

    const restore = await run(other.url, 'restore', 'copy.backup');
    expect(readdirSync(folder), 'nothing is left beside a backup').toEqual(['copy.backup']);
    expect([restore.code, restore.stdout]).toEqual([0, expect.stringMatching(/: done: 2 runs\n$/)]);
    const again = complaint(await run(other.url, 'restore', 'copy.backup'), 1);
    expect(again).toContain(engine.name === 'sqlite' ? 'exists already' : 'has tables already');
    expect((await run(other.url, 'doctor')).stdout).toMatch(/: no problem was found\n$/);
    const db = await open({ url: other.url, poolSize: 2, now: () => 0 });
    const rows = await db.kysely
      .selectFrom('jobs')
      .innerJoin('runs', 'runs.id', 'jobs.run_id')
      .select(['runs.name', 'jobs.job_id'])
      .execute();
    const restored = new Set(rows.map(({ name, job_id }) => `${name}/${job_id}`));
    expect(before.filter((job) => !restored.has(job))).toEqual([]);
    await db.kysely.updateTable('runs').set({ pass: 7 }).where('name', '=', 'ana-1').execute();
    await db.close();
    const { code, stdout } = await run(other.url, 'doctor');
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^[^\n]+: the run ana-1 counts 7 jobs as pass, and has \d+\n$/),
    ]);
  });

  test.runIf(engine.name === 'sqlite')('is not mixed with the write-ahead log of a previous database', async () => {
    await server.post('/runs/ana/jobs/', { job_id: 'in the log' });
    const [former, path] = [server.database, other.url].map((url) => url.slice('sqlite:///'.length)) as [
      string,
      string,
    ];
    expect((await run(server.database, 'backup', 'copy.backup')).code).toBe(0);
    for (const end of ['-wal', '-shm']) {
      copyFileSync(former + end, path + end);
      expect(complaint(await run(other.url, 'restore', 'copy.backup'), 1)).toContain(
        `${path}${end} is left of a database`,
      );
      expect(existsSync(path)).toBe(false);
      rmSync(path + end);
    }
    expect((await run(other.url, 'restore', 'copy.backup')).code).toBe(0);
  });
});
