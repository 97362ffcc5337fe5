/** Names, descriptions and documents of labs are stored unchanged. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { allData, type LabData } from '../helpers/lab-data.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { accepted, jobKeys, newRun } from './classic/setup.ts';

type Document = Record<string, unknown>;

/** How many runs `GET /runs/` shows (classic contract §2.1). */
const runsShown = 100;

/** The documents of a file, each with a job_id. Keys that start with "_" are annotations and left out. */
function documents(data: LabData, file: string): Document[] {
  return data.lines(file).map((line, index) => {
    const all = Object.entries(JSON.parse(line) as Document).filter(([key]) => !key.startsWith('_'));
    return { job_id: `${index + 1}`, ...Object.fromEntries(all) };
  });
}

/** The spelling of a key in answers, or null when it is not a documented key. */
function answeredKey(key: string): string | null {
  const answered = key.replaceAll('-', '_').replace(/^mon\./, 'mon_');
  return jobKeys.includes(answered) ? answered : null;
}

/** Expects every documented value of `sent` in the text of a job, character by character. */
function expectIn(text: string, sent: Document): void {
  const received = JSON.parse(text) as Document;
  expect(Object.keys(received).sort()).toEqual(jobKeys);
  const expected = Object.entries({ ...sent, job_id: String(sent.job_id) }).flatMap(([key, value]) => {
    const answered = answeredKey(key);
    return answered === null ? [] : [[answered, value] as const];
  });
  const keys = expected.map(([key]) => key);
  for (const [key, value] of expected) expect(text).toContain(`"${key}":${JSON.stringify(value)}`);
  for (const key of jobKeys) if (!keys.includes(key)) expect(received[key]).toBeNull();
}

const rows = engines.flatMap((engine) =>
  allData.map((data) => ({ engine, data, name: `${data.name} on ${engine.name}` })),
);

describe.each(rows)('$name', ({ engine, data }) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterAll(() => server.stop());

  test('every run name is created, listed and linked', async () => {
    const all = data.lines('run-names.txt');
    for (let at = 0; at < all.length; at += runsShown) {
      const names = all.slice(at, at + runsShown);
      for (const name of names) {
        await accepted(server.post('/runs/', { name }));
        await accepted(server.post(`/runs/${encodeURIComponent(name)}/jobs/`, { job_id: 1, name }));
      }
      const list = (await server.get('/runs/')).json as Record<string, { href: string }>;
      for (const name of names) {
        const href = list[name]?.href ?? '';
        expect(href).toBe(`${server.url}/runs/${name}/`);
        expect(Object.keys((await server.get(href.slice(server.url.length))).json as Document)).toEqual(['1']);
        expect((await server.get(`/runs/${encodeURIComponent(name)}/jobs/1/`)).json).toMatchObject({ name });
      }
    }
  });

  test.each(['jobs.jsonl', 'jobs-assembled.jsonl'])('every document of %s comes back unchanged', async (file) => {
    const run = await newRun(server);
    const posted = documents(data, file);
    for (const document of posted) {
      const path = `/runs/${run}/jobs/${encodeURIComponent(String(document.job_id))}/`;
      await accepted(server.post(`/runs/${run}/jobs/`, document));
      expectIn((await server.get(path)).text, document);
      // Like teuthology: the whole document with every update, and only the outcome at the end.
      await accepted(server.put(path, document));
      expectIn((await server.get(path)).text, document);
      await accepted(server.put(path, { success: false }));
      expectIn((await server.get(path)).text, { ...document, success: false });
      await accepted(server.put(path, { success: true }));
      expectIn((await server.get(path)).text, { ...document, success: true });
    }
    const listed = (await server.get(`/runs/${run}/jobs/`)).json as Document[];
    expect(listed.map(({ job_id }) => job_id)).toEqual(posted.map(({ job_id }) => String(job_id)));
    listed.forEach((job, index) => {
      expectIn(JSON.stringify(job), { ...posted[index], success: true });
    });
    const entries = (await server.get(`/runs/${run}/`)).json as Record<string, { status: string }>;
    expect(Object.values(entries).map(({ status }) => status)).toEqual(posted.map(() => 'finished'));
  });

  test('every job description comes back unchanged', async () => {
    const run = await newRun(server);
    const descriptions = data.lines('descriptions.txt');
    await Promise.all(
      descriptions.map((description, index) =>
        accepted(server.post(`/runs/${run}/jobs/`, { job_id: index, description })),
      ),
    );
    const listed = (await server.get(`/runs/${run}/jobs/`)).json as { job_id: string; description: string }[];
    expect(listed.length).toBe(descriptions.length);
    for (const { job_id, description } of listed) expect(description).toBe(descriptions[Number(job_id)]);
  });
});
