/** Sends changes to an old server, so that a lab can switch back to it. */
import { BadSetting } from '../../config.ts';
import { joinObject } from '../../core/json-text.ts';
import { plural } from '../../core/plural.ts';
import { formatTimestamp, parseTimestamp } from '../../core/time.ts';
import type { Db } from '../../store/db.ts';
import {
  type ChangedJob,
  type ChangedRun,
  changedRuns,
  deletedSince,
  isThere,
  jobsOf,
  machines,
} from '../../store/takeover/compare.ts';
import { type Server, serverAt } from './server.ts';

/** The time of the switch in microseconds; null if nothing is replayed. Throws `BadSetting`. */
export function readSwitch(text: string | undefined, isServer: boolean): number | null {
  if (text === undefined && !isServer) return null;
  if (text === undefined || !isServer) throw new BadSetting('--since TIME and --to http://old:8080 belong together');
  const time = parseTimestamp(text.replace('T', ' ').replace(/Z$/, ''), 'updated');
  if (time === null) throw new BadSetting(`--since: '${text}' must be a time in UTC, like 2026-11-27 08:00:00`);
  return time;
}

/** Sends what has changed since the switch, except what is equal there already: it can be repeated. Returns the exit code. */
export async function replay(db: Db, { since, to }: { since: number; to: string }): Promise<number> {
  const server = serverAt(to);
  await replayMachines(db, server);
  let jobs = 0;
  for (const run of await changedRuns(db)) jobs += await replayRun(db, server, run, since);
  for (const { kind, target } of await deletedSince(db, since)) {
    if (await isThere(db, kind, target)) continue;
    await server.send('DELETE', deletedPath(kind, target));
  }
  const { sent, refused } = server.counts;
  process.stdout.write(
    `${db.label}: sent ${plural(sent, 'change')}, with those of ${plural(jobs, 'job')}; ${refused} refused\n`,
  );
  return refused > 0 ? 1 : 0;
}

function deletedPath(kind: string, target: string): string {
  if (kind === 'node') return `/nodes/${encodeURIComponent(target)}/`;
  if (kind === 'run') return runPath(target);
  const at = target.lastIndexOf('/');
  return `${runPath(target.slice(0, at))}jobs/${encodeURIComponent(target.slice(at + 1))}/`;
}

function runPath(name: string): string {
  return `/runs/${encodeURIComponent(name)}/`;
}

/** Returns how many jobs were sent. */
async function replayRun(db: Db, server: Server, run: ChangedRun, since: number): Promise<number> {
  const path = `${runPath(run.name)}jobs/`;
  const { status, json } = await server.get(path);
  const isNew = run.posted >= since;
  if (status !== 200 && !isNew) {
    leaveOut(server, `run ${run.name}`);
    return 0;
  }
  if (status !== 200) await server.send('POST', '/runs/', JSON.stringify({ name: run.name }));
  const there = new Map((Array.isArray(json) ? (json as OldJob[]) : []).map((job) => [String(job.job_id), job]));
  let sent = 0;
  for await (const job of jobsOf(db, run.id)) {
    const old = there.get(job.job_id);
    if (old === undefined && job.posted < since) leaveOut(server, `job ${run.name}/${job.job_id}`);
    else if (old === undefined) {
      await server.send('POST', path, newBody(job));
      sent++;
    } else sent += (await replayJob(server, `${path}${encodeURIComponent(job.job_id)}/`, job, old)) ? 1 : 0;
  }
  return sent;
}

/** Reports and counts something that the old server lacks although it is older than the switch. */
function leaveOut({ counts }: Server, what: string): void {
  counts.refused++;
  process.stderr.write(`paddles: the old server has no ${what}, which is older than the switch: it is not sent\n`);
}

type OldJob = Record<string, unknown>;

/** Keys that the old server sets by itself or does not accept. */
const ownKeys = ['id', 'job_id', 'nodes', 'posted', 'started', 'updated', 'status', 'success', 'timestamp'];

function newBody(job: ChangedJob): string {
  const { values } = job;
  const keys = Object.keys(values).filter((key) => !ownKeys.includes(key) && values[key] !== null);
  const members = keys.map((key): Member => [key, values[key] as string]);
  const id: Member = ['job_id', JSON.stringify(job.job_id)];
  return joinObject([id, ...members, ...timestampOf(job), ...verdictOf(job), updatedOf(job)]);
}

/** Returns whether there was anything to send. */
async function replayJob(server: Server, path: string, job: ChangedJob, old: OldJob): Promise<boolean> {
  const { values } = job;
  const keys = Object.keys(values).filter(
    (key) => !ownKeys.includes(key) && key in old && !isEqual(values[key] ?? null, old[key]),
  );
  const [status, success] = [values.status, values.success ?? null];
  const isVerdictEqual = status === old.status && isEqual(success, old.success);
  if (keys.length === 0 && isVerdictEqual) return false;
  // A verdict overrides every other status until `success: null` takes it back.
  const isVerdict = old.status === 'pass' || old.status === 'fail';
  if (isVerdict && status !== old.status) await server.send('PUT', path, '{"success":null}');
  const members = keys.map((key): Member => [key, values[key] ?? 'null']);
  await server.send('PUT', path, joinObject([...members, ...verdictOf(job), updatedOf(job)]));
  return true;
}

function isEqual(here: string | null, there: unknown): boolean {
  // The old server shows documents that were never sent as {}.
  if (here === null) return there === null || there === undefined || JSON.stringify(there) === '{}';
  return JSON.stringify(JSON.parse(here)) === JSON.stringify(there);
}

type Member = readonly [string, string];

function verdictOf({ values }: ChangedJob): Member[] {
  const status: Member = ['status', JSON.stringify(values.status)];
  return values.success === null ? [status] : [status, ['success', values.success as string]];
}

function timestampOf({ values }: ChangedJob): Member[] {
  const { timestamp } = values;
  return timestamp ? [['timestamp', JSON.stringify(timestamp.slice(1, 20).replace(' ', '_'))]] : [];
}

function updatedOf({ updated }: ChangedJob): Member {
  return ['updated', JSON.stringify(formatTimestamp(updated)?.slice(0, 19))];
}

type OldNode = Record<string, unknown> & { name: string; vm_host: { name: string } | null };
type Node = Awaited<ReturnType<typeof machines>>['nodes'][number];

const plainKeys = [
  'description',
  'up',
  'machine_type',
  'arch',
  'is_vm',
  'os_type',
  'os_version',
  'mac_address',
  'ssh_pub_key',
] as const;

/** Makes the nodes, locks and queues of the old server equal to those here. */
async function replayMachines(db: Db, server: Server): Promise<void> {
  const { nodes, queues } = await machines(db);
  const there = new Map((((await server.get('/nodes/')).json ?? []) as OldNode[]).map((node) => [node.name, node]));
  // Hosts come first because their guests name them.
  const hostsFirst = nodes.toSorted((a, b) => Number(a.is_vm) - Number(b.is_vm));
  for (const node of hostsFirst) {
    const old = there.get(node.name);
    if (old) await replayNode(server, node, old);
    else await server.send('POST', '/nodes/', JSON.stringify({ name: node.name, ...fieldsOf(node), ...lockOf(node) }));
  }
  const paused = ((await server.get('/queue/')).json ?? []) as Record<string, unknown>[];
  for (const { queue, paused_by, paused_since, paused_until } of queues) {
    const old = paused.find((one) => one.queue === queue);
    const times = { paused_since: formatTimestamp(paused_since), paused_until: formatTimestamp(paused_until) };
    const body = { queue, paused_by, ...times };
    if (!old) await server.send('POST', '/queue/', JSON.stringify({ queue }));
    const isEqual = old
      ? old.paused_by === paused_by && sameTime(old.paused_until, times.paused_until)
      : paused_by === null;
    if (!isEqual) await server.send('PUT', '/queue/', JSON.stringify(body));
  }
}

function sameTime(there: unknown, here: string | null): boolean {
  if (typeof there !== 'string' || here === null) return (there ?? null) === here;
  return there.slice(0, 19) === here.slice(0, 19);
}

/** The fields of a node that the old server accepts. It would refuse null as a host. */
function fieldsOf(node: Node): Record<string, unknown> {
  const fields = Object.fromEntries(plainKeys.map((key) => [key, node[key]]));
  return node.vm_host === null ? fields : { ...fields, vm_host: node.vm_host };
}

function lockOf({ locked, locked_by, locked_since }: Node): object {
  return locked ? { locked, locked_by, locked_since: formatTimestamp(locked_since) } : {};
}

async function replayNode(server: Server, node: Node, old: OldNode): Promise<void> {
  const path = `/nodes/${encodeURIComponent(node.name)}/`;
  const { locked, locked_by, description } = node;
  const isSameLock = locked === old.locked && (locked_by ?? null) === (old.locked_by ?? null);
  if (!isSameLock && old.locked === true) {
    await server.send('PUT', `${path}lock`, JSON.stringify({ locked: false, locked_by: old.locked_by }));
  }
  if (!isSameLock && locked)
    await server.send('PUT', `${path}lock`, JSON.stringify({ locked, locked_by, description }));
  const fields = fieldsOf(node);
  const known: Record<string, unknown> = { ...old, vm_host: old.vm_host?.name ?? null };
  if (!isSameLock && locked) known.description = description;
  const changed = Object.entries(fields).filter(([key, value]) => value !== known[key]);
  if (changed.length > 0) await server.send('PUT', path, JSON.stringify(Object.fromEntries(changed)));
}
