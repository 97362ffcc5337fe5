/** All kinds of requests to a server: the catalogue of the benchmark, every filter and order, and every write. */
import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { jobStatuses } from '../../src/core/job.ts';
import { queryKeys } from '../../src/core/query.ts';
import { runFacets, runSorts } from '../../src/core/run.ts';
import type { Db } from '../../src/store/db.ts';
import { createToken, revokeToken } from '../../src/store/write/tokens.ts';
import { someone } from '../helpers/server.ts';
import { apiRequests } from './catalog/api.ts';
import type { Asked } from './catalog/catalog.ts';
import { classicRequests } from './catalog/classic.ts';
import type { Samples } from './catalog/samples.ts';
import { teuthologyRequests } from './catalog/teuthology.ts';

/** The servers of both contracts on one database. */
export interface Doors {
  classic: FastifyInstance;
  teuthology: FastifyInstance;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Sends a request. The answer must have `status`, or any below 500. */
async function ask(app: FastifyInstance, method: Method, url: string, body?: unknown, status?: number) {
  const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const answer = await app.inject({ method, url, headers: { host: 'paddles' }, ...(payload && { payload }) });
  const words = `${method} ${url}: ${answer.body.slice(0, 200)}`;
  if (status === undefined) expect(answer.statusCode, words).toBeLessThan(500);
  else expect(answer.statusCode, words).toBe(status);
  return answer;
}

/** Every read of both contracts and of the dashboard. */
export const catalogue: Asked[] = [...classicRequests, ...teuthologyRequests, ...apiRequests];

/** Sends every read request of the catalogue for several runs, jobs and nodes. */
export async function readCatalogue(doors: Doors, samples: Samples): Promise<void> {
  for (const asked of catalogue) {
    // Paths without a run, job or node are the same each time.
    const paths = new Set([0, 20, 41].map((n) => asked.path(samples, n)));
    for (const path of paths) await askCatalogue(doors, asked, path);
  }
}

async function askCatalogue(doors: Doors, { door, body, status }: Asked, path: string) {
  const app = door === 'classic' ? doors.classic : doors.teuthology;
  await ask(app, body === undefined ? 'GET' : 'POST', path, body, status ?? 200);
}

/** Sends filters of the dashboard: every key plain, negated, with a pattern and without a value; and every order with its second page. */
export async function readFilters({ teuthology }: Doors, { runs }: Samples): Promise<void> {
  const name = encodeURIComponent(runs[30]?.name ?? '');
  for (const [key, { example, on }] of Object.entries(queryKeys)) {
    for (const q of [example, `-${example}`, `${key}:none`, `${key}:*a*`, `${key}:2026-01-01..2026-01-08`]) {
      for (const target of on) {
        const path = { runs: '/api/runs', jobs: `/api/runs/${name}/jobs`, audit: '/api/audit' }[target];
        await ask(teuthology, 'GET', `${path}?q=${encodeURIComponent(q)}`);
      }
    }
    const suggest = `/api/suggest?field=${key}&prefix=r&q=${encodeURIComponent(example)}`;
    await ask(teuthology, 'GET', suggest, undefined, on.some((target) => target === 'runs') ? 200 : 400);
  }
  for (const column of runSorts) {
    for (const sort of [column, `-${column}`]) {
      for (const q of ['', '&q=suite:rados', '&q=-suite:rados']) {
        const { next } = (await ask(teuthology, 'GET', `/api/runs?sort=${sort}${q}`, undefined, 200)).json();
        await ask(teuthology, 'GET', `/api/runs?sort=${sort}${q}&after=${next}`, undefined, 200);
      }
    }
  }
}

/** Reads lists of jobs and runs with one filter and with two, and missing things. */
export async function readLists({ classic, teuthology }: Doors, { runs, nodes, daysAgo }: Samples): Promise<void> {
  const { name, sha1, branch, user, suite, machine_type, flavor, job } = runs[40]!;
  const jobFilters = [
    ...jobStatuses.map((status) => `status=${status}`),
    ...[sha1, 'nothing'].map((value) => `sha1=${value}`),
    ...[branch, 'main', 'nothing'].map((value) => `branch=${value}`),
    ...[user, 'nobody'].map((value) => `user=${value}`),
    'description=rados',
    'description=nothing',
    'description=',
    `posted_after=${daysAgo(20)}`,
    `posted_before=${daysAgo(20)}`,
  ];
  for (const [index, one] of jobFilters.entries()) {
    for (const other of ['count=100&page=2', ...jobFilters.slice(index + 1)])
      await ask(teuthology, 'GET', `/jobs/?${one}&${other}`);
    await ask(teuthology, 'GET', `/nodes/${nodes[9]}/jobs/?count=20&${one}`);
    await ask(teuthology, 'GET', `/runs/${encodeURIComponent(name)}/jobs/?${one}`, undefined);
  }
  const values = { branch, date: daysAgo(3), machine_type, sha1, status: 'running', suite, user, flavor };
  for (const [facet, value] of Object.entries(values)) {
    for (const other of runFacets)
      await ask(teuthology, 'GET', `/runs/${facet}/${encodeURIComponent(value)}/${other}/`);
  }
  await ask(teuthology, 'GET', '/nodes/?locked_by=somebody&os_type=ubuntu&os_version=22.04&up=true');
  await ask(teuthology, 'GET', '/queue/?paused_by=somebody&queue=smithi');
  for (const missing of ['nobody-2026-01-01', name.slice(0, 30), 'xxxxxx', 'latest']) {
    await ask(teuthology, 'GET', `/api/runs/${missing}`);
    await ask(teuthology, 'GET', `/runs/${missing}/`);
    await ask(classic, 'GET', `/runs/${missing}/jobs/`);
    await ask(classic, 'GET', `/runs/${missing}/jobs/${job}/`);
    await ask(classic, 'GET', `/ui/runs/${missing}`);
  }
  for (const text of [`${name}/${job}`, 'max job timeout']) {
    await ask(teuthology, 'GET', `/api/search?${new URLSearchParams({ text })}`, undefined, 200);
  }
  await ask(teuthology, 'GET', '/api/history?since=2026-01-01', undefined, 200);
  await ask(teuthology, 'GET', `/api/nodes/${nodes[3]}?after=20000`, undefined, 200);
  await ask(classic, 'GET', '/readyz', undefined, 200);
}

/** Creates a token, begins and ends a session with it, and revokes it. */
export async function useToken(db: Db, { teuthology }: Doors, at: number): Promise<void> {
  const token = { name: 'statements', scopes: ['report' as const], hash: hash('sha256', 'secret'), expires: null };
  expect(await createToken(db, token, someone, at)).toBeNull();
  const url = '/api/session';
  const headers = { authorization: 'Bearer secret' };
  const begun = await teuthology.inject({ method: 'POST', url, headers });
  const cookie = String(begun.headers['set-cookie']).split(';', 1)[0];
  const ended = await teuthology.inject({ method: 'DELETE', url, headers: { cookie } });
  expect([begun.statusCode, ended.statusCode]).toEqual([200, 200]);
  expect(await revokeToken(db, token.name, someone, at)).toBeNull();
}

/** Decides on a cause of a run, repeats, replaces and withdraws the decision, and reviews the run. */
export async function decide({ teuthology }: Doors, { nightly }: Samples): Promise<void> {
  const headers = { 'x-paddles-name': 'ana' };
  const send = async (url: string, payload: object) => {
    const answer = await teuthology.inject({ method: 'POST', url, headers, payload });
    expect([url, answer.statusCode, answer.body]).toEqual([url, 200, expect.anything()]);
    return answer.json<{ id: number }>();
  };
  const run = encodeURIComponent(nightly);
  const { verdicts } = (await ask(teuthology, 'GET', `/api/runs/${run}/verdicts`, undefined, 200)).json();
  const body = { run: nightly, cause: verdicts[0].id, class: 'infra', key: 'first' };
  const { id } = await send('/api/decisions', body);
  expect(await send('/api/decisions', body)).toMatchObject({ id });
  await send('/api/decisions', { ...body, key: 'second', replaces: id });
  await send(`/api/decisions/${id}/withdraw`, {});
  await send(`/api/decisions/${id}/withdraw`, {});
  for (let times = 0; times < 2; times++)
    await send(`/api/runs/${run}/review`, { verdict: 'ok to merge', key: 'first' });
  for (const path of ['decisions', 'decisions.csv', `runs/${run}/reviews`, `runs/${run}/page`])
    await ask(teuthology, 'GET', `/api/${path}`, undefined, 200);
}

const written = 'writer-2026-02-01_10:00:00-rados-main-distro-default-smithi';

/** Sends every write of both contracts, for a new run and new nodes, which are deleted afterwards. */
export async function write({ classic, teuthology }: Doors, samples: Samples): Promise<void> {
  await writeNodes(teuthology);
  await ask(classic, 'POST', '/runs/', { name: written }, 200);
  await ask(teuthology, 'PUT', `/runs/${written}/`, { tags: ['kept'] }, 200);
  await writeJobs(classic, samples);
  await ask(classic, 'PUT', `/runs/${written}/jobs/1/`, 'nonsense', 400);
  await ask(teuthology, 'DELETE', `/runs/${written}/jobs/1/`, undefined, 200);
  await ask(teuthology, 'DELETE', `/runs/${written}/`, undefined, 200);
  await ask(teuthology, 'POST', '/runs/', { name: written, tags: [] }, 200);
  await ask(teuthology, 'DELETE', `/runs/${written}/`, undefined, 200);
  const created = written.replace('10:00', '11:00');
  await ask(teuthology, 'POST', `/runs/${created}/jobs/`, { job_id: '1', status: 'queued', queue: 'smithi' }, 200);
  await ask(teuthology, 'POST', `/runs/${created}/jobs/`, { status: 'queued', queue: 'smithi' }, 200);
  await ask(teuthology, 'POST', `/runs/${created}/jobs/`, { job_id: '1' }, 400);
  await ask(teuthology, 'DELETE', `/runs/${created}/`, undefined, 200);
  for (const body of [{ queue: 'new' }, { queue: 'new' }, { queue: 'newer', pause_duration: 'nonsense' }]) {
    await ask(teuthology, 'POST', '/queue/', body);
  }
  await ask(teuthology, 'PUT', '/queue/', { queue: 'new', paused_by: 'somebody', pause_duration: 60 }, 200);
}

async function writeJobs(app: FastifyInstance, { nodes }: Samples): Promise<void> {
  const targets = { [`ubuntu@${nodes[0]}`]: 'key', 'ubuntu@new.example': 'key' };
  const job = { targets, status: 'running', description: 'rados/one', kernel: {}, roles: [['mon.a']], tasks: [] };
  const path = `/runs/${written}/jobs/`;
  // Concurrent writes share a transaction.
  const several = ['1', '2', '3', '4'].map((job_id) => ask(app, 'POST', path, { ...job, job_id }, 200));
  await Promise.all(several);
  // A value that is too long for a page of a list is read separately.
  await ask(app, 'PUT', `${path}3/`, { overrides: { long: 'x'.repeat(70_000) } }, 200);
  await ask(app, 'GET', path, undefined, 200);
  await ask(app, 'PUT', `${path}1/`, { status: 'fail', success: false, failure_reason: 'a new reason' }, 200);
  // The evidence of these failures is renewed.
  await ask(app, 'PUT', `${path}1/`, { status: 'fail', success: false, failure_reason: 'another reason' }, 200);
  await ask(app, 'PUT', `${path}1/`, { success: true }, 200);
  await ask(app, 'PUT', `${path}1/`, { success: false, failure_reason: 'a new reason' }, 200);
  await ask(app, 'PUT', `${path}2/`, { roles: [['mon.b']], targets: { 'ubuntu@newer.example': 'key' } }, 200);
}

async function writeNodes(app: FastifyInstance): Promise<void> {
  const locked_by = 'writer@somewhere';
  const machine_type = 'written';
  await ask(app, 'POST', '/nodes/', { name: 'host.example', machine_type, up: true }, 200);
  await ask(app, 'POST', '/nodes/', { name: 'guest.example', machine_type, up: true, vm_host: 'host.example' }, 200);
  await ask(app, 'PUT', '/nodes/guest.example/', { description: 'changed', vm_host: 'host.example' }, 200);
  await ask(app, 'PUT', '/nodes/guest.example/', 'nonsense', 400);
  await ask(app, 'GET', '/nodes/guest.example/', undefined, 200);
  await ask(app, 'PUT', '/nodes/host.example/lock/', { name: 'host.example', locked: true, locked_by }, 200);
  await ask(app, 'PUT', '/nodes/host.example/lock/', { name: 'host.example', locked: false, locked_by }, 200);
  const wanted = { count: 1, machine_type, locked_by, description: 'all' };
  const names = (await ask(app, 'POST', '/nodes/lock_many/', wanted, 200))
    .json()
    .map(({ name }: { name: string }) => name);
  await ask(app, 'POST', '/nodes/unlock_many/', { names, locked_by }, 200);
  for (const name of ['guest.example', 'host.example']) await ask(app, 'DELETE', `/nodes/${name}/`, undefined, 200);
}
