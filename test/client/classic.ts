/**
 * A session of a client of the classic contract. The test generates `served/classic` from the document that the server returns, and
 * checks the types of this file against it.
 */
import createClient from 'openapi-fetch';
import type { paths } from 'served/classic';

/** Runs the session. Returns what the client has seen at its end. */
export async function day(baseUrl: string) {
  const client = createClient<paths>({ baseUrl });
  const name = 'night:2024';
  await client.POST('/runs', { body: { name } });
  const run = { path: { name } };
  await client.POST('/runs/{name}/jobs', {
    params: run,
    body: { job_id: 1, description: 'rados/a', more: ['kept out'] },
  });
  await client.POST('/runs/{name}/jobs', { params: run, body: { job_id: '2', tasks: [{ install: null }] } });
  const job = { path: { name, job_id: '2' } };
  const updated = await client.PUT('/runs/{name}/jobs/{job_id}', {
    params: job,
    body: { success: false, duration: 1.5 },
  });
  const again = await client.POST('/runs', { body: { name } });
  const one = (await client.GET('/runs/{name}/jobs/{job_id}', { params: job })).data;
  const list = (await client.GET('/runs/{name}/jobs', { params: run })).data;
  const outcomes = (await client.GET('/runs/{name}', { params: run })).data;
  const found = (await client.GET('/api/runs', { params: { query: { q: 'night', limit: 10 } } })).data;
  return {
    updated: updated.response.status,
    again: again.error?.message,
    job: { success: one?.success, tasks: one?.tasks },
    ids: list?.map(({ job_id }) => job_id),
    outcomes: Object.entries(outcomes ?? {}).map(([id, { status, results }]) => [id, status, results.fail]),
    runs: found?.runs.map((item) => [item.name, item.status, item.counts.fail]),
  };
}
