import type { ColumnTypes } from './dialect.ts';

/**
 * Views for people who ask the database itself (docs/operate.md): times as times, the values that are kept together as columns. They keep no
 * data, so every migration that makes them makes them as they are now. One that changes a column that they read drops them first.
 */
export function analystViews({ time, view, member, whole }: ColumnTypes): string[] {
  const times = (table: string, columns: string[]) =>
    columns.map((column) => `${time(`${table}.${column}`)} as ${column}`);
  const members = (column: string, keys: string[]) => keys.map((key) => `${member(`jobs.${column}`, key)} as ${key}`);
  const counts = ['queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown'];
  return [
    ...view(
      'v_runs',
      `select id, name, status, "user", suite, branch, machine_type, sha1, flavor, priority, tags,
      ${times('runs', ['scheduled', 'posted', 'started', 'updated']).join(', ')}, ${counts.join(', ')},
      ${counts.join(' + ')} as jobs from runs`,
    ),
    ...view(
      'v_jobs',
      `select jobs.id, jobs.run_id, runs.name as run, jobs.job_id, jobs.status, jobs.success,
      ${times('jobs', ['posted', 'started', 'updated']).join(', ')},
      ${whole('jobs.small', 'duration')} as duration, descriptions.description, jobs.failure_reason,
      jobs.signature as cause, signatures.title as cause_title, jobs.branch, jobs.sha1, jobs.flavor, jobs.machine_type,
      jobs."user", jobs.queue, jobs.priority, ${members('small', ['os_type', 'owner']).join(', ')},
      ${members('more', ['suite', 'os_version']).join(', ')}
      from jobs join runs on runs.id = jobs.run_id left join signatures on signatures.id = jobs.signature
      left join descriptions on descriptions.hash = jobs.description_hash`,
    ),
  ];
}
