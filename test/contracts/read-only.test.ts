/** A read-only server beside the main one: what it answers, what it refuses, and what it does not change. */
import { METHODS } from 'node:http';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { listen } from '../helpers/events.ts';
import { someone, startReadOnlyServer, startServer, type TestServer } from '../helpers/server.ts';
import { complaint, newFolder, runProgram, startService } from './program.ts';

const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';
const job = { job_id: 1, status: 'running', description: 'rados/{one}', machine_type: 'smithi', queue: 'smithi' };

/** Fills a server of the teuthology contract with one of everything. */
async function fill(main: TestServer): Promise<void> {
  for (const [path, body] of [
    [`/runs/${run}/jobs/`, job],
    ['/nodes/', { name: 'smithi001.example.com', machine_type: 'smithi', up: true }],
    ['/queue/', { queue: 'smithi' }],
  ] as const) {
    expect((await main.post(path, body)).status).toBe(200);
  }
}

/** Requests to the dashboard's API and one contract, without those whose answers always differ. */
const questions = {
  classic: ['/', '/runs/', `/runs/${run}/`, `/runs/${run}/jobs/`, `/runs/${run}/jobs/1/`, '/runs/none/'],
  teuthology: [
    '/',
    '/runs/',
    `/runs/${run}/jobs/`,
    `/runs/${run}/jobs/1/`,
    '/nodes/',
    '/nodes/smithi001.example.com/',
    '/nodes/job_stats/',
    '/queue/',
    '/queue/pop_queue/?queue=smithi',
    '/queue/stats/?queue=smithi',
    '/runs/none/',
  ],
  dashboard: ['/api/runs', `/api/runs/${run}/page`, `/api/runs/${run}/jobs/1`, '/api/nodes', '/api/queue', '/ui/runs'],
};

/** Writes that a client could attempt. */
const writes = [
  ['/runs/', { name: 'another-run' }],
  [`/runs/${run}/`, { tags: ['pin'] }],
  [`/runs/${run}/jobs/`, { ...job, job_id: 2 }],
  [`/runs/${run}/jobs/1/`, { status: 'pass' }],
  ['/nodes/', { name: 'smithi002.example.com' }],
  ['/nodes/smithi001.example.com/', { up: false }],
  ['/nodes/smithi001.example.com/lock/', { locked: true, locked_by: 'ana' }],
  ['/nodes/lock_many/', { count: 1, locked_by: 'ana', machine_type: 'smithi' }],
  ['/nodes/unlock_many/', { names: ['smithi001.example.com'], locked_by: 'ana' }],
  ['/queue/', { queue: 'smithi', pause_duration: 60, user: 'ana' }],
  ['/api/runs', {}],
  ['/ui/runs', {}],
  ['/healthz', {}],
  ['/no/such/place', 'not JSON {'],
  ['/runs/', 'x'.repeat(20 << 20)],
] as const;

describe.each(engines)('a read-only server on $name', (engine) => {
  let main: TestServer;
  let readers: Record<'classic' | 'teuthology', TestServer>;

  beforeAll(async () => {
    main = await startServer(engine, { contract: 'teuthology' });
    await fill(main);
    readers = {
      classic: await startReadOnlyServer(main.database, { contract: 'classic' }),
      teuthology: await startReadOnlyServer(main.database, { contract: 'teuthology' }),
    };
  });
  afterAll(async () => {
    await readers?.classic.stop();
    await readers?.teuthology.stop();
    await main?.stop();
  });

  test.each(['classic', 'teuthology'] as const)('answers GET and HEAD like a %s server', async (contract) => {
    const reader = readers[contract];
    for (const path of [...questions[contract], ...questions.dashboard]) {
      const read = await reader.get(path);
      expect(read.status, path).toBe(path.includes('none') ? 404 : 200);
      expect(await reader.request('HEAD', path), path).toMatchObject({ status: read.status, text: '' });
      if (contract === 'classic') continue;
      const written = await main.get(path, { host: `127.0.0.1:${reader.port}` });
      expect([read.status, read.text], path).toEqual([written.status, written.text]);
    }
  });

  test.each(['classic', 'teuthology'] as const)(
    'refuses every write of a %s client with 405 and a sentence, and changes nothing',
    async (contract) => {
      const reader = readers[contract];
      const before = await everything(main);
      for (const [path, body] of writes) {
        for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
          const { status, headers, json } = await reader.request(method, path, body);
          expect([status, headers.allow], `${method} ${path}`).toEqual([405, 'GET, HEAD, OPTIONS']);
          expect(headers['access-control-allow-origin']).toBe('*');
          expect(json).toEqual({
            message: `this server is read-only: ${method} is not allowed; send it to the main server`,
          });
        }
      }
      const others = METHODS.filter((method) => !['GET', 'HEAD', 'OPTIONS', 'CONNECT'].includes(method));
      for (const method of others) expect((await reader.request(method, `/runs/${run}/`)).status, method).toBe(405);
      expect(await everything(main)).toEqual(before);
      const preflight = { origin: 'http://elsewhere', 'access-control-request-method': 'PUT' };
      const allowed = await reader.request('OPTIONS', `/runs/${run}/`, undefined, preflight);
      expect(allowed.headers['access-control-allow-methods']).toBe('GET, HEAD');
    },
  );

  test('opens the database in a mode that refuses writes', async () => {
    const { db } = readers.classic;
    await expect(sql`insert into queues (queue) values ('other')`.execute(db.kysely)).rejects.toThrow(/read-?only/);
    const write = { kind: 'delete', run, job_id: '1', by: someone, at: 1 } as const;
    await expect(db.jobWriter.write(write, 0)).rejects.toThrow(/read-?only/);
  });

  test('reports at /readyz that it is read-only and that its database is not a standby', async () => {
    expect((await readers.classic.get('/readyz')).json).toEqual({
      status: 'ready',
      database: engine.name,
      read_only: true,
      in_recovery: false,
      receiving: null,
      seconds_behind: null,
    });
    expect((await main.get('/readyz')).json).toEqual({ status: 'ready', database: engine.name });
  });

  test('tells open pages to reload after each change', async () => {
    const heard = await listen(readers.classic, 'runs');
    for (const total of [2, 3]) {
      await readers.classic.get(`/api/runs/${run}/page`);
      const told = heard.next('reset');
      await main.post(`/runs/${run}/jobs/`, { ...job, job_id: total });
      await told;
      const { json } = await readers.classic.get(`/api/runs/${run}/page`);
      expect(json).toMatchObject({ run: { total, counts: { running: total } } });
    }
    // Other tests write to the same PostgreSQL server, which causes resets too.
    if (engine.name === 'sqlite') expect(heard.events).toEqual(['hello', 'reset', 'reset']);
  });

  test('starts as a program only on an up-to-date database, and otherwise says why not', async () => {
    const { folder, remove } = newFolder();
    const empty = await engine.createDatabase();
    onTestFinished(async () => {
      remove();
      await empty.drop();
    });
    const serve = ['serve', '--port', '0', '--database'];
    const refused = await runProgram([...serve, empty.url, '--read-only'], { folder });
    expect(complaint(refused, 2)).toMatch(engine.name === 'sqlite' ? /there is no database / : /lacks the migration/);
    expect((await runProgram(['migrate', '--database', empty.url], { folder })).code).toBe(0);
    const service = await startService(['--database', empty.url], { folder, env: { PADDLES_READ_ONLY: 'true' } });
    expect(service.ready).toMatchObject({ read_only: true });
    expect((await fetch(`${service.url}/runs/`, { method: 'POST', body: '{"name": "a"}' })).status).toBe(405);
    service.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  test('leaves recomputing causes of failures to the main server', async () => {
    const { folder, remove } = newFolder();
    onTestFinished(remove);
    await main.db.kysely.updateTable('indexed').set({ version: 0 }).execute();
    const service = await startService(['--database', main.database, '--read-only'], { folder });
    service.kill('SIGTERM');
    const { code, stdout } = await service.ended;
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('causes of stored failures')]);
    expect(await main.db.kysely.selectFrom('indexed').select('version').execute()).toEqual([{ version: 0 }]);
  });
});

test('a command that writes is refused if a setting says read-only, and the source of the setting is named', async () => {
  const { folder, remove } = newFolder();
  onTestFinished(remove);
  for (const args of [['migrate'], ['reindex'], ['prune', '--documents-older-than', '180d']]) {
    expect(complaint(await runProgram([...args, '--read-only'], { folder }), 2)).toMatch(/^--read-only: .*writes/);
    const env = { PADDLES_READ_ONLY: 'yes' };
    expect(complaint(await runProgram(args, { folder, env }), 2)).toMatch(/^PADDLES_READ_ONLY: .*writes/);
  }
  const named = await runProgram(['migrate', '--read-only=maybe'], { folder });
  expect(complaint(named, 2)).toBe("--read-only: 'maybe' must be true or false");
  const migrated = await runProgram(['migrate', '--read-only', 'false', '--database', 'sqlite:///new.db'], { folder });
  expect(migrated).toMatchObject({ code: 0, stdout: expect.stringContaining(join(folder, 'new.db')) });
});

/** Everything that clients can write, as stored. */
async function everything({ db }: TestServer): Promise<unknown> {
  const tables = ['runs', 'jobs', 'job_documents', 'nodes', 'queues'] as const;
  return Promise.all(tables.map((table) => db.kysely.selectFrom(table).selectAll().execute()));
}
