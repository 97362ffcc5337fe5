/** An unusable database ends the program with code 2 and one sentence. A server waits for a database that does not answer. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { engines, execute, type TestDatabase } from '../helpers/engines.ts';
import { type PrivatePostgres, startPostgres } from '../helpers/postgres.ts';
import { complaint, type Finished, logLines, newFolder, runProgram, startProgram, startService } from './program.ts';
import { startProxy } from './proxy.ts';

let folder: string;
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = newFolder());
});
afterEach(() => remove());

/** Runs both commands that open the database, and returns their messages. */
async function complaints(database: string): Promise<string[]> {
  const args = ['--database', database];
  const finished: Finished[] = await Promise.all([
    runProgram(['migrate', ...args], { folder }),
    runProgram(['serve', '--port', '0', ...args], { folder }),
  ]);
  return finished.map((each) => complaint(each, 2));
}

/** The same for a database that does not answer. The server waits for it and is stopped while waiting. */
async function absences(database: string): Promise<string[]> {
  const server = startProgram(['serve', '--port', '0', '--database', database], { folder });
  const { err } = await server.said('waiting for the database');
  server.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  const migrate = await runProgram(['migrate', '--database', database], { folder });
  return [(err as { message: string }).message, complaint(migrate, 1)];
}

describe.each(engines)('a database on $name', (engine) => {
  test.each([
    ['runs', 'create table runs (id integer)'],
    ['migrations', 'create table migrations (version integer)'],
    ['migrations', "create table migrations (id integer, name text); insert into migrations values (1, 'Init1')"],
  ])('with a table %s of another program is refused and left unchanged: %s', async (table, statement) => {
    const database = await engine.createDatabase();
    onTestFinished(() => database.drop());
    await execute(database.url, statement);
    for (const command of [['migrate'], ['serve', '--port', '0']]) {
      const finished = await runProgram([...command, '--database', database.url], { folder });
      expect(complaint(finished, 2)).toMatch(/^--database: another program has its tables/);
    }
    await execute(database.url, `drop table ${table}`);
    for (const free of ['runs', 'jobs', 'migrations']) await execute(database.url, `create table ${free} (id integer)`);
  });
});

describe('a PostgreSQL database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createDatabase();
  });
  afterAll(() => database.drop());

  test('at an address without a server is waited for, and the message names the address', async () => {
    const port = await unusedPort();
    for (const sentence of await absences(`postgresql://paddles:secret@127.0.0.1:${port}/paddles`)) {
      expect(sentence).toContain(`127.0.0.1:${port}`);
      expect(sentence).not.toContain('secret');
    }
  });

  test('on an unknown host is waited for, and the message names the host', async () => {
    for (const sentence of await absences('postgresql://paddles@database.invalid/paddles'))
      expect(sentence).toContain('database.invalid');
  });

  test('that does not exist is refused with its name', async () => {
    const url = new URL(database.url);
    url.pathname = '/absent';
    for (const sentence of await complaints(url.href)) expect(sentence).toContain("'absent'");
  });

  test('that is older than version 15 is refused with its version', async () => {
    const postgres = engines.find(({ name }) => name === 'postgres')!;
    const database = await postgres.createDatabase();
    onTestFinished(() => database.drop());
    const name = new URL(database.url).pathname.slice(1);
    for (const statement of [
      'create schema old',
      `create function old.current_setting(name text) returns text language sql
         as $$ select case name when 'server_version_num' then '140012' else '14.12' end $$`,
      // The first function on this path is called.
      `alter database ${name} set search_path = old, pg_catalog, public`,
    ]) {
      await execute(database.url, statement);
    }
    for (const sentence of await complaints(database.url)) {
      expect(sentence).toContain('this is PostgreSQL 14.12; paddles needs version 15 or later');
    }
  });

  test('is refused to an unknown user with the name of the user', async () => {
    const url = new URL(database.url);
    url.username = 'stranger';
    for (const sentence of await complaints(url.href)) expect(sentence).toContain("'stranger'");
  });

  /** A database in the encoding of old Unix machines. */
  async function createLatin(): Promise<string> {
    const name = `paddles_unusable_${randomBytes(6).toString('hex')}`;
    await execute(database.url, `create database ${name} template template0 encoding 'LATIN1' locale 'C'`);
    onTestFinished(() => execute(database.url, `drop database ${name} with (force)`));
    return Object.assign(new URL(database.url), { pathname: `/${name}` }).href;
  }

  test('that is not encoded in UTF-8 is refused with its encoding', async () => {
    for (const sentence of await complaints(await createLatin())) {
      expect(sentence).toMatch(/^--database: .*LATIN1.*createdb --encoding=UTF8/);
    }
  });

  test('in which the user is not allowed to create tables is refused with the schema', async () => {
    const own = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createDatabase();
    await execute(database.url, 'create role limited login');
    onTestFinished(async () => {
      await own.drop();
      await execute(database.url, 'drop role limited');
    });
    const url = Object.assign(new URL(own.url), { username: 'limited' });
    for (const sentence of await complaints(url.href)) {
      expect(sentence).toMatch(/'limited' may not create tables in the schema 'public'/);
    }
    await execute(own.url, 'grant create on schema public to limited');
    await runProgram(['migrate', '--database', own.url], { folder });
    for (const sentence of await complaints(url.href))
      expect(sentence).toMatch(/may not read and write the tables .*jobs/);
  });

  test('that is read-only is refused and left unchanged', async () => {
    const own = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createDatabase();
    onTestFinished(() => own.drop());
    const name = new URL(own.url).pathname.slice(1);
    await execute(own.url, `alter database ${name} set default_transaction_read_only = on`);
    for (const sentence of await complaints(own.url)) expect(sentence).toMatch(/read-only.*--read-only/);
  });

  test('with another default isolation level is migrated once by servers that start at the same time', async () => {
    const own = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createDatabase();
    onTestFinished(() => own.drop());
    const name = new URL(own.url).pathname.slice(1);
    await execute(own.url, `alter database ${name} set default_transaction_isolation = 'repeatable read'`);
    const finished = await Promise.all([1, 2, 3].map(() => runProgram(['migrate', '--database', own.url], { folder })));
    expect(finished.map(({ code, stderr }) => [code, stderr])).toEqual(finished.map(() => [0, '']));
  });

  test('that starts after the server is used as soon as it answers, and each migration is logged', async () => {
    const own = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createDatabase();
    onTestFinished(() => own.drop());
    const url = new URL(own.url);
    const proxy = await startProxy(Number(url.port));
    onTestFinished(() => proxy.cut());
    url.port = String(proxy.port);
    proxy.cut();
    const server = startProgram(['serve', '--port', '0', '--database', url.href], { folder });
    onTestFinished(() => server.kill('SIGKILL'));
    await server.said('waiting for the database');
    await proxy.restore();
    const { listen } = await server.said('ready');
    expect((await fetch(`http://${listen}/readyz`)).status).toBe(200);
    server.kill('SIGTERM');
    const { code, stdout } = await server.ended;
    const said = logLines(stdout).map(({ msg }) => msg);
    expect([code, ...said.slice(0, 2)]).toEqual([0, 'waiting for the database', 'migrated the database']);
  });

  test('whose socket is missing is waited for, and the message names the path of the socket', async () => {
    for (const sentence of await absences('postgresql:///paddles?host=/nowhere&user=me')) {
      expect(sentence).toContain('no PostgreSQL answers at /nowhere');
    }
  });

  test('whose password is in the query is named without the password', async () => {
    const own = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createDatabase();
    onTestFinished(() => own.drop());
    const url = new URL(own.url);
    const given = `postgresql://${url.host}${url.pathname}?user=${url.username}&password=hidden-secret`;
    const { code, stdout } = await runProgram(['migrate', '--database', given], { folder });
    expect([code, stdout]).toEqual([0, expect.stringContaining('password=***')]);
    const service = await startService(['--database', given], { folder });
    service.kill('SIGTERM');
    const { stdout: log, stderr } = await service.ended;
    expect(log).toContain('password=***');
    expect(log + stderr).not.toContain('hidden-secret');
  });

  test('is migrated once when several processes start at the same time', async () => {
    const url = new URL(database.url);
    // The proxy holds the connections until all processes are there.
    const proxy = await startProxy(Number(url.port), 5);
    onTestFinished(() => proxy.cut());
    url.port = String(proxy.port);
    const args = ['migrate', '--database', url.href];
    const finished = await Promise.all(Array.from({ length: 5 }, () => runProgram(args, { folder })));
    expect(finished.map(({ code, stderr }) => [code, stderr])).toEqual(finished.map(() => [0, '']));
    const said = finished.map(({ stdout }) => (/: (applied|already)/.exec(stdout) ?? [])[1]).sort();
    expect(said).toEqual(['already', 'already', 'already', 'already', 'applied']);
  });
});

describe('a PostgreSQL that asks for a password', () => {
  let server: PrivatePostgres;

  function urlWith(password: string): string {
    const url = new URL(server.url);
    [url.username, url.password, url.pathname] = ['guarded', password, '/guarded'];
    return url.href;
  }

  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query("create role guarded login password 'right-secret'");
    await client.query('create database guarded owner guarded');
    const { rows } = await client.query<{ file: string }>("select current_setting('hba_file') as file");
    const rules = "('host all guarded 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 trust')";
    await client.query(`copy (values ${rules}) to '${rows[0]?.file}'`);
    await client.query('select pg_reload_conf()');
    await client.end();
  });
  afterAll(() => server.stop());

  test('refuses a wrong password without repeating it', async () => {
    for (const sentence of await complaints(urlWith('wrong-secret'))) {
      expect(sentence).toMatch(/password.*'guarded'/);
      expect(sentence).not.toContain('wrong-secret');
    }
  });

  test('accepts the right password without showing it', async () => {
    const { code, stdout } = await runProgram(['migrate', '--database', urlWith('right-secret')], { folder });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/guarded:\*\*\*@.*: applied/)]);
    const service = await startService(['--database', urlWith('right-secret')], { folder });
    service.kill('SIGTERM');
    const { stdout: log } = await service.ended;
    expect(log).toContain('guarded');
    expect(log).not.toContain('right-secret');
  });
});

function unusedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
