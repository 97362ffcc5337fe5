/** `/jobs/`, the latest jobs of all runs (teuthology contract §2.8). */
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { listed, newJob, type Shown } from './report.ts';
import { expectRefused, useTeuthology } from './start.ts';

// One job a day from March 1st; its id is the index in this list.
const jobs: Shown[] = [
  { description: 'rados/{a} 100%_x', status: 'pass', sha1: 'abc', branch: 'main', user: 'ana' },
  { description: 'rados/{A} 100 percent', status: 'fail', sha1: 'abcd', branch: 'main', user: 'bob' },
  { description: 'fs/{a}', status: 'pass', sha1: 'abc', branch: 'wip', user: 'ana' },
  { status: 'queued' },
];

describe.each(engines)('the latest jobs on $name', (engine) => {
  const server = useTeuthology(engine);
  const ids = async (query: string) => (await listed(server, `/jobs/${query}`)).map(({ job_id }) => job_id);

  beforeAll(async () => {
    for (const [index, job] of jobs.entries()) {
      await newJob(server, { job_id: `${index}`, ...job }, `latest${index % 2}`);
      server.passSeconds(24 * 3600);
    }
  });

  test.each<[string, string[]]>([
    ['', ['3', '2', '1', '0']],
    ['?description=rados', ['1', '0']],
    ['?description=%7Ba%7D', ['2', '0']],
    ['?description=100%25', ['0']],
    ['?description=%25_x', ['0']],
    ['?description=1_0', []],
    ['?description=', ['2', '1', '0']],
    ['?status=pass', ['2', '0']],
    ['?status=nothing', []],
    ['?sha1=abc', ['2', '0']],
    ['?sha1=ab', []],
    ['?branch=main', ['1', '0']],
    // Both filters apply (teuthology contract §7.27).
    ['?sha1=abc&branch=main', ['0']],
    ['?user=ana&status=pass&description=fs', ['2']],
    ['?posted_after=2024-03-02', ['3', '2', '1']],
    ['?posted_before=2024-03-02', ['0']],
    ['?posted_after=2024-03-02&posted_before=2024-03-04', ['2', '1']],
    ['?posted_after=today', []],
    ['?posted_after=yesterday', ['3']],
    ['?name=x&queue=y&fields=status', ['3', '2', '1', '0']],
    ['?count=2', ['3', '2']],
    ['?count=3&page=2', ['0']],
    ['?count=2&page=3', []],
    ['?count=2&page=4', []],
    ['?page=0', ['3', '2', '1', '0']],
    ['?count=0', []],
  ])('%s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test.each([
    ['?posted_after=x', 'date format must match %Y-%m-%d'],
    ['?posted_before=2024-02-30', 'date format must match %Y-%m-%d'],
    ['?count=x', 'count must be an integer'],
    ['?count=-1', 'count must not be negative'],
    ['?page=1.5', 'page must be an integer'],
    ['?status=pass&status=fail', "parameter 'status' must be given once"],
  ])('%s is refused', async (query, message) => {
    await expectRefused(server.get(`/jobs/${query}`), 400, message);
  });

  test('are complete jobs', async () => {
    const [job] = await listed(server, '/jobs/?count=1');
    expect(Object.entries(job as Shown)).toEqual(
      Object.entries((await server.get('/runs/latest1/jobs/3/')).json as Shown),
    );
  });

  test('the keys of a posted body are parameters', async () => {
    const { status, json } = await server.post('/jobs/', { status: 'pass', user: 'ana' });
    expect({ status, ids: (json as Shown[]).map(({ job_id }) => job_id) }).toEqual({ status: 200, ids: ['2', '0'] });
    expect((await server.post('/jobs/')).status).toBe(200);
    for (const body of [{ page: [2] }, { status: ['pass'] }, { user: { toString: 1 } }]) {
      const refused = await server.post('/jobs/', body);
      expect(refused).toMatchObject({
        status: 400,
        json: { message: expect.stringContaining(`'${Object.keys(body)[0]}'`) },
      });
    }
  });

  test('are 404 below /jobs/', async () => {
    expect((await server.get('/jobs/1/')).status).toBe(404);
  });

  test('a description of 10,000 characters can be searched (teuthology contract §7.37)', async () => {
    const description = `x%${'é'.repeat(2000)}`;
    expect(encodeURIComponent(description).length).toBeGreaterThan(10_000);
    await newJob(server, { job_id: 'long', description: `a${description}b` }, 'long');
    expect(await ids(`?description=${encodeURIComponent(description)}&count=25`)).toEqual(['long']);
  });

  test('are ten by default, and more than a hundred on request', async () => {
    const many = Array.from({ length: 130 }, (_, index) => `many${index}`);
    for (const job_id of many) await newJob(server, { job_id, user: 'many' }, 'many');
    const newest = many.toReversed();
    expect(await ids('')).toEqual(newest.slice(0, 10));
    expect(await ids('?page=2')).toEqual(newest.slice(10, 20));
    expect(await ids('?user=many&count=110')).toEqual(newest.slice(0, 110));
    expect(await ids('?user=many&count=110&page=2')).toEqual(newest.slice(110));
    expect(await ids('?user=many&count=100')).toEqual(newest.slice(0, 100));
    expect(await ids('?user=many&count=9999')).toEqual(newest);
  });

  // The limit belongs to the contract, so one engine is enough.
  test.runIf(engine.name === 'sqlite')('are at most 10,000 on a page, whatever count says', async () => {
    await newJob(server, { job_id: 'first', user: 'most' });
    const { kysely } = server.db;
    const row = await kysely.selectFrom('jobs').selectAll().where('user', '=', 'most').executeTakeFirstOrThrow();
    const columns = Object.keys(row).filter((column) => !['id', 'job_id'].includes(column));
    const copied = sql.join(columns.map((column) => sql.ref(column)));
    await sql`insert into jobs (job_id, ${copied})
      with recursive copies (number) as (select 1 union all select number + 1 from copies where number < 10000)
      select number, ${copied} from jobs cross join copies where jobs.id = ${row.id}`.execute(kysely);
    await sql`insert into job_documents (id) select id from jobs where id > ${row.id}`.execute(kysely);
    expect(await ids('?user=most&count=20000&page=2')).toHaveLength(1);
    expect(await ids('?user=most&count=9999&page=2')).toHaveLength(2);
  });

  test('are found by a part of hundreds of descriptions', async () => {
    for (let n = 0; n < 202; n++) await newJob(server, { job_id: `wide${n}`, description: `wide/${n}` }, 'wide');
    expect(await ids('?description=wide&count=3')).toEqual(['wide201', 'wide200', 'wide199']);
    expect(await ids('?description=wide/20&count=9')).toEqual(['wide201', 'wide200', 'wide20']);
  });
});
