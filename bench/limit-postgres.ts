/** What PostgreSQL itself does with the statements and rows of the server: pgbench, as many connections as clients. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { documentFields } from '../src/core/job.ts';
import { startChild } from './child.ts';
import { clients, firstPostedId, firstSeededId, runPrefix } from './data.ts';
import type { Limit, LimitOrder, WriteKind } from './limits.ts';
import { type Contract, documentJobColumns, hostsOfRow, type StoredRow, storedRows } from './rows.ts';
import { seededJobs } from './traffic.ts';

/** pgbench has no null and no empty text: this becomes one. */
const nothing = '(null)';

const names = documentJobColumns.map((column) => `"${column}"`);

/** Statements of one write, in the words of pgbench; `:name` are its variables, `:run` is the number of the run. */
export const postgresStatements = {
  lockRun: 'select * from runs where name = :prefix || :run for update',
  readJob: 'select * from jobs where run_id = :r_id and job_id = :job',
  saveJob: `insert into jobs (run_id, job_id, status, posted, updated, ${names.join(', ')})
    values (:r_id, :job, :status, :at, :at, ${documentJobColumns.map(variable).join(', ')})
    on conflict (run_id, job_id) do update set status = excluded.status, updated = excluded.updated,
    ${names.map((name) => `${name} = excluded.${name}`).join(', ')} returning id`,
  insertDocument: `insert into job_documents (id, kernel, overrides, roles, targets, tasks)
    values (:j_id, :kernel, :overrides, :roles, :targets, :tasks)`,
  updateDocument: `update job_documents set overrides = :overrides, roles = :roles, targets = :targets, tasks = :tasks
    where id = :j_id`,
  updateRun: `update runs set status = 'running', updated = :at, pass = pass + 1 where id = :r_id`,
};

/** Links a job to the nodes that its document names. */
export function linkStatement(row: StoredRow): string {
  const hosts = hostsOfRow(row).map((host) => `'${host}'`);
  return `insert into job_nodes (node_id, job_id, posted, status) select id, :j_id, 0, 'queued' from nodes where name in (${hosts})
    on conflict (node_id, job_id) do nothing`;
}

function variable(column: string): string {
  const value = `nullif(:${column}, '${nothing}')`;
  return column === 'priority' ? `cast(${value} as bigint)` : value;
}

/** Starts the limit on a seeded database; without pgbench a loop over the driver, which is slower, takes its place. */
export function startPostgresLimit(url: string, folder: string, contract: Contract): Limit {
  const pgbench = findPgbench();
  if (pgbench === null) {
    const child = startChild('limit-driver.ts', [url, contract]);
    const title = `pg driver, ${clients} connections (pgbench is not installed)`;
    return { title, measure: (order) => child.ask(order), stop: child.stop };
  }
  let posted = firstPostedId;
  return {
    title: `pgbench, ${clients} connections`,
    async measure({ kind, seconds, oneRun = false }: LimitOrder) {
      // As the clients do: a new or another document is each time another one, the rest needs only one.
      const rows = storedRows(contract).slice(0, kind === 'post' || kind === 'put-changed' ? undefined : 1);
      const scripts = rows.map((row, n) => {
        const script = join(folder, `${kind}-${n}.pgbench`);
        writeFileSync(script, pgbenchScript(kind, oneRun, row).replace(documentVariable, `:$1_${n}`));
        return script;
      });
      const values = rows.flatMap((row, n) =>
        Object.entries(rowVariables(row)).map(([name, value]) => `${name}_${n}=${value}`),
      );
      const variables = [...values, ...Object.entries(fixedVariables()).map((pair) => pair.join('=')), `n=${posted}`];
      // No client can be further than that when the next round begins.
      posted += 100_000;
      return runPgbench(pgbench, scripts, url, seconds, variables);
    },
    stop: async () => {},
  };
}

/** A variable that holds a value of a document. */
const documentVariable = new RegExp(`:(${[...documentJobColumns, ...documentFields].join('|')})\\b`, 'g');

/** The values of the variables that do not change from write to write. */
export function fixedVariables(): Record<string, string> {
  return { prefix: runPrefix, at: String(Date.now() * 1000), status: 'pass' };
}

/** The values of the variables of one document. */
export function rowVariables(row: StoredRow): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? nothing)]));
}

function pgbenchScript(kind: WriteKind, oneRun: boolean, row: StoredRow): string {
  const { lockRun, readJob, saveJob, insertDocument, updateDocument, updateRun } = postgresStatements;
  const document = {
    post: [insertDocument, linkStatement(row)],
    'put-changed': [updateDocument, linkStatement(row)],
    'put-status': [],
    'put-whole': [],
  };
  const lines = [
    kind === 'post'
      ? `\\set n :n + 1\n\\set job :n * ${clients} + :client_id`
      : `\\set n :n + 1\n\\set job ${firstSeededId} + :n % ${seededJobs}`,
    `\\set run ${oneRun ? '0' : ':client_id'}`,
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

/** Runs scripts, each as often as any other, with as many connections as there are clients; answers how often it was carried out in a second. */
export async function runPgbench(
  pgbench: string,
  scripts: string[],
  url: string,
  seconds: number,
  variables: string[],
): Promise<number> {
  const options = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(Math.ceil(seconds))];
  const files = scripts.flatMap((script) => ['-f', script]);
  const defined = variables.flatMap((variable) => ['-D', variable]);
  const run = promisify(execFile)(pgbench, [...options, ...files, ...defined, url]);
  // The message of the error itself would repeat every value.
  const { stdout } = await run.catch(({ stderr }: { stderr: string }) => {
    throw new Error(`pgbench failed: ${stderr}`);
  });
  const tps = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
  if (tps === undefined) throw new Error(`pgbench failed: ${stdout}`);
  return Number(tps);
}

/** Where pgbench is installed, or null. */
export function findPgbench(): string | null {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'pgbench'));
  return [...onPath, ...globSync('/usr/lib/postgresql/*/bin/pgbench')].find((path) => existsSync(path)) ?? null;
}
