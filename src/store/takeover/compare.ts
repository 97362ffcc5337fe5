/** Jobs and runs as they are stored here, back in the columns of the old database, and what differs there. */
import { type DocumentField, documentFields, isMoreField, isSmallField } from '../../core/job.ts';
import type { Reader, RunRow } from '../engine/schema.ts';
import type { CleanJob } from './clean.ts';
import { oldKeys } from './old-database.ts';

/** One column that differs; `there` and `here` as text, null for none. */
export interface Difference {
  run: string;
  job_id?: string;
  key: string;
  there: string | null;
  here: string | null;
}

type Values = Record<string, string | null>;

/** What differs between two rows. */
export function differences(about: Pick<Difference, 'run' | 'job_id'>, there: Values, here: Values): Difference[] {
  return Object.keys(there)
    .filter((key) => there[key] !== (here[key] ?? null))
    .map((key) => ({ ...about, key, there: there[key] ?? null, here: here[key] ?? null }));
}

const columns = [
  'name',
  'machine_type',
  'flavor',
  'branch',
  'failure_reason',
  'priority',
  'queue',
  'sha1',
  'user',
  'description',
];

/** An old job, cleaned of what cannot be copied. */
export function valuesThere({ texts, nodes, ...job }: CleanJob): Values {
  const values: Values = { nodes: nodes.toSorted((a, b) => a - b).join(' ') };
  for (const key of ['id', 'job_id', 'status', 'success', 'posted', 'started', 'updated'] as const) {
    values[key] = job[key] === null ? null : String(job[key]);
  }
  for (const key of [...oldKeys, ...documentFields]) values[key] = texts.get(key) ?? null;
  const { timestamp } = values;
  if (timestamp) values.timestamp = timestamp.replace('_', ' ').replace(/"$/, '.000000"');
  return values;
}

/** The jobs with these internal ids, by id. */
export async function valuesHere({ kysely }: Reader, ids: number[]): Promise<Map<number, Values>> {
  const jobs = await kysely
    .selectFrom('jobs')
    .leftJoin('job_documents', 'job_documents.id', 'jobs.id')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .where('jobs.id', 'in', ids)
    .select(documentFields)
    .select('description')
    .selectAll('jobs')
    .execute();
  const links = await kysely.selectFrom('job_nodes').selectAll().where('job_id', 'in', ids).execute();
  const nodes = Map.groupBy(links, ({ job_id }) => job_id);
  return new Map(
    jobs.map((job) => {
      const linked = (nodes.get(job.id) ?? []).filter(
        (link) => link.posted === job.posted && link.status === job.status,
      );
      return [
        job.id,
        {
          ...jobValues(job),
          nodes: linked
            .map(({ node_id }) => node_id)
            .sort((a, b) => a - b)
            .join(' '),
        },
      ];
    }),
  );
}

type StoredJob = Record<DocumentField | 'small' | 'more', string | null> & Record<string, unknown>;

function jobValues(job: StoredJob): Values {
  const small = JSON.parse(job.small as string) as Record<string, unknown>;
  const more = JSON.parse(job.more as string) as Record<string, unknown>;
  const printed = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  const values: Values = {};
  for (const key of ['id', 'job_id', 'status', 'posted', 'started', 'updated']) {
    values[key] = job[key] === null ? null : String(job[key]);
  }
  values.success = job.success === null ? null : String(Boolean(job.success));
  for (const key of oldKeys) {
    if (columns.includes(key)) values[key] = printed(job[key]);
    else if (isSmallField(key)) values[key] = printed(small[key]);
    else if (isMoreField(key)) values[key] = printed(more[key]);
  }
  for (const key of documentFields) values[key] = job[key] ?? null;
  return values;
}

/** The columns of a run; what people here may have changed is left out. */
export function runValues(run: Partial<RunRow>): Values {
  const { revision: _, tags: __, ...row } = run;
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]));
}
