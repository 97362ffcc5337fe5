/** What PostgreSQL itself does with the statements and rows of the server: pgbench, as many connections as clients. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from './child.ts';
import { clients, firstPostedId, firstSeededId, runPrefix } from './data.ts';
import type { Limit, LimitOrder, WriteKind } from './limits.ts';
import { storedRows } from './rows.ts';
import { seededJobs } from './traffic.ts';

/** Statements of one write, in the words of pgbench; `:name` are its variables. */
export const postgresStatements = {
  lockRun: 'select * from runs where name = :prefix || :client_id for update',
  readJob: 'select * from jobs where run_id = :r_id and job_id = :job',
  saveJob: `insert into jobs (run_id, job_id, status, posted, updated, small, document_hashes)
    values (:r_id, :job, :status, :at, :at, :small, :hashes)
    on conflict (run_id, job_id) do update set status = excluded.status, updated = excluded.updated,
    small = excluded.small, document_hashes = excluded.document_hashes returning id`,
  insertDocument: `insert into job_documents (id, kernel, overrides, roles, targets, tasks)
    values (:j_id, :kernel, :overrides, :roles, :targets, :tasks)`,
  updateDocument: `update job_documents set overrides = :overrides, roles = :roles, targets = :targets, tasks = :tasks
    where id = :j_id`,
  updateRun: `update runs set status = 'running', updated = :at, pass = pass + 1 where id = :r_id`,
};

/** Starts the limit on a seeded database; without pgbench a loop over the driver, which is slower, takes its place. */
export function startPostgresLimit(url: string, folder: string): Limit {
  const pgbench = findPgbench();
  if (pgbench === null) {
    const child = startChild('limit-driver.ts', [url]);
    const title = `pg driver, ${clients} connections (pgbench is not installed)`;
    return { title, measure: (order) => child.ask(order), stop: child.stop };
  }
  let posted = firstPostedId;
  return {
    title: `pgbench, ${clients} connections`,
    async measure({ kind, seconds }: LimitOrder) {
      const script = join(folder, `${kind}.pgbench`);
      writeFileSync(script, pgbenchScript(kind));
      const variables = Object.entries({ ...limitVariables(), n: posted }).map(([name, value]) => `${name}=${value}`);
      // No client can be further than that when the next round begins.
      posted += 100_000;
      const options = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(Math.ceil(seconds))];
      const defined = variables.flatMap((variable) => ['-D', variable]);
      const { stdout } = await promisify(execFile)(pgbench, [...options, '-f', script, ...defined, url]);
      const tps = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
      if (tps === undefined) throw new Error(`pgbench failed: ${stdout}`);
      return Number(tps);
    },
    stop: async () => {},
  };
}

/** The values of the variables that do not change from write to write. */
export function limitVariables(): Record<string, string> {
  const { document_hashes, ...row } = storedRows()[0]!;
  const at = String(Date.now() * 1000);
  const values = Object.entries({ ...row, hashes: document_hashes, prefix: runPrefix, at, status: 'pass' });
  return Object.fromEntries(values.map(([name, value]) => [name, value ?? 'null']));
}

function pgbenchScript(kind: WriteKind): string {
  const { lockRun, readJob, saveJob, insertDocument, updateDocument, updateRun } = postgresStatements;
  const document = { post: [insertDocument], 'put-changed': [updateDocument], 'put-status': [], 'put-whole': [] };
  const lines = [
    kind === 'post'
      ? '\\set n :n + 1\n\\set job :n'
      : `\\set n :n + 1\n\\set job ${firstSeededId} + :n % ${seededJobs}`,
    'begin;',
    `${lockRun} \\gset r_`,
    kind === 'post' ? `${readJob};` : `${readJob} \\gset j_`,
    `${saveJob} \\gset j_`,
    ...document[kind].map((statement) => `${statement};`),
    `${updateRun};`,
    'commit;',
  ];
  return `${lines.join('\n')}\n`;
}

function findPgbench(): string | null {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'pgbench'));
  return [...onPath, ...globSync('/usr/lib/postgresql/*/bin/pgbench')].find((path) => existsSync(path)) ?? null;
}
