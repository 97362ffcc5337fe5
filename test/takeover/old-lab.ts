/** A database of the Python server with the runs of the demo. */
import type pg from 'pg';
import { labNodes } from '../../demo/lab.ts';
import { type PlannedJob, type PlannedRun, planRuns } from '../../demo/runs.ts';
import { fqdn } from '../../demo/vocabulary.ts';
import { copyInto, oldSchema } from './old-schema.ts';

/** A row of an old table. */
export type OldCells = Record<string, string | number | boolean | null>;

const documents = ['kernel', 'overrides', 'roles', 'targets', 'tasks'];
const special = ['job_id', 'status', 'success', 'timestamp', 'nuke-on-error', ...documents];

/** Formats a time for PostgreSQL. */
export function oldTime(at: Date | number): string {
  return new Date(at).toISOString().slice(0, 23).replace('T', ' ');
}

/** Creates the tables and fills them with `runs` runs of `jobs` jobs each. Returns the names of the runs, oldest first. */
export async function fillOldLab(client: pg.Client, { runs, jobs }: { runs: number; jobs: number }): Promise<string[]> {
  await client.query(oldSchema);
  const planned = planRuns({ seed: 3, runs, now: new Date(), days: Math.min(60, runs), jobs });
  const columns = await columnsOf(client);
  const nodes = labNodes(3, planned).map((node, index) => nodeRow(node as unknown as OldCells, index + 1));
  await copyInto(client, 'nodes', nodes);
  const ids = new Map(nodes.map(({ id, name }) => [name as string, id as number]));
  await copyInto(client, 'queue', [
    { queue: 'smithi', paused_by: null, paused_since: null, paused_until: null, pause_duration: null },
    { queue: 'gibba', paused_by: 'ana', paused_since: oldTime(1e12), paused_until: oldTime(2e12), pause_duration: 60 },
  ]);
  let next = 1;
  for (const [index, run] of planned.entries()) {
    const rows = run.jobs.map((job, place) => jobRow(columns, run, job, { id: next + place, run_id: index + 1 }));
    await copyInto(client, 'runs', [runRow(run, index + 1, rows)]);
    await copyInto(client, 'jobs', rows);
    const links = run.jobs.flatMap((job, place) =>
      [...new Set(job.nodes)].flatMap((node) => {
        const node_id = ids.get(fqdn(node));
        return node_id === undefined ? [] : [{ node_id, job_id: next + place }];
      }),
    );
    await copyInto(client, 'job_nodes', links);
    next += rows.length;
  }
  await client.query(`select setval('runs_id_seq', ${planned.length}), setval('jobs_id_seq', ${next - 1}),
    setval('nodes_id_seq', ${nodes.length})`);
  await client.query('analyze');
  return planned.map(({ name }) => name);
}

async function columnsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(
    "select attname from pg_attribute where attrelid = 'jobs'::regclass and attnum > 0 order by attnum",
  );
  return rows.map(({ attname }) => attname);
}

function nodeRow(node: OldCells, id: number): OldCells {
  const { name, machine_type, arch, is_vm, up, os_type, os_version, mac_address, ssh_pub_key } = node;
  const { locked = false, locked_by = null, description = null } = node;
  const known = { name, machine_type, arch, is_vm, up, os_type, os_version, mac_address, ssh_pub_key } as OldCells;
  return {
    id,
    ...known,
    name: fqdn(String(name).split('.')[0] as string),
    ...{ locked, locked_by, description, vm_host_id: id % 7 === 3 ? 1 : null },
    locked_since: locked ? oldTime(Date.now() - 3_600_000) : null,
  };
}

function runRow(run: PlannedRun, id: number, jobs: OldCells[]): OldCells {
  const { name, user, suite, branch, machine_type, scheduled } = run;
  const finished = jobs.every(({ status }) => ['pass', 'fail', 'dead'].includes(status as string));
  const status = finished ? 'finished fail' : 'running';
  const times = { scheduled: oldTime(scheduled), posted: oldTime(scheduled), started: null };
  return {
    id,
    name,
    status,
    user,
    suite,
    branch,
    machine_type,
    ...times,
    updated: oldTime(Number(scheduled) + 7_200_000),
  };
}

function jobRow(columns: string[], run: PlannedRun, job: PlannedJob, ids: { id: number; run_id: number }): OldCells {
  const sent: Record<string, unknown> = { ...job.document, ...job.summary };
  const began = ['queued', 'waiting'].includes(job.outcome) ? null : oldTime(Number(run.scheduled) + ids.id * 1000 + 7);
  const row: OldCells = Object.fromEntries(columns.map((column) => [column, null]));
  for (const [key, value] of Object.entries(sent)) {
    const column = key.replaceAll('-', '_');
    if (documents.includes(key)) row[key] = JSON.stringify(value);
    else if (columns.includes(column) && !special.includes(key)) row[column] = value as string;
  }
  const { job_id, outcome: status } = job;
  const success = status === 'pass' ? true : status === 'fail' ? false : null;
  const posted = oldTime(Number(run.scheduled) + ids.id);
  if (row.duration !== null) row.duration = Math.round(Number(row.duration));
  return {
    ...row,
    ...{ ...ids, job_id, status, success, posted, started: began, updated: began ?? posted },
    nuke_on_error: true,
    timestamp: oldTime(run.scheduled),
  };
}
