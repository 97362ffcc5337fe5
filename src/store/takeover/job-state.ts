/** Converts old jobs to rows, with the same functions as for reported jobs; creates the statements that store them, and the row of their run. */
import {
  documentFields,
  type FieldKind,
  isSmallField,
  type JobChange,
  type MoreField,
  moreFields,
  noChange,
  smallFields,
} from '../../core/job.ts';
import type { Members } from '../../core/json-text.ts';
import { jobsTotal, noJobs, runStatus } from '../../core/run.ts';
import { parseRunName } from '../../core/run-name.ts';
import { jobColumns, type RunRow } from '../engine/schema.ts';
import { chunksOf, repeated, type Statement } from '../engine/transaction.ts';
import { createJob, documentHashes, type JobState } from '../write/job-change.ts';
import { saveTexts, upsertText } from '../write/job-sql.ts';
import { type CleanJob, type Findings, timeReader } from './clean.ts';
import type { CleanDocuments } from './clean-documents.ts';
import { type OldRow, type OldRun, type OldValue, oldKeys } from './old-database.ts';

/** Parses the keys of a job as a contract does. Returns the first key whose value is refused, and the reason. */
export type ParseJob = (texts: Members) => JobChange | { refused: string; reason: string };

/** A copied job and the nodes that it ran on. */
export interface CopiedJob {
  state: JobState;
  documents: CleanDocuments;
  nodes: number[];
  suite: string | null;
}

/** Creates a job as if it had been reported, then sets the values that the old server had computed. */
export function copyJob(
  job: CleanJob,
  run: { id: number; name: string },
  parse: ParseJob,
  findings: Findings,
): CopiedJob {
  const change = plainChange(job.values) ?? parseReport(job, run, parse, findings);
  const { id, status, success, posted, started, updated } = job;
  // The status is set first, because the cause depends on it.
  const state = createJob(run.id, job.job_id, { ...change, status }, posted);
  const document_hashes = documentHashes(job.documents);
  Object.assign(state.row, { id, status, success, posted, started, updated, document_hashes });
  return {
    state,
    documents: job.documents,
    nodes: job.nodes,
    suite: (change.more.get('suite') as string | null | undefined) ?? null,
  };
}

/** Returns the change that a contract reads from a report with these values. Refused values are added to the findings and left out. */
function parseReport(job: CleanJob, run: { name: string }, parse: ParseJob, findings: Findings): JobChange {
  const texts: Members = new Map();
  oldKeys.forEach((key, index) => {
    const value = job.values[index] ?? null;
    if (value === null) return;
    if (key === 'timestamp') texts.set(key, JSON.stringify(String(value).slice(0, 19).replace(' ', '_')));
    else texts.set(key, typeof value === 'string' ? JSON.stringify(value) : String(value));
  });
  let change = parse(texts);
  while ('refused' in change) {
    const { refused, reason } = change;
    const was = texts.get(refused);
    if (was === undefined) throw new Error(`${refused} is refused and not there`);
    findings.add({
      table: 'jobs',
      id: job.id,
      run: run.name,
      key: refused,
      problem: reason,
      was: JSON.parse(was),
      now: null,
    });
    texts.delete(refused);
    change = parse(texts);
  }
  return change;
}

/** The `oldKeys` and their types, in order. */
const fields = oldKeys.map((key) => ({
  key,
  kind: isSmallField(key) ? smallFields[key] : moreFields[key as MoreField],
}));

/**
 * Returns the change that a report with these values would make, without serializing and parsing it. Returns null if a value does not
 * have the type of its key, so that a contract has to decide.
 */
function plainChange(values: OldValue[]): JobChange | null {
  const change = noChange();
  for (const [index, { key, kind }] of fields.entries()) {
    const value = values[index] ?? null;
    if (value === null) continue;
    if (!isPlain(kind, value)) return null;
    if (isSmallField(key)) change.small.set(key, JSON.stringify(value));
    else change.more.set(key as MoreField, value);
  }
  return change;
}

function isPlain(kind: FieldKind, value: OldValue): boolean {
  switch (kind) {
    case 'text':
    case 'id':
    case 'time':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return Number.isSafeInteger(value);
  }
}

/** The columns of a copied run. */
export type CopiedRun = Omit<RunRow, 'revision' | 'tags' | 'review'>;

/** The values of a run that come from its jobs, collected while they are copied. */
interface RunSummary {
  counts: ReturnType<typeof noJobs>;
  started: number | null;
  posted: number | null;
  first: JobState['row'] | null;
  branch: string | null;
  machine_type: string | null;
  suite: string | null;
  user: string | null;
}

/** Returns the summary of no jobs. */
export function nothingSeen(): RunSummary {
  const texts = { branch: null, machine_type: null, suite: null, user: null };
  return { counts: noJobs(), started: null, posted: null, first: null, ...texts };
}

/** Adds a job to a summary. */
export function seeJob(summary: RunSummary, { state: { row }, suite }: CopiedJob): void {
  summary.counts[row.status]++;
  if (row.started !== null) summary.started = Math.min(summary.started ?? row.started, row.started);
  summary.posted = Math.min(summary.posted ?? row.posted, row.posted);
  if (summary.first === null || row.job_id < summary.first.job_id) summary.first = row;
  summary.branch = row.branch || summary.branch;
  summary.machine_type = row.machine_type || summary.machine_type;
  summary.user = row.user || summary.user;
  summary.suite = suite || summary.suite;
}

/**
 * Returns the row of a run. Its name, times and texts are those of the old server; everything else comes from its jobs. The old server
 * took the branch and machine type from the name, by rules that do not fit today's names, until a job named them. If no job did, the
 * name is parsed again.
 */
export function runRow(run: OldRun, name: string, jobs: RunSummary, findings: Findings): CopiedRun {
  const row: OldRow = run.row ?? {};
  const about = { table: 'runs', id: run.id, run: name } as const;
  const said = parseRunName(run.name ?? name);
  const time = timeReader(row, about, findings);
  const text = (key: string) => (row[key] as string | null | undefined) || '';
  const [sentPosted, scheduled] = [time('posted'), time('scheduled')];
  const [started, updated] = [time('started'), time('updated')];
  const posted = sentPosted ?? jobs.posted ?? scheduled ?? said.scheduled ?? 0;
  const { first } = jobs;
  return {
    id: run.id,
    name,
    user: text('user') || said.user || jobs.user || '',
    suite: text('suite') || jobs.suite || said.suite,
    branch: jobs.branch === null ? said.branch || text('branch') : text('branch') || jobs.branch,
    machine_type:
      jobs.machine_type === null
        ? said.machine_type || text('machine_type')
        : text('machine_type') || jobs.machine_type,
    posted,
    scheduled: scheduled ?? said.scheduled ?? posted,
    started: jobsTotal(jobs.counts) === 0 ? started : jobs.started,
    updated,
    first_job: first?.job_id ?? null,
    sha1: first?.sha1 ?? null,
    flavor: first?.flavor ?? null,
    priority: first?.priority ?? null,
    status: runStatus(jobs.counts),
    ...jobs.counts,
  };
}

/** Statements with `?` as parameters. */
export interface JobStatements {
  /** The statements for the causes and descriptions that jobs share with others; they come first. */
  shared: Statement[];
  own: Statement[];
}

/** Rows in a statement. Its text is prepared once and reused. With 50 rows, SQLite copies more pages for the rollback of statements. */
const rowsAtATime = 100;

/** Keeps the stored cause if the failure is the same, because evidence may have refined it (write/evidence.ts). */
const signature = `case when jobs.signature is not null and jobs.status = excluded.status
  and jobs.failure_reason is not distinct from excluded.failure_reason then jobs.signature else excluded.signature end`;

const upsertJobs = upsertText('jobs', ['id', ...jobColumns], 'id', ['id', 'run_id'], { values: { signature } });
const upsertDocuments = upsertText('job_documents', ['id', ...documentFields], 'id', ['id'], {
  sent: Object.fromEntries(documentFields.map((key) => [key, 'cast(? as text)'])),
});

/** Returns the statements that store these jobs with their documents and links. */
export function jobStatements(jobs: CopiedJob[]): JobStatements {
  const states = jobs.map(({ state }) => state);
  return { shared: saveTexts('sqlite', states), own: chunksOf(jobs, rowsAtATime).flatMap(saveRows) };
}

function saveRows(jobs: CopiedJob[]): Statement[] {
  const documents = jobs.flatMap(({ state: { row }, documents }) => [
    row.id,
    ...documentFields.map((key) => documents[key] ?? null),
  ]);
  const links = jobs.flatMap(({ state: { row }, nodes }) =>
    nodes.map((node) => [node, row.id, row.posted, row.status]),
  );
  return [
    {
      sql: upsertJobs(jobs.length),
      parameters: jobs.flatMap(({ state: { row } }) => [row.id, ...jobColumns.map((column) => row[column])]),
    },
    { sql: upsertDocuments(jobs.length), parameters: documents },
    ...chunksOf(links, rowsAtATime).map((part) => ({
      sql: `insert into job_nodes (node_id, job_id, posted, status) values ${repeated('(?, ?, ?, ?)', part.length)}`,
      parameters: part.flat(),
    })),
  ];
}
