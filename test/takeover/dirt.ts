/** Rows like those of real labs that cannot be copied unchanged. */
import type pg from 'pg';

/** The expected line of the report on a planted row. */
export interface Expected {
  table: string;
  key?: string;
  problem: string;
  was?: unknown;
  now?: unknown;
}

const job = (columns: string, values: string) =>
  `insert into jobs (run_id, job_id, status, posted, updated, name ${columns}) values ((select id from runs where name = 'dirty'), ${values})`;
const times = "'2024-03-01 10:00:00', '2024-03-01 12:00:00', 'dirty'";

const planted: [statement: string, ...expected: Expected[]][] = [
  ["insert into runs (name, posted, status) values ('dirty', '2024-03-01 10:00:00', 'finished fail')"],
  // The same job_id twice: a finished job is preferred, otherwise the latest job.
  [job('', `'twice', 'fail', ${times}`)],
  [
    job('', `'twice', 'running', '2024-03-01 10:00:00', '2024-03-01 13:00:00', 'dirty'`),
    {
      table: 'jobs',
      problem: 'is left out, because another job of its run has its job_id',
      was: { status: 'running' },
    },
  ],
  [
    job('', `'again', 'pass', ${times}`),
    { table: 'jobs', problem: 'is left out, because another job of its run has its job_id', was: { status: 'pass' } },
  ],
  [job('', `'again', 'dead', '2024-03-01 10:00:00', '2024-03-01 13:00:00', 'dirty'`)],
  [job('', `null, 'pass', ${times}`), { table: 'jobs', key: 'job_id', problem: 'is null' }],
  [job('', `'a/b', 'pass', ${times}`), { table: 'jobs', key: 'job_id', problem: 'cannot stand in a URL', now: 'a_b' }],
  [
    job(', overrides, tasks', `'nan', 'pass', ${times}, '{"a": NaN, "b": [-Infinity, 1]}', '[1, 2'`),
    { table: 'jobs', key: 'overrides', problem: 'has NaN or Infinity' },
    { table: 'jobs', key: 'tasks', problem: 'is no JSON', was: '[1, 2' },
  ],
  [job('', `'nothing', null, ${times}`), { table: 'jobs', key: 'status', problem: 'is null', now: 'unknown' }],
  [job('', `'odd', 'exploded', ${times}`), { table: 'jobs', key: 'status', problem: 'is no status', now: 'unknown' }],
  [
    job('', `'silent', 'queued', '2024-03-01 10:00:00', null, 'dirty'`),
    { table: 'jobs', key: 'updated', problem: 'is null', now: '2024-03-01 10:00:00.000000' },
  ],
  [
    job(', started, "timestamp"', `'far', 'pass', ${times}, 'infinity', '0099-01-01 00:00:00'`),
    { table: 'jobs', key: 'started', problem: 'is outside 1684-2255', was: 'infinity' },
    { table: 'jobs', key: 'timestamp', problem: 'is outside 1684-2255' },
  ],
  [
    job(', description', `'long', 'fail', ${times}, repeat('x', 600000)`),
    { table: 'jobs', key: 'description', problem: 'is too long', now: 'its first 80000 characters' },
  ],
  [job(', overrides', `'legacy', 'pass', ${times}, ''`)],
  [
    "insert into runs (name, posted) values ('a/b', now())",
    { table: 'runs', key: 'name', problem: 'cannot be its name', now: 'a_b' },
  ],
  [
    "insert into runs (name, posted) values ('dirty', now())",
    { table: 'runs', key: 'name', problem: 'cannot be its name' },
  ],
  [
    "insert into jobs (job_id, status, posted, updated, name) values ('1', 'pass', now(), now(), 'lost')",
    { table: 'runs', key: 'name', problem: 'these jobs have no run', was: 'lost', now: 'old-lost' },
  ],
  [
    "insert into jobs (job_id, status) values ('2', 'dead')",
    { table: 'runs', key: 'name', problem: 'these jobs have no run', now: 'old-jobs' },
    { table: 'jobs', key: 'posted', problem: 'is null' },
    { table: 'jobs', key: 'updated', problem: 'is null' },
  ],
  [
    "insert into nodes (name, is_vm, locked, locked_since, description) values ('n/1', false, true, '-infinity', repeat('y', 20000))",
    { table: 'nodes', key: 'name', problem: 'cannot be its name', was: 'n/1', now: 'n_1' },
    { table: 'nodes', key: 'locked_since', problem: 'is outside 1684-2255' },
    { table: 'nodes', key: 'description', problem: 'is too long' },
  ],
  [
    "insert into queue (queue, paused_until) values ('q/1', 'infinity')",
    { table: 'queue', key: 'queue', problem: 'cannot be its name', now: 'q_1' },
    { table: 'queue', key: 'paused_until', problem: 'is outside 1684-2255' },
  ],
];

/** Plants all of these rows. Returns the expected lines of the report. */
export async function plantDirt(client: pg.Client): Promise<Expected[]> {
  for (const [statement] of planted) await client.query(statement);
  return planted.flatMap(([, ...expected]) => expected);
}
