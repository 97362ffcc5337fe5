import { columnFields, moreFields } from '../src/core/job.ts';
import { formatTimestamp } from '../src/core/time.ts';
import { runName } from './data.ts';
import type { MinimalAnswer, Row } from './minimal.ts';
import { readPaths } from './traffic-teuthology.ts';

const ofRun = `from jobs where run_id = (select id from runs where name = '${runName(0)}')`;

/** The reads of the teuthology contract. */
export const teuthologyAnswers: Record<string, MinimalAnswer> = {
  [readPaths['t-runs']]: runs(25),
  [readPaths['t-runs-100']]: runs(100),
  [readPaths['t-fields']]: {
    query: `select job_id, status ${ofRun} order by id desc`,
    print: (rows) => JSON.stringify(rows),
  },
  [readPaths['t-nodes']]: {
    query: `select name, description, up, machine_type, is_vm, null as vm_host, os_type, os_version, arch, locked,
      locked_since, locked_by, mac_address, ssh_pub_key from nodes order by name`,
    print: (rows) => JSON.stringify(rows.map(node)),
  },
  [readPaths['t-run']]: {
    query: `select job_documents.*, jobs.*, to_print.run from jobs join job_documents on job_documents.id = jobs.id
      cross join (select name as run from runs where name = '${runName(0)}') as to_print
      where run_id = (select id from runs where name = '${runName(0)}') order by job_id`,
    print: (rows) => `{"jobs":[${rows.map(job).join(',')}]}`,
  },
};

function runs(count: number): MinimalAnswer {
  return {
    query: `select * from runs order by posted desc, id desc limit ${count}`,
    print: (rows) => JSON.stringify(rows.map(run)),
  };
}

/** SQLite has 0 and 1 for booleans. */
function node(row: Row): Row {
  return { ...row, up: Boolean(row.up), is_vm: Boolean(row.is_vm), locked: Boolean(row.locked) };
}

function time(value: Row[string] | undefined): string | null {
  return formatTimestamp(value as number | null);
}

function run(row: Row): object {
  const { name, user, status, queued, pass, running, waiting, fail, dead, unknown, sha1, flavor } = row;
  const total = [queued, pass, running, waiting, fail, dead, unknown].reduce<number>((sum, n) => sum + Number(n), 0);
  return {
    name,
    href: `http://127.0.0.1:8080/runs/${name}/`,
    user,
    status,
    results: { queued, pass, running, waiting, fail, dead, unknown, total, sha1, flavor },
    jobs_count: total,
    posted: time(row.posted),
    scheduled: time(row.scheduled),
    started: time(row.started),
    updated: time(row.updated),
    branch: row.branch,
    suite: row.suite,
    machine_type: row.machine_type,
    sha1,
    priority: row.priority,
    flavor,
    tags: [],
  };
}

const gathered = Object.keys(moreFields).filter((key) => !(columnFields as readonly string[]).includes(key));

/** Texts that are stored as JSON are passed on as they are; the order of the keys is left to chance. */
function job(row: Row): string {
  const { run, job_id, status, success, branch, failure_reason, priority, queue, sha1, user } = row;
  const columns = { job_id, status, success, branch, failure_reason, priority, queue, sha1, user };
  const times = { posted: time(row.posted), started: time(row.started), updated: time(row.updated) };
  const log_href = `http://qa-proxy.ceph.com/teuthology/${run}/${job_id}/teuthology.log`;
  const more = String(row.more);
  const absent = gathered.filter((key) => !more.includes(`"${key}":`)).map((key) => `,"${key}":null`);
  return (
    `${JSON.stringify({ log_href, ...columns, ...times }).slice(0, -1)},${String(row.small).slice(1, -1)}` +
    `${more === '{}' ? '' : ','}${more.slice(1, -1)}${absent.join('')},"kernel":${row.kernel},` +
    `"overrides":${row.overrides},"roles":${row.roles},"targets":${row.targets},"tasks":${row.tasks}}`
  );
}
