/** Prints jobs (teuthology contract §2.3). */
import { type DocumentField, type MoreField, type SmallField, smallFields } from '../../core/job.ts';
import { logHref, pathPart } from '../../core/paths.ts';
import { formatTimestamp } from '../../core/time.ts';
import { allColumns, type JobColumn, type PartialJob, type WholeJob } from '../../store/read/jobs.ts';
import { refuse } from '../errors.ts';
import { longText } from '../list-stream.ts';
import type { TeuthologyContext } from './answers.ts';
import { splitFields } from './run-shapes.ts';

/** A job while it is printed. `small` and `more` are parsed once. */
interface View {
  job: WholeJob;
  small: Record<string, unknown>;
  more: Record<string, unknown>;
  base: string;
  context: TeuthologyContext;
}

/** How a key is printed, and which columns it needs. */
interface Field {
  needs: JobColumn[];
  print: (view: View) => string;
}

const json = JSON.stringify as (value: unknown) => string;

function column(key: JobColumn): Field {
  return { needs: [key], print: ({ job }) => json(job[key]) };
}

/** SQLite returns 0 and 1 for booleans. */
function booleanColumn(key: 'success'): Field {
  return { needs: [key], print: ({ job }) => (job[key] === null ? 'null' : String(Boolean(job[key]))) };
}

function timeColumn(key: 'posted' | 'started' | 'updated'): Field {
  return { needs: [key], print: ({ job }) => (job[key] === null ? 'null' : `"${formatTimestamp(job[key])}"`) };
}

function document(key: DocumentField): Field {
  return { needs: [key], print: ({ job }) => job[key] ?? 'null' };
}

/** Converts values that are stored as sent to the types of this contract: texts, whole numbers, booleans. */
function small(key: SmallField): Field {
  const kind = smallFields[key];
  const print = ({ small: values }: View) => {
    const value = values[key];
    if (value === null) return 'null';
    if (kind === 'number') return json(roundAwayFromZero(Number(value)));
    return kind === 'boolean' ? json(value) : json(String(value));
  };
  return { needs: ['small'], print };
}

/** Rounds 1.5 to 2 and 2.5 to 3, as the old server's database does (teuthology contract §3.1). */
function roundAwayFromZero(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value)) || 0;
}

function more(key: MoreField): Field {
  return { needs: ['more'], print: ({ more: values }) => json(values[key] ?? null) };
}

/** The keys of every job, in order (teuthology contract §2.3). */
const always: Record<string, Field> = {
  log_href: {
    needs: ['run', 'job_id'],
    print: ({ job, context }) => json(logHref(context.config.job_log_href_templ, job.run, job.job_id)),
  },
  archive_path: small('archive_path'),
  description: column('description'),
  duration: small('duration'),
  email: small('email'),
  failure_reason: column('failure_reason'),
  flavor: column('flavor'),
  job_id: column('job_id'),
  kernel: document('kernel'),
  last_in_suite: small('last_in_suite'),
  machine_type: column('machine_type'),
  name: column('name'),
  nuke_on_error: small('nuke_on_error'),
  os_type: small('os_type'),
  os_version: more('os_version'),
  overrides: document('overrides'),
  owner: small('owner'),
  pid: small('pid'),
  roles: document('roles'),
  sentry_event: more('sentry_event'),
  status: column('status'),
  success: booleanColumn('success'),
  branch: column('branch'),
  seed: more('seed'),
  sha1: column('sha1'),
  subset: more('subset'),
  suite: more('suite'),
  suite_branch: more('suite_branch'),
  suite_path: more('suite_path'),
  suite_relpath: more('suite_relpath'),
  suite_repo: more('suite_repo'),
  suite_sha1: more('suite_sha1'),
  targets: document('targets'),
  tasks: document('tasks'),
  timestamp: more('timestamp'),
  teuthology_branch: small('teuthology_branch'),
  verbose: small('verbose'),
  pcp_grafana_url: more('pcp_grafana_url'),
  priority: column('priority'),
  user: column('user'),
  queue: column('queue'),
  package_source: more('package_source'),
  posted: timeColumn('posted'),
  started: timeColumn('started'),
  updated: timeColumn('updated'),
};

/** Further keys that only this server returns. They follow the others if a job has them (teuthology contract §7.47). */
export const whenSet: Record<string, Field> = {
  teuthology_sha1: more('teuthology_sha1'),
  repo: more('repo'),
  sleep_before_teardown: more('sleep_before_teardown'),
  no_nested_subset: more('no_nested_subset'),
  first_in_suite: more('first_in_suite'),
  cbt_perf_url: more('cbt_perf_url'),
  failure_reason_detail: more('failure_reason_detail'),
  issue_url: more('issue_url'),
  comment: more('comment'),
};

/** The keys that `fields` can name: all of these, `id`, `run_id` and `href`. */
const byName: Record<string, Field> = {
  ...always,
  ...whenSet,
  id: column('id'),
  run_id: column('run_id'),
  href: {
    needs: ['run', 'job_id'],
    print: ({ job, base }) => json(`${base}/runs/${pathPart(job.run)}/jobs/${pathPart(job.job_id)}/`),
  },
};

/** Prints a selection of keys. `columns` are the columns that it needs. */
export interface JobPrinter {
  columns: readonly JobColumn[];
  /** The parts of its text: what is long is one of them (list-stream.ts). */
  print: (job: PartialJob, base: string, context: TeuthologyContext) => string[];
}

/** Prints complete jobs. */
export const wholeJob: JobPrinter = printer(Object.entries(always), allColumns, Object.entries(whenSet));

/** Prints the keys in a `fields` parameter, in its order. Refuses unknown keys. */
export function jobFields(fields: string): JobPrinter {
  const chosen: [string, Field][] = [];
  for (const name of splitFields(fields)) {
    const field = Object.hasOwn(byName, name) ? byName[name] : undefined;
    if (!field) refuse('fields', 'an invalid field was specified');
    chosen.push([name, field]);
  }
  return printer(chosen, [...new Set(chosen.flatMap(([, field]) => field.needs))]);
}

function printer(
  fields: [string, Field][],
  columns: readonly JobColumn[],
  optional: [string, Field][] = [],
): JobPrinter {
  const needsSmall = columns.includes('small');
  const needsMore = columns.includes('more');
  return {
    columns,
    print: (job, base, context) => {
      const full = job as WholeJob;
      const view: View = {
        job: full,
        small: needsSmall ? JSON.parse(full.small) : {},
        more: needsMore ? JSON.parse(full.more) : {},
        base,
        context,
      };
      const parts: string[] = [];
      let [printed, separator] = ['', '{'];
      const add = (key: string, text: string) => {
        printed += `${separator}"${key}":`;
        separator = ',';
        if (text.length <= longText) printed += text;
        else {
          parts.push(printed, text);
          printed = '';
        }
      };
      for (const [key, field] of fields) add(key, field.print(view));
      for (const [key, field] of optional) {
        const text = field.print(view);
        if (text !== 'null') add(key, text);
      }
      parts.push(separator === '{' ? '{}' : `${printed}}`);
      return parts;
    },
  };
}
