import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pagePath } from '../../src/core/paths.ts';
import type { CausePage } from '../../src/http/api/cause.ts';
import type { NodeList, Queue } from '../../src/http/api/lab.ts';
import type { RunList, SearchResults, Suggestions } from '../../src/http/api/lists.ts';
import { engines, execute, type TestDatabase } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const suites = ['rados', 'rbd', 'fs'];
/** The `next` of a page that ends with a run with these values. */
const cursor = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
const names = Array.from({ length: 30 }, (_, index) => {
  const day = String(index + 1).padStart(2, '0');
  const branch = index % 4 === 0 ? 'wip-a%b_c' : 'main';
  return `user${index % 2}-2026-10-${day}_09:00:00-${suites[index % 3]}-${branch}-distro-default-smithi`;
});

describe.each(engines)('lists of /api on $name', (engine) => {
  let server: TestServer;
  const read = async <T>(path: string) => {
    const answer = await server.get(`/api${path}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.json as T;
  };
  const found = async (q: string, sort = '-scheduled') =>
    (await read<RunList>(`/runs?${new URLSearchParams({ q, sort, limit: '200' })}`)).runs.map(({ name }) => name);

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
    for (const [index, name] of names.entries()) {
      const status = index % 5 === 0 ? 'fail' : 'pass';
      const sha1 = `${index % 2 === 0 ? 'abcd' : 'ef01'}${String(index).padStart(36, '0')}`;
      const job = {
        job_id: String(index + 1),
        status,
        sha1,
        priority: index,
        targets: { [`ubuntu@host${index}`]: 'x' },
      };
      const posted = await server.post(`/runs/${encodeURIComponent(name)}/jobs/`, { ...job, name });
      expect(posted.status, posted.text).toBe(200);
    }
  });
  afterAll(() => server.stop());

  test('contain every run once, newest first, for any page size', async () => {
    for (const sort of ['-scheduled', 'scheduled', 'suite', '-fail', 'priority', '-updated', 'user']) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: RunList = await read(`/runs?limit=7&sort=${sort}${after === null ? '' : `&after=${after}`}`);
        expect(page.total).toBe(30);
        expect(page.counts).toMatchObject({ fail: 6, pass: 24 });
        seen.push(...page.runs.map(({ name }) => name));
        after = page.next;
      } while (after !== null);
      expect(new Set(seen).size, sort).toBe(30);
      expect(seen.length, sort).toBe(30);
      if (sort === '-scheduled') expect(seen).toEqual(names.toReversed());
      if (sort === 'scheduled') expect(seen).toEqual(names);
    }
  });

  test('are filtered by every kind of term', async () => {
    expect((await found('suite:rados')).length).toBe(10);
    expect((await found('suite:rados,rbd')).length).toBe(20);
    expect((await found('-suite:rados')).length).toBe(20);
    expect((await found('suite:r*')).length).toBe(20);
    expect((await found('branch:wip-a%b_c')).length).toBe(8);
    expect((await found('branch:wip-a%*')).length).toBe(8);
    expect((await found('branch:w_p*')).length, 'an underscore stands for itself').toBe(0);
    expect((await found('s:fail')).length).toBe(6);
    expect((await found('s:"finished pass"')).length).toBe(24);
    expect((await found('sha1:abcd')).length).toBe(15);
    expect((await found('RADOS')).length, 'words whatever their case').toBe(10);
    expect((await found('scheduled:2026-10-05')).length).toBe(1);
    expect((await found('scheduled:2026-10-05..2026-10-09')).length).toBe(5);
    expect((await found('scheduled:>2026-10-29')).length).toBe(1);
    expect((await found('prio:<5')).length).toBe(5);
    expect((await found('updated:>-1h')).length).toBe(30);
    expect((await found('flavor:none -prio:3')).length).toBe(29);
    expect((await found("user:user0 suite:fs'; drop table runs")).length).toBe(0);
  });

  test('filter by days of the requested time zone', async () => {
    // Scheduled at 09:00 UTC: in New York at 05:00 of that day, in Pago Pago at 22:00 of the day before.
    const days = async (tz: string, q = 'scheduled:2026-10-5') => {
      const { runs } = await read<RunList>(`/runs?${new URLSearchParams({ q, tz })}`);
      return runs.map(({ name }) => Number(/-10-(\d\d)_/.exec(name)?.[1]));
    };
    expect(await days('UTC')).toEqual([5]);
    expect(await days('America/New_York')).toEqual([5]);
    expect(await days('Pacific/Pago_Pago')).toEqual([6]);
    expect(await days('+15:00')).toEqual([4]);
    expect(await days('Asia/Tokyo', 'scheduled:2026-10-05T18:00')).toEqual([5]);
    const file = await server.get(`/api/runs.csv?${new URLSearchParams({ q: 'scheduled:2026-10-05', tz: '+15:00' })}`);
    expect(file.text).toContain(names[3]);
    for (const path of ['runs?', 'runs.json?', 'runs.csv?', 'suggest?field=suite&', `runs/${names[3]}/jobs?`]) {
      const refused = await server.get(`/api/${path}tz=Mars/Olympus`);
      expect([path, refused.status, refused.json]).toEqual([
        ...[path, 400, { message: "parameter 'tz' must be a time zone like Europe/Berlin" }],
      ]);
    }
  });

  test('report invalid terms and apply the others', async () => {
    const page = await read<RunList>('/runs?q=suit:rados+suite:fs');
    expect(page.problems[0]).toContain('did you mean suite:');
    expect(page.total).toBe(10);
    const { problems, total } = await read<RunList>('/runs?q=suite:fs+-scheduled:foo+status:failed');
    expect(problems).toEqual([expect.stringContaining('"foo"'), expect.stringContaining('did you mean fail')]);
    expect(total).toBe(10);
  });

  test('refuse invalid terms in files, which cannot report them', async () => {
    for (const path of ['runs.csv?q=suite:fs+', `runs/${names[3]}/jobs.csv?q=`]) {
      const { status, json } = await server.get(`/api/${path}dur:>2hours+status:failed`);
      expect({ path, status, json }).toMatchObject({ status: 400, json: { message: expect.stringContaining("'q'") } });
    }
  });

  test.each([
    ...['limit=0', 'limit=x', 'sort=nothing', 'after=nothing', 'after=W10'],
    ...['a\0b', '\ud800'].map((suite) => `after=${cursor(suite, 1, 1)}&sort=suite`),
    ...[2 ** 31, -(2 ** 53) + 1, 0.5].map((count) => `after=${cursor(count, 1)}&sort=fail`),
  ])('are refused with 400 for %s', async (query) => {
    const answer = await server.get(`/api/runs?${query}`);
    expect(answer.status).toBe(400);
    expect((answer.json as { message: string }).message).toContain(query.split('=')[0]);
  });

  test('are available as CSV, with formulas escaped', async () => {
    const answer = await server.get('/api/runs.csv?q=suite:fs');
    expect(answer.headers['content-type']).toContain('text/csv');
    expect(answer.text.split('\r\n').length).toBe(12);
  });

  test('are complete as CSV, however long they are', async () => {
    const many = await startServer(engine, { contract: 'teuthology' });
    const made = Array.from({ length: 450 }, (_, index) => `run-${index}`);
    await Promise.all(made.map((name) => many.post('/runs/', { name })));
    const lines = (await many.get('/api/runs.csv')).text.trimEnd().split('\r\n');
    expect(new Set(lines.slice(1).map((line) => line.split(',')[0]))).toEqual(new Set(made));
    expect(lines.length).toBe(451);
    await many.stop();
  });

  test('are available at the address of the page with an extension', async () => {
    for (const path of ['/runs.json?q=suite:fs&limit=3', '/runs.csv?q=suite:fs']) {
      const [file, page] = [await server.get(`/api${path}`), await server.get(`/ui${path}&group=suite`)];
      expect(file.status).toBe(200);
      expect([page.status, page.text]).toEqual([200, file.text]);
      expect(page.headers['content-type']).toBe(file.headers['content-type']);
    }
  });

  test('suggest values with their counts, by a prefix in any case', async () => {
    for (const prefix of ['r', 'R']) {
      const { values } = await read<Suggestions>(`/suggest?field=suite&prefix=${prefix}&q=`);
      expect(values).toEqual([
        { value: 'rados', count: 10 },
        { value: 'rbd', count: 10 },
      ]);
    }
    expect((await read<Suggestions>('/suggest?field=status&prefix=F')).values).toEqual([{ value: 'fail', count: 6 }]);
    expect((await read<Suggestions>('/suggest?field=status')).values).toEqual([
      { value: 'pass', count: 24 },
      { value: 'fail', count: 6 },
    ]);
  });

  test('can be searched by a few letters, an id or a pasted URL', async () => {
    const kinds = async (text: string) =>
      (await read<SearchResults>(`/search?text=${encodeURIComponent(text)}`)).items.map(({ kind, label }) => [
        kind,
        label,
      ]);
    expect(await kinds('17')).toContainEqual(['job', '17']);
    expect(await kinds('host17')).toContainEqual(['node', 'host17']);
    expect(await kinds(`http://pulpito.example.com/${names[3]}/`)).toEqual([['run', names[3]]]);
    expect((await kinds('abcd')).map(([kind]) => kind)).toContain('sha1');
    expect((await kinds('ABCD')).map(([kind]) => kind)).toContain('sha1');
    expect(await kinds(`‹${names[3]}›`)).toEqual([['run', names[3]]]);
    expect(await kinds(`${names[3]}/`)).toEqual([['run', names[3]]]);
    expect(await kinds('ubuntu@host17.front.example.com')).toEqual([['node', 'host17']]);
    expect(await kinds(`${server.url}/ui/nodes/host17`)).toEqual([['node', 'host17']]);
    expect(await kinds('nothing is called like this')).toEqual([]);
  });

  test('find the job first for an address or RUN/JOB', async () => {
    const [run, encoded] = [names[3]!, names[3]!.replaceAll(':', '%3A')];
    const texts = [`${run}/4`, `/a/${run}/4`, `https://logs.example/${encoded}/4/teuthology.log`, `"${run}/4/".`];
    for (const text of [...texts, `${server.url}/ui/runs/${encoded}/jobs/4?view=log`]) {
      const { items } = await read<SearchResults>(`/search?text=${encodeURIComponent(text)}`);
      expect(items.map(({ kind, path }) => [kind, path])).toEqual([
        ['job', pagePath.job(run, '4')],
        ['run', pagePath.run(run)],
      ]);
    }
    const { items } = await read<SearchResults>(`/search?text=${encodeURIComponent(`${run}/999`)}`);
    expect(items.map(({ kind }) => kind)).toEqual(['run']);
  });

  test('find the page of the cause for a failure reason or some of its words', async () => {
    const failed = names.filter((_, index) => index % 5 === 0);
    for (const [index, run] of failed.entries()) {
      const failure_reason = `Command failed on host${index} with status 1: 'frobnicate --all'`;
      const answer = await server.put(`/runs/${encodeURIComponent(run)}/jobs/${5 * index + 1}/`, {
        failure_reason,
        status: 'fail',
      });
      expect(answer.status).toBe(200);
    }
    const { items: all } = await read<SearchResults>('/search?text=all+FROBNICATE');
    expect(all).toMatchObject([{ kind: 'cause', detail: `last in ${failed.at(-1)}` }]);
    const text = "Command failed on elsewhere99 with status 1: 'frobnicate --all'";
    expect((await read<SearchResults>(`/search?${new URLSearchParams({ text })}`)).items).toEqual(all);
    const { latest } = await read<CausePage>(all[0]!.path);
    expect(latest.map(({ run, job_id }) => [run, job_id])[0]).toEqual([failed.at(-1), '26']);
    expect((await read<SearchResults>('/search?text=frobnicate+passed')).items).toEqual([]);
  });

  test('show nodes with their results, and queues', async () => {
    const { nodes } = await read<NodeList>('/nodes');
    expect(nodes.length).toBe(30);
    expect(nodes.find(({ name }) => name === 'host0')?.results).toMatchObject({ fail: 1, pass: 0 });
    expect((await read<Queue>('/queue')).queues).toBeInstanceOf(Array);
    expect((await server.get('/api/nodes/nobody')).status).toBe(404);
    expect((await server.get('/api/nodes/host3')).json).toMatchObject({
      node: { name: 'host3' },
      jobs: [{ job_id: '4' }],
    });
  });

  test('are answered with 304 when unchanged, and compressed when accepted', async () => {
    const first = await server.get('/api/runs');
    const again = await server.get('/api/runs', { 'if-none-match': String(first.headers.etag) });
    expect(again.status).toBe(304);
    expect((await server.get('/api/runs', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
  });

  test('are described in OpenAPI 3.1', async () => {
    const document = await read<{ openapi: string; paths: Record<string, unknown> }>('/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/runs', '/api/runs/{run}/page', '/api/queue', '/api/nodes/{name}', '/api/events']),
    );
    const page = await server.get('/api/docs');
    expect(page.text).toContain('/api/runs/{run}/page');
  });

  test('are searched to their end, past ten thousand others', async () => {
    const many = 'with recursive n (i) as (select 1 union all select i + 1 from n where i < 10500)';
    await execute(
      server.database,
      `${many} insert into nodes (name, is_vm, locked) select 'a' || i, false, false from n;
      ${many} insert into signatures (id, version, kind, title) select ' ' || i, 3, 'other', 'title ' || i from n`,
    );
    for (const [text, kind] of [
      ['HOST29', 'node'],
      ['all FROBNICATE', 'cause'],
    ] as const) {
      const { items } = await read<SearchResults>(`/search?${new URLSearchParams({ text })}`);
      expect(items.filter((item) => item.kind === kind).length, text).toBe(1);
    }
    const { items } = await read<SearchResults>('/search?text=a1');
    expect(items.flatMap(({ kind, label }) => (kind === 'node' ? label : []))).toEqual(
      'a1,a10,a100,a1000,a10000'.split(','),
    );
  });
});

/** A database whose locale has upper case for letters beyond A to Z. */
async function createLocal(): Promise<TestDatabase> {
  const base = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createDatabase();
  const url = new URL(base.url);
  url.pathname += '_local';
  const name = url.pathname.slice(1);
  await execute(base.url, `create database ${name} template template0 locale 'C.UTF-8'`);
  const drop = async () => {
    await execute(base.url, `drop database ${name} with (force)`);
    await base.drop();
  };
  return { url: url.href, drop };
}

test('the locale of a PostgreSQL database does not affect the search for causes', async () => {
  const server = await startServer({ createTables: createLocal }, { contract: 'teuthology' });
  onTestFinished(() => server.stop());
  await server.post('/runs/r/jobs/', { job_id: '1', status: 'fail', failure_reason: 'ÉCHEC of Istanbul' });
  for (const [text, count] of [
    ['ÉCHEC', 1],
    ['échec', 0],
    ['éCHEC', 0],
    ['Échec ISTANBUL', 1],
  ] as const) {
    const { items } = (await server.get(`/api/search?${new URLSearchParams({ text })}`)).json as SearchResults;
    expect([text, items.length]).toEqual([text, count]);
  }
});
