/** Where a few letters could lead: the jump box. */
import { pagePath, readForeignAddress } from '../../core/paths.ts';
import { literalTerm } from '../../core/query-print.ts';
import { containsInAnyCase } from '../engine/dialect.ts';
import type { Reader } from '../reader.ts';

/** Something that was found, and its path below the dashboard's base. */
export interface Found {
  kind: 'run' | 'job' | 'node' | 'branch' | 'suite' | 'sha1' | 'user';
  label: string;
  detail: string;
  path: string;
}

/** At most 20 runs, jobs, nodes, branches and others that match a text; an address of a run or job leads to it. */
export async function searchAnything(db: Reader, text: string): Promise<Found[]> {
  const wanted = readForeignAddress(text)?.run ?? text.trim();
  if (wanted.length < 2) return [];
  const [jobs, runs, nodes] = await Promise.all([
    jobsById(db, wanted),
    db.kysely
      .selectFrom('runs')
      .select(['name', 'status', 'branch', 'suite', 'sha1', 'user'])
      .where(containsInAnyCase('runs.name', wanted))
      .orderBy('scheduled', 'desc')
      .limit(8)
      .execute(),
    db.kysely
      .selectFrom('nodes')
      .select(['name', 'machine_type'])
      .where(containsInAnyCase('nodes.name', wanted))
      .orderBy('name')
      .limit(5)
      .execute(),
  ]);
  const facets = (['branch', 'suite', 'user'] as const).flatMap((kind) =>
    [...new Set(runs.map((run) => run[kind]))]
      .filter((value) => value.toLowerCase().includes(wanted.toLowerCase()))
      .slice(0, 2)
      .map((value) => ({
        kind,
        label: value,
        detail: `runs of this ${kind}`,
        path: pagePath.runs({ q: literalTerm(kind, value) }),
      })),
  );
  return [
    ...jobs,
    ...(await sha1s(db, wanted)),
    ...facets,
    ...runs.map(({ name, status }): Found => ({ kind: 'run', label: name, detail: status, path: pagePath.run(name) })),
    ...nodes.map(
      ({ name, machine_type }): Found => ({
        kind: 'node',
        label: name,
        detail: machine_type ?? '',
        path: pagePath.node(name),
      }),
    ),
  ].slice(0, 20);
}

async function jobsById(db: Reader, text: string): Promise<Found[]> {
  if (!/^\d{1,15}$/.test(text)) return [];
  const rows = await db.kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(['runs.name', 'jobs.job_id', 'jobs.status'])
    .where('jobs.job_id', '=', text)
    .limit(3)
    .execute();
  return rows.map(({ name, job_id, status }) => ({
    kind: 'job',
    label: job_id,
    detail: `${status} · ${name}`,
    path: pagePath.job(name, job_id),
  }));
}

async function sha1s(db: Reader, text: string): Promise<Found[]> {
  if (!/^[0-9a-f]{4,40}$/.test(text)) return [];
  const rows = await db.kysely
    .selectFrom('runs')
    .select('sha1')
    .distinct()
    .where('sha1', '>=', text)
    .where('sha1', '<', `${text}\u{10ffff}`)
    .limit(3)
    .execute();
  return rows.map(({ sha1 }) => ({
    kind: 'sha1',
    label: sha1 ?? '',
    detail: 'runs of this build',
    path: pagePath.runs({ q: literalTerm('sha1', sha1 ?? '') }),
  }));
}
