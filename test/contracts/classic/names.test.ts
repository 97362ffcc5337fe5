/** All kinds of names for runs, and of ids for jobs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, entry, newRun, printedKeys, refused } from './setup.ts';

const names = [
  'teuthology-2013-09-25_23:00:06',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'true',
  '0',
  '-1',
  '4294967295',
  '9007199254740993',
  '%',
  '%2F',
  '%2f..%2f',
  'a%20b',
  '%zz',
  'with space',
  ' around ',
  '+',
  '?query=1',
  '#fragment',
  'a&b=c;d,e',
  '...',
  '~user@host:22',
  'today, 23:00:06',
  'back\\slash',
  '"quoted"',
  "it's",
  '<b>',
  '$(rm -rf .)',
  '{run}',
  ':name',
  '*',
  'ünïcödé',
  '日本語',
  'עברית',
  '😀👍',
  'e\u0301',
  '\u00e9',
  '\u2028\u2029',
  '\ufeff',
];

const refusedNames = [
  ['a slash', 'a/b'],
  ['a leading slash', '/'],
  ['a line feed', 'a\nb'],
  ['NUL', 'a\u0000b'],
  ['DEL', 'a\u007fb'],
  ['a C1 control character', 'a\u0085b'],
  ['half a surrogate pair', 'a\ud800'],
  ['only a dot', '.'],
  ['only two dots', '..'],
];

describe.each(engines)('names on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterAll(() => server.stop());

  test.each(names)("creates, lists and links the run '%s'", async (name) => {
    const path = `/runs/${encodeURIComponent(name)}/`;
    expect((await server.get(path)).status).toBe(404);
    await accepted(server.post('/runs/', { name }));
    expect(refused(await server.post('/runs/', { name }), 400)).toBe(`run with name ${name} already exists`);
    const list = await server.get('/runs/');
    expect(printedKeys(list)[0]).toBe(name);
    const { href } = entry(list, name) ?? { href: '' };
    // ':' is never encoded; the server may encode these three or not.
    const readable = href.replace(/%(40|3D|2C)/g, decodeURIComponent);
    expect(readable).toBe(`${server.url}${path}`.replace(/%(3A|40|3D|2C)/g, decodeURIComponent));
    await accepted(server.post(`${path}jobs/`, { job_id: '1', success: true }));
    const run = await server.get(href.slice(server.url.length));
    expect(entry(run, '1')).toEqual({
      href: `${href}1/`,
      status: 'finished',
      results: { pass: 1, running: 0, fail: 0 },
    });
  });

  test.each(names)("creates, links, changes and reads the job '%s'", async (job_id) => {
    const run = await newRun(server);
    const path = `/runs/${run}/jobs/${encodeURIComponent(job_id)}/`;
    await accepted(server.post(`/runs/${run}/jobs/`, { job_id }));
    await accepted(server.put(path, { owner: 'me' }));
    expect((await server.get(path)).json).toMatchObject({ job_id, owner: 'me' });
    expect((await server.get(`/runs/${run}/jobs/`)).json).toMatchObject([{ job_id, owner: 'me' }]);
    const list = await server.get(`/runs/${run}/`);
    expect(printedKeys(list)).toEqual([job_id]);
    const link = await server.get((entry(list, job_id)?.href ?? '').slice(server.url.length));
    expect(link.status).toBe(308);
    const target = new URL(link.headers.location ?? '').pathname;
    expect((await server.get(target)).json).toMatchObject({ job_id, owner: 'me' });
  });

  test('keeps all kinds of ids apart in one run', async () => {
    const run = await newRun(server);
    for (const job_id of names) await accepted(server.post(`/runs/${run}/jobs/`, { job_id, description: job_id }));
    const jobs = (await server.get(`/runs/${run}/jobs/`)).json as { job_id: string; description: string }[];
    expect(jobs.map((job) => job.job_id)).toEqual(names);
    expect(jobs.map((job) => job.description)).toEqual(names);
    expect(printedKeys(await server.get(`/runs/${run}/`))).toEqual(names);
  });

  test('distinguishes names by case, spaces and Unicode composition', async () => {
    for (const name of ['case', 'Case', 'case ', 'cas\u00e9', 'case\u0301']) {
      await accepted(server.post('/runs/', { name }));
      await accepted(server.post(`/runs/${encodeURIComponent(name)}/jobs/`, { job_id: name }));
    }
    for (const name of ['case', 'Case', 'case ', 'cas\u00e9', 'case\u0301'])
      expect((await server.get(`/runs/${encodeURIComponent(name)}/jobs/`)).json).toMatchObject([{ job_id: name }]);
  });

  test.each(refusedNames)('answers 400 to %s in a name', async (_what, name) => {
    expect(refused(await server.post('/runs/', { name }), 400)).toContain("'name'");
    const run = await newRun(server);
    expect(refused(await server.post(`/runs/${run}/jobs/`, { job_id: name }), 400)).toContain("'job_id'");
    expect((await server.get(`/runs/${run}/jobs/`)).json).toEqual([]);
  });

  test.each([
    ['letters', 'n'],
    ['characters of 9 bytes in a URL', '語'],
  ])('accepts 512 %s in a run and 32 in a job, and answers 400 to one more', async (_what, letter) => {
    const [name, job_id] = [letter.repeat(512), letter.repeat(32)];
    await accepted(server.post('/runs/', { name }));
    const jobs = `/runs/${encodeURIComponent(name)}/jobs/`;
    await accepted(server.post(jobs, { job_id }));
    expect((await server.get(`${jobs}${encodeURIComponent(job_id)}/`)).json).toMatchObject({ job_id });
    expect(refused(await server.post('/runs/', { name: name + letter }), 400)).toContain("'name'");
    expect(refused(await server.post(jobs, { job_id: job_id + letter }), 400)).toContain("'job_id'");
  });

  test('answers 404 to an encoded slash, which no name contains', async () => {
    await accepted(server.post('/runs/', { name: 'a' }));
    refused(await server.get('/runs/a%2Fjobs/'), 404);
    refused(await server.post('/runs/a%2Fjobs', {}), 405);
  });
});
