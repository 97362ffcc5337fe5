/** A SQLite database that fails while the server runs: 503, a red readyz, and no acknowledged write is lost. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { startTwoPorts, type TwoPorts } from './two-ports.ts';

async function createFile(): Promise<string> {
  const database = await (engines.find((engine) => engine.name === 'sqlite') ?? expect.fail()).createDatabase();
  onTestFinished(() => database.drop());
  return database.url.slice('sqlite:///'.length);
}

async function start(file: string): Promise<TwoPorts> {
  const server = await startTwoPorts(`sqlite:///${file}`);
  onTestFinished(() => server.stop());
  return server;
}

/** One write of every kind. */
function writeAll({ urls, send }: TwoPorts, name: string) {
  const { classic, teuthology } = urls;
  return Promise.all([
    send('POST', `${classic}/runs/`, { name }),
    send('PUT', `${teuthology}/runs/known/`, { tags: [name] }),
    send('POST', `${classic}/runs/known/jobs/`, { job_id: name }),
    send('POST', `${teuthology}/runs/known/jobs/`, { job_id: `${name}-2`, name: 'known' }),
    send('POST', `${teuthology}/nodes/`, { name: `${name}.example.com` }),
    send('DELETE', `${teuthology}/runs/known/`),
  ]);
}

async function readyz({ urls, send }: TwoPorts): Promise<number[]> {
  return Promise.all(Object.values(urls).map(async (url) => (await send('GET', `${url}/readyz`)).status));
}

describe('a full database', () => {
  test('refuses writes with 503, says why, and accepts them again when there is space', async () => {
    const server = await start(await createFile());
    const { classic, teuthology } = server.urls;
    await server.send('POST', `${classic}/runs/`, { name: 'known' });
    const pages = (count: number) => sql`pragma max_page_count = ${sql.raw(String(count))}`.execute(server.db.kysely);
    await pages(1);
    const job = { tasks: ['x'.repeat(1_500_000)] };
    for (const url of [classic, teuthology]) {
      const answer = await server.send('POST', `${url}/runs/known/jobs/`, { ...job, job_id: '1' });
      expect([answer.status, answer.retryAfter]).toEqual([503, '5']);
    }
    expect(server.faults).toEqual([expect.objectContaining({ errcode: 13 }), expect.objectContaining({ errcode: 13 })]);
    expect(server.errors).toEqual([]);
    await pages(1_000_000);
    expect((await server.send('POST', `${classic}/runs/known/jobs/`, { ...job, job_id: '1' })).status).toBe(200);
    expect((await server.send('GET', `${teuthology}/readyz`)).status).toBe(200);
  });

  const folder = mkdtempSync(join(tmpdir(), 'paddles-full-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder]).status === 0;
  if (!isMounted) rmdirSync(folder);

  test.runIf(isMounted)('on a full disk stays not ready, loses nothing, and recovers on its own', async () => {
    onTestFinished(() => {
      spawnSync('umount', [folder]);
      rmdirSync(folder);
    });
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(8 << 20));
    const server = await start(join(folder, 'paddles.db'));
    const { urls, send } = server;
    await send('POST', `${urls.classic}/runs/`, { name: 'known' });
    const acknowledged: string[] = [];
    const write = async (job_id: string) => {
      const { status } = await send('POST', `${urls.classic}/runs/known/jobs/`, {
        job_id,
        tasks: ['x'.repeat(200_000)],
      });
      if (status === 200) acknowledged.push(job_id);
      return status;
    };
    const statuses = new Set<number>();
    for (let round = 0; !statuses.has(503); round++) {
      const answers = await Promise.all([0, 1, 2, 3].map((index) => write(`${round}-${index}`)));
      for (const status of answers) statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([200, 503]);
    expect(server.faults[0]).toMatchObject({ message: expect.stringMatching(/full/) });
    expect(await readyz(server)).toEqual([503, 503]);
    // Small writes may still fit into the log, which does not make the server ready.
    expect([200, 503]).toContain((await send('POST', `${urls.classic}/runs/`, { name: 'small' })).status);
    expect(await readyz(server)).toEqual([503, 503]);
    expect(server.errors).toEqual([]);

    rmSync(ballast);
    expect(await readyz(server)).toEqual([200, 200]);
    expect(await write('after')).toBe(200);
    const { rows } = await sql<{ job_id: string }>`select job_id from jobs`.execute(server.db.kysely);
    expect(rows.map(({ job_id }) => job_id).sort()).toEqual([...acknowledged].sort());
    expect(acknowledged.length).toBeGreaterThan(10);
  });
});

describe('the lock of another program', () => {
  test('delays writes without failing them if it is held briefly and repeatedly', async () => {
    const file = await createFile();
    const server = await start(file);
    await server.send('POST', `${server.urls.classic}/runs/`, { name: 'known' });
    const other = new DatabaseSync(file, { timeout: 5000 });
    let going = true;
    let times = 0;
    const holding = (async () => {
      for (; going; times++) {
        other.exec('begin immediate');
        await sleep(150);
        other.exec('commit');
        await sleep(30);
      }
      other.close();
    })();
    const put = (index: number) =>
      server.send('PUT', `${server.urls.teuthology}/runs/known/`, { tags: [`tag-${index}`] });
    const answers = [];
    for (let index = 0; index < 60; index++) answers.push(await put(index));
    const all = await Promise.all(Array.from({ length: 60 }, (_, index) => put(index)));
    going = false;
    await holding;
    expect(times).toBeGreaterThan(1);
    expect(new Set([...answers, ...all].map(({ status }) => status))).toEqual(new Set([200]));
    expect([server.faults, server.errors]).toEqual([[], []]);
  });

  test('fails every write with 503 if it is never released, while reads succeed', async () => {
    const file = await createFile();
    const server = await start(file);
    const { classic } = server.urls;
    await server.send('POST', `${classic}/runs/`, { name: 'known' });
    const other = new DatabaseSync(file, { timeout: 60_000 });
    other.exec('begin immediate');
    let pending = true;
    const writing = writeAll(server, 'held').finally(() => {
      pending = false;
    });
    let reads = 0;
    for (; pending; reads++) expect((await server.send('GET', `${classic}/runs/known/`)).status).toBe(200);
    const answers = await writing;
    expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(answers.map(() => [503, '5']));
    expect(reads).toBeGreaterThan(10);
    other.exec('rollback');
    other.close();
    expect(await readyz(server)).toEqual([200, 200]);
    expect((await server.send('POST', `${classic}/runs/`, { name: 'held' })).status).toBe(200);
    expect(server.errors).toEqual([]);
  });
});

describe('a database file', () => {
  /** Starts a server on a file that an earlier server has filled. With `hasLog`, the log has changes that are not in the file yet. */
  async function startOn(hasLog: boolean): Promise<{ file: string; server: TwoPorts }> {
    const file = await createFile();
    const first = await startTwoPorts(`sqlite:///${file}`);
    for (const name of ['known', 'other']) await first.send('POST', `${first.urls.classic}/runs/`, { name });
    await first.stop();
    const server = await start(file);
    if (hasLog) await server.send('POST', `${server.urls.classic}/runs/`, { name: 'logged' });
    return { file, server };
  }

  async function otherDatabase(): Promise<string> {
    const file = await createFile();
    const server = await startTwoPorts(`sqlite:///${file}`);
    await server.send('POST', `${server.urls.classic}/runs/`, { name: 'foreign' });
    const job = { job_id: '1', tasks: ['x'.repeat(100_000)] };
    await server.send('POST', `${server.urls.classic}/runs/foreign/jobs/`, job);
    await server.stop();
    return file;
  }

  const mishaps: [string, RegExp, (file: string) => void | Promise<void>][] = [
    ['deleted', /was deleted or moved/, (file) => rmSync(file)],
    ['moved', /was deleted or moved/, (file) => renameSync(file, `${file}.old`)],
    ['replaced', /was replaced by another/, async (file) => renameSync(await otherDatabase(), file)],
    ['overwritten with another database', /is damaged/, async (file) => copyFileSync(await otherDatabase(), file)],
    ['overwritten with text', /is damaged/, (file) => writeFileSync(file, 'Dear reader. '.repeat(100_000))],
    ['damaged in the middle', /is damaged/, (file) => writeFileSync(file, readFileSync(file).fill(7, 8192, 100_000))],
    ['truncated to nothing', /is damaged/, (file) => truncateSync(file)],
    ['truncated', /is damaged/, (file) => truncateSync(file, statSync(file).size / 2)],
    ['with a deleted log', /beside the database file was deleted/, (file) => rmSync(`${file}-wal`)],
    ['with a deleted index of the log', /beside the database file was deleted/, (file) => rmSync(`${file}-shm`)],
    [
      'with a replaced log',
      /beside the database file was replaced/,
      (file) => {
        renameSync(`${file}-wal`, `${file}.old`);
        writeFileSync(`${file}-wal`, '');
      },
    ],
  ];
  const cases = mishaps.flatMap(([name, message, happen]) =>
    [true, false].map((hasLog) => ({ name, message, happen, hasLog })),
  );

  test.each(cases)(
    '$name refuses writes, says why, and turns readyz red (changes only in the log: $hasLog)',
    async ({ message, happen, hasLog }) => {
      const { file, server } = await startOn(hasLog);
      expect(await readyz(server)).toEqual([200, 200]);
      await happen(file);
      const answers = await writeAll(server, 'after');
      expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(answers.map(() => [503, '5']));
      for (const answer of answers) expect(answer.message).toMatch(message);
      expect(await readyz(server)).toEqual([503, 503]);
      expect(server.errors).toEqual([]);
      expect(server.faults[0]).toMatchObject({
        message: expect.stringMatching(message),
        cause: { message: expect.stringContaining(file) },
      });
      const read = await server.send('GET', `${server.urls.classic}/runs/known/`);
      expect([200, 503]).toContain(read.status);
    },
  );

  test.each(['-wal', '-shm'])('keeps every acknowledged write although its %s was deleted', async (end) => {
    const { file, server } = await startOn(true);
    rmSync(file + end);
    expect(await readyz(server)).toEqual([503, 503]);
    copyFileSync(file, `${file}.copy`);
    const copy = new DatabaseSync(`${file}.copy`);
    onTestFinished(() => copy.close());
    expect(
      copy
        .prepare('select name from runs order by id')
        .all()
        .map(({ name }) => name),
    ).toEqual(['known', 'other', 'logged']);
  });

  test('accepts writes again after it was put back', async () => {
    const { file, server } = await startOn(true);
    renameSync(file, `${file}.old`);
    expect(new Set((await writeAll(server, 'moved')).map(({ status }) => status))).toEqual(new Set([503]));
    renameSync(`${file}.old`, file);
    expect(await readyz(server)).toEqual([200, 200]);
    expect((await server.send('POST', `${server.urls.classic}/runs/`, { name: 'back' })).status).toBe(200);
  });

  test('stays in use when another program changes and shrinks it through SQLite', async () => {
    const { file, server } = await startOn(true);
    const { classic, teuthology } = server.urls;
    await server.send('POST', `${classic}/runs/known/jobs/`, { job_id: '1', tasks: ['x'.repeat(1_000_000)] });
    await server.send('DELETE', `${teuthology}/runs/known/`);
    const other = new DatabaseSync(file, { timeout: 5000 });
    other.exec('pragma wal_checkpoint(truncate)');
    const before = statSync(file).size;
    other.exec("vacuum; pragma wal_checkpoint(truncate); update runs set suite = 'changed'");
    other.close();
    expect(statSync(file).size).toBeLessThan(before);
    for (let round = 0; round < 3; round++) {
      expect((await server.send('POST', `${classic}/runs/`, { name: `round-${round}` })).status).toBe(200);
      expect(await readyz(server)).toEqual([200, 200]);
    }
    expect(server.faults).toEqual([]);
  });
});
