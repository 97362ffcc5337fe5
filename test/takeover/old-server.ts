/** A stand-in for the Python server: writes to its tables and speaks the part of its API that a rollback uses. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';

/** A running stand-in. */
export interface OldServerStandIn {
  url: string;
  port: number;
  stop(): Promise<void>;
}

type Body = Record<string, unknown>;
type Answer = [status: number, json: unknown];

const documents = ['kernel', 'overrides', 'roles', 'targets', 'tasks'];
const accepted =
  `archive_path description duration email failure_reason flavor kernel last_in_suite machine_type name nuke_on_error os_type
  os_version overrides owner pid roles sentry_event branch seed sha1 subset suite suite_branch suite_path suite_relpath suite_repo suite_sha1
  targets tasks teuthology_branch verbose pcp_grafana_url priority user queue package_source`.split(/\s+/);
const ofNode = 'arch description os_type os_version is_vm mac_address machine_type ssh_pub_key up'.split(' ');

/** Starts the stand-in on a port, by default a free one. */
export async function startOldServer(client: pg.Client, port = 0): Promise<OldServerStandIn> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((request, response) => {
    // One request at a time, because there is one connection.
    last = last
      .then(async () => answer(client, request.method ?? '', decoded(request.url), await bodyOf(request)))
      .catch((error: Error): Answer => [500, { message: error.message }])
      .then(([status, json]) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      });
  });
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  const { port: taken } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${taken}`, port: taken, stop };
}

function decoded(url = ''): string[] {
  return (url.split('?')[0] ?? '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

async function answer(client: pg.Client, method: string, path: string[], body: Body): Promise<Answer> {
  const [kind, name = '', part, id = ''] = path;
  if (kind === 'runs' && part === undefined) return runs(client, method, name, body);
  if (kind === 'runs' && method === 'POST') return createJob(client, name, body);
  if (kind === 'runs') return jobs(client, method, { name, id }, body);
  if (kind === 'nodes') return nodes(client, method, { name, lock: part === 'lock' }, body);
  return kind === 'queue' ? queues(client, method, body) : [404, { message: 'not found' }];
}

async function runs(client: pg.Client, method: string, name: string, body: Body): Promise<Answer> {
  if (method === 'POST') await runId(client, String(body.name));
  if (method === 'DELETE') await client.query('delete from runs where name = $1', [name]);
  return [200, {}];
}

async function runId(client: pg.Client, name: string): Promise<number> {
  const found = await client.query('select id from runs where name = $1', [name]);
  if (found.rows[0]) return found.rows[0].id;
  const text = `insert into runs (name, status, posted, scheduled, "user", suite, branch, machine_type)
    values ($1, 'empty', now(), now(), '', '', '', '') returning id`;
  return (await client.query(text, [name])).rows[0].id;
}

async function createJob(client: pg.Client, run: string, body: Body): Promise<Answer> {
  const values = [await runId(client, run), String(body.job_id)];
  const found = await client.query('select 1 from jobs where run_id = $1 and job_id = $2', values);
  if (found.rows.length > 0) return [400, { message: `job with job_id ${body.job_id} already exists` }];
  const text = 'insert into jobs (run_id, job_id, posted, updated) values ($1, $2, now(), now()) returning id';
  await change(client, (await client.query(text, values)).rows[0].id, body);
  return [200, { job_id: body.job_id }];
}

async function jobs(
  client: pg.Client,
  method: string,
  { name, id }: { name: string; id: string },
  body: Body,
): Promise<Answer> {
  const text = 'select jobs.* from jobs join runs on runs.id = run_id where runs.name = $1';
  const known = await client.query('select 1 from runs where name = $1', [name]);
  const found = (await client.query(id === '' ? text : `${text} and job_id = $2`, id === '' ? [name] : [name, id]))
    .rows;
  if (known.rows.length === 0 || (id !== '' && !found[0]))
    return [404, { message: 'attempted to update a non-existent job' }];
  if (method === 'PUT') await change(client, found[0].id, body);
  else if (method === 'DELETE') await client.query('delete from jobs where id = $1', [found[0].id]);
  else return [200, id === '' ? found.map(printed) : printed(found[0])];
  return [200, {}];
}

function printed(row: Body): Body {
  const texts = documents.map((key) => [key, row[key] ? JSON.parse(row[key] as string) : {}]);
  return { ...row, ...Object.fromEntries(texts) };
}

/** Changes a job by the rules for statuses and accepted keys. */
async function change(client: pg.Client, id: number, body: Body): Promise<void> {
  const [{ status }] = (await client.query('select status from jobs where id = $1', [id])).rows;
  const sets: Body = {};
  for (const [sent, value] of Object.entries(body)) {
    const key = sent.replaceAll('-', '_');
    if (!accepted.includes(key) || (key === 'priority' && status !== null && status !== 'queued')) continue;
    sets[key] = documents.includes(key) ? JSON.stringify(value) : value;
  }
  if ('status' in body && status !== 'pass' && status !== 'fail') sets.status = body.status;
  else if (!('status' in body) && 'success' in body) {
    sets.status = body.success === null ? 'unknown' : body.success ? 'pass' : 'fail';
  }
  if ('success' in body) sets.success = body.success;
  if (status === null && sets.status === undefined) sets.status = 'unknown';
  if (sets.status === 'running' && (status === null || status === 'queued')) sets.started = new Date();
  if (typeof body.timestamp === 'string') sets.timestamp = body.timestamp.replace('_', ' ');
  sets.updated = body.updated ?? new Date();
  await update(client, 'jobs', id, sets);
  await client.query('update runs set updated = now() where id = (select run_id from jobs where id = $1)', [id]);
}

async function update(client: pg.Client, table: string, id: number, sets: Body): Promise<void> {
  const keys = Object.keys(sets);
  const text = keys.map((key, index) => `"${key}" = $${index + 2}`).join(', ');
  await client.query(`update ${table} set ${text} where id = $1`, [id, ...keys.map((key) => sets[key])]);
}

async function nodes(
  client: pg.Client,
  method: string,
  { name, lock }: { name: string; lock: boolean },
  body: Body,
): Promise<Answer> {
  const all =
    'select nodes.*, (select row_to_json(hosts) from nodes hosts where hosts.id = nodes.vm_host_id) as vm_host from nodes';
  if (name === '' && method === 'GET') return [200, (await client.query(all)).rows];
  if (method === 'POST' && name === '') {
    await client.query('insert into nodes (name, is_vm, locked) values ($1, false, false)', [body.name]);
  }
  const [node] = (await client.query(`${all} where name = $1`, [name || body.name])).rows;
  if (!node) return [404, { message: 'node not found' }];
  if (method === 'GET') return [200, node];
  if (method === 'DELETE') await client.query('delete from nodes where id = $1', [node.id]);
  else {
    if (lock && body.locked === node.locked) return [403, { message: 'Cannot lock an already-locked node' }];
    if (lock && !body.locked && body.locked_by !== node.locked_by)
      return [403, { message: 'locked_by values must match' }];
    const sets = Object.fromEntries(Object.entries(body).filter(([key]) => ofNode.includes(key)));
    if ('locked' in body) Object.assign(sets, { locked: body.locked, locked_by: body.locked ? body.locked_by : null });
    if ('locked' in body) sets.locked_since = body.locked ? new Date() : null;
    await update(client, 'nodes', node.id, sets);
  }
  return [200, {}];
}

async function queues(client: pg.Client, method: string, body: Body): Promise<Answer> {
  if (method === 'GET') return [200, (await client.query('select * from queue')).rows];
  if (method === 'POST') await client.query('insert into queue (queue) values ($1)', [body.queue]);
  const values = [body.queue, body.paused_by ?? null, body.paused_since ?? null, body.paused_until ?? null];
  const text = 'update queue set paused_by = $2, paused_since = $3, paused_until = $4 where queue = $1';
  if (method === 'PUT') await client.query(text, values);
  return [200, {}];
}
