/** `paddles export` writes all data, or tables for analysts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../../bench/database.ts';
import { derivedTables, exportedTables } from '../../src/store/takeover/tables.ts';
import { complaint, newFolder, runProgram } from '../contracts/program.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { startServer } from '../helpers/server.ts';

const run = 'ana-2024-03-01_20:00:15-rados-main-distro-default-smithi';
const job = {
  ...{ name: run, status: 'fail', success: false, failure_reason: 'it "broke",\nbadly', description: '=cmd {é}' },
  ...{ owner: 'ana', suite: 'rados', branch: 'main', machine_type: 'smithi', duration: 61.4, os_version: '9.stream' },
  targets: { 'ubuntu@smithi001.front.example.com': 'ssh-rsa AAAA' },
  overrides: { ceph: { a: [1, null], b: '\u0000' } },
};

/** Unusual values that clients may send, and the cells of a table for them. */
const oddJobs = [
  { sent: '"duration": 1e300, "owner": 1e300', duration: '', owner: '1e300' },
  { sent: '"duration": -1e300, "owner": 9007199254740993', duration: '', owner: '9007199254740993' },
  { sent: '"duration": 1e15, "owner": true', duration: '1000000000000000', owner: 'true' },
  { sent: '"duration": 9007199254740993', duration: '', owner: '' },
  { sent: '"duration": -2.5', duration: '-3', owner: '' },
  { sent: '"duration": 1e-300', duration: '0', owner: '' },
  { sent: '"duration": 1e-9999', duration: expect.stringMatching(/^0?$/), owner: '' },
  { sent: `"duration": 1${'0'.repeat(300)}.5`, duration: '', owner: '' },
  { sent: '"duration": "61"', duration: '61', owner: '' },
  { sent: '"duration": null, "owner": null', duration: '', owner: '' },
];

describe.each(engines)('an export from $name', (engine) => {
  const other = engines.find(({ name }) => name !== engine.name)!;
  let database: TestDatabase;
  let folder: string;
  let remove: () => void;

  beforeAll(async () => {
    database = await engine.createTables();
    ({ folder, remove } = newFolder());
    const server = await startServer(
      { createTables: async () => ({ ...database, drop: async () => {} }) },
      { contract: 'teuthology' },
    );
    for (const [name, id] of [
      [run, '1'],
      [run, '2'],
      ['bob-2024-03-02_20:00:15-fs-main-distro-default-smithi', '3'],
    ] as const) {
      await server.post(`/runs/${name}/jobs/`, { ...job, job_id: id });
    }
    for (const [at, { sent }] of oddJobs.entries()) {
      const body = `{"job_id": "${at}", "name": "odd", ${sent}}`;
      expect((await server.request('POST', '/runs/odd/jobs/', body)).status).toBe(200);
    }
    await server.post('/nodes/', { name: 'host', up: true });
    await server.post('/nodes/', { name: 'guest', is_vm: true, vm_host: 'host' });
    await server.put('/nodes/host/', { vm_host: 'smithi001.front.example.com' });
    await server.put('/nodes/host/lock', { locked: true, locked_by: 'ana' });
    await server.post('/queue/', { queue: 'smithi' });
    await server.get(`/api/runs/${run}/verdicts`);
    await server.stop();
  });
  afterAll(async () => {
    remove();
    await database.drop();
  });

  const paddles = (...args: string[]) => runProgram(args, { folder });
  const all = async (url: string, table: string) => {
    const rows = await rowsOf(url, `select * from ${table}`);
    return rows
      .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'boolean' ? Number(value) : value)))
      .sort();
  };

  test('contains every table that cannot be derived', async () => {
    const names =
      engine.name === 'sqlite'
        ? "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"
        : "select tablename as name from pg_tables where schemaname = 'public'";
    const tables = (await rowsOf(database.url, names)).map(({ name }) => name);
    expect(tables.sort()).toEqual([...exportedTables.map(({ table }) => table), ...derivedTables].sort());
  });

  test('can be imported into the other engine, but only into an empty database', async () => {
    const target = await other.createDatabase();
    const { code, stderr } = await paddles('export', '--database', database.url, '--to', 'all.ndjson');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/: exported \d+ rows\n$/)]);
    const read = () => paddles('import', '--from', 'all.ndjson', '--database', target.url);
    expect(await read()).toMatchObject({ code: 0, stdout: expect.stringMatching(/ rows read\n$/) });
    for (const { table } of exportedTables)
      expect([table, await all(target.url, table)]).toEqual([table, await all(database.url, table)]);
    expect(complaint(await read(), 2)).toContain('import into an empty database');
    await target.drop();
    const cut = readFileSync(join(folder, 'all.ndjson'), 'utf8').split('\n').slice(0, -2).join('\n');
    writeFileSync(join(folder, 'cut.ndjson'), cut);
    const fresh = await engine.createDatabase();
    expect(complaint(await paddles('import', '--from', 'cut.ndjson', '--database', fresh.url), 2)).toContain(
      'ends too early',
    );
    for (const command of ['doctor', 'migrate', 'serve'])
      expect(complaint(await paddles(command, '--database', fresh.url), 2)).toContain('has not ended');
    await fresh.drop();
  });

  test('can be a table of the runs or jobs that match a filter, as CSV or Parquet', async () => {
    const table = (...args: string[]) => paddles('export', '--database', database.url, ...args);
    const csv = await table('--format', 'csv', '--filter', 'user:ana');
    const [head, first] = csv.stdout.split('\r\n');
    expect(head).toMatch(/^id,run_id,run,job_id,status,success,posted,/);
    expect(first).toContain(`,${run},1,fail,false,`);
    expect(csv.stdout).toContain(`61,'=cmd {é},"it ""broke"",\nbadly"`);
    expect(csv.stdout.match(/,fail,false,/g)).toHaveLength(2);
    await table('--format', 'parquet', '--what', 'runs', '--to', 'runs.parquet');
    const bytes = readFileSync(join(folder, 'runs.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      name: run,
      user: 'ana',
      fail: 2n,
      jobs: 2n,
      scheduled: new Date('2024-03-01T20:00:15Z'),
    });
    expect(complaint(await table('--format', 'csv', '--filter', 'nokey:1'), 2)).toContain('--filter');
    expect(complaint(await table('--format', 'xml'), 2)).toContain('ndjson, csv, parquet');
  });

  test('contains numbers as clients sent them if they fit, and empty cells otherwise', async () => {
    const odd = ['--format', 'csv', '--filter', 'odd', '--database', database.url];
    const [head = [], ...rows] = (await paddles('export', ...odd)).stdout
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const of = (key: string) => rows.map((row) => row[head.indexOf(key)]);
    expect(of('job_id')).toEqual(oddJobs.map((_, at) => String(at)));
    expect(of('duration')).toEqual(oddJobs.map(({ duration }) => duration));
    expect(of('owner')).toEqual(oddJobs.map(({ owner }) => owner));
    const parquet = await paddles('export', '--format', 'parquet', '--to', 'jobs.parquet', '--database', database.url);
    expect(parquet).toMatchObject({ code: 0, stderr: expect.stringContaining(`exported ${oddJobs.length + 3} rows`) });
  });

  test('is not needed for queries of the database itself, which has views', async () => {
    const [found] = await rowsOf(
      database.url,
      'select run, job_id, owner, suite, os_version, duration, cause_title from v_jobs order by id limit 1',
    );
    expect(found).toMatchObject({
      run,
      job_id: '1',
      owner: 'ana',
      suite: 'rados',
      os_version: '9.stream',
      duration: 61,
    });
    expect(String(found?.cause_title)).toContain('it "broke"');
  });
});
