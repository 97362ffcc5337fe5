/** The same for the teuthology contract. At the end, the client makes a decision on a cause. */
import createClient from 'openapi-fetch';
import type { components, paths } from 'served/teuthology';

const description = 'rados/basic';
const failure_reason = 'Command failed on smithi001 with status 22';

/** Runs the session. Returns what the client has seen at its end. */
export async function day(baseUrl: string) {
  const client = createClient<paths>({ baseUrl, headers: { 'x-paddles-name': 'kim' } });
  const run = 'kim-2024-03-05_21:14:02-rados-main-distro-default-smithi';
  const path = { run };
  const status: components['schemas']['JobStatus'] = 'queued';
  const posted = await client.POST('/runs/{run}/jobs', { params: { path }, body: { status, description, unknown: 1 } });
  const job_id = posted.data?.job_id ?? '';
  const job = { path: { run, job_id } };
  await client.PUT('/runs/{run}/jobs/{job_id}', { params: job, body: { status: 'running' } });
  await client.PUT('/runs/{run}/jobs/{job_id}', { params: job, body: { success: false, failure_reason } });
  await client.PUT('/runs/{run}', { params: { path }, body: { tags: ['night'] } });
  const whole = (await client.GET('/runs/{run}', { params: { path } })).data;
  const listed = (
    await client.GET('/runs/suite/{value}', { params: { path: { value: 'rados' }, query: { count: '5' } } })
  ).data;
  const missing = await client.GET('/runs/{run}/jobs/{job_id}', { params: { path: { run, job_id: '9' } } });

  await client.POST('/nodes', { body: { name: 'smithi001', machine_type: 'smithi', up: true } });
  const wanted = { count: 1, locked_by: 'kim', machine_type: 'smithi', description: null };
  const locked = (await client.POST('/nodes/lock_many', { body: wanted })).data;
  await client.POST('/queue', { body: { queue: 'smithi' } });
  const queue = (await client.GET('/queue/stats', { params: { query: { queue: 'smithi' } } })).data;

  const page = (await client.GET('/api/runs/{run}/page', { params: { path } })).data;
  const cause = page?.signatures[0]?.id ?? '';
  const decision = await client.POST('/api/decisions', { body: { cause, run, class: 'product bug', note: 'seen' } });
  const decisions = (await client.GET('/api/decisions', { params: { query: { cause } } })).data;
  return {
    run: [whole?.status, whole?.results.fail, whole?.tags, whole?.jobs[0]?.failure_reason],
    listed: listed?.map(({ name }) => name === run),
    missing: missing.error?.message,
    locked: locked?.map((node) => [node.name, node.locked_by]),
    queue: queue?.paused,
    decided: [decision.response.status, decisions?.decisions.map((one) => [one.class, one.author, one.run === run])],
  };
}
