import type { Migration } from '../dialect.ts';

/**
 * How the jobs of a node ended stands beside its links: with a million jobs a node has 10,000, and looking each of them
 * up took 24 ms. Two narrow indexes answer without the tables; neither is touched by a change of a job without nodes.
 */
export const nodeResults: Migration = {
  id: 8,
  name: 'node-results',
  statements: ({ text }) => [
    `alter table job_nodes add column status ${text} not null default 'unknown'`,
    'update job_nodes set status = (select status from jobs where jobs.id = job_nodes.job_id)',
    'create index job_nodes_status on job_nodes (node_id, status, job_id)',
    'drop index job_nodes_job',
    'create index job_nodes_job on job_nodes (job_id, node_id, status)',
    // The jobs of a node that have one name, which is nearly always that of a run, are among the few of that name.
    // PostgreSQL refuses to index a text of more than 2,700 bytes.
    'create index jobs_name on jobs (substr(name, 1, 100), id)',
  ],
};
