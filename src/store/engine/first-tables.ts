/** The tables of the first migration. */
import { signatureVersion } from '../../core/signature.ts';
import type { ColumnTypes } from './dialect.ts';

/** The statements of the first migration. */
export function createTables(types: ColumnTypes): string[] {
  return [...runs(types), ...jobs(types), ...nodes(types), ...texts(types)];
}

function runs({ id, integer, text }: ColumnTypes): string[] {
  return [
    `create table runs (
      id ${id},
      name ${text} not null unique,
      status ${text} not null,
      "user" ${text} not null,
      suite ${text} not null,
      branch ${text} not null,
      machine_type ${text} not null,
      scheduled ${integer} not null,
      posted ${integer} not null,
      started ${integer},
      updated ${integer},
      first_job ${text},
      sha1 ${text},
      flavor ${text},
      priority ${integer},
      tags text not null,
      queued integer not null,
      pass integer not null,
      running integer not null,
      waiting integer not null,
      fail integer not null,
      dead integer not null,
      unknown integer not null
    )`,
    'create index runs_posted on runs (posted, id)',
    'create index runs_scheduled on runs (scheduled, id)',
    // Lists of runs are read in the order of an index, whatever the filter.
    ...['branch', 'suite', 'status', 'machine_type', 'user', 'sha1'].map(
      (column) => `create index runs_${column} on runs ("${column}", scheduled, id)`,
    ),
    'create index runs_suite_branch on runs (suite, branch, scheduled, id)',
    // `coalesce` puts missing values first on both engines, which order nulls differently.
    ...['updated', 'started', 'priority'].map(
      (column) => `create index runs_${column} on runs (coalesce(${column}, -1), id)`,
    ),
    'create index runs_fail on runs (fail, id)',
    // These find the few runs with jobs in a rare status, because `jobs` has no index on the status (docs/decisions/0001-group-commit.md).
    ...['queued', 'running', 'waiting', 'dead', 'unknown'].map(
      (status) => `create index runs_${status} on runs (scheduled, id) where ${status} > 0`,
    ),
  ];
}

/**
 * `jobs` has indexes only on columns that never or rarely change, so that PostgreSQL changes a status without touching any index
 * (a HOT update). `posted` is part of the index of every list that is ordered by it.
 */
function jobs({ id, integer, boolean, text, document, storage }: ColumnTypes): string[] {
  return [
    `create table jobs (
      id ${id},
      run_id ${integer} not null references runs (id) on delete cascade,
      job_id ${text} not null,
      status ${text} not null,
      success ${boolean},
      posted ${integer} not null,
      started ${integer},
      updated ${integer} not null,
      small text not null,
      name ${text},
      machine_type ${text},
      flavor ${text},
      branch ${text},
      failure_reason ${text},
      priority ${integer},
      queue ${text},
      sha1 ${text},
      "user" ${text},
      more text not null,
      document_hashes text not null,
      signature ${text},
      description_hash ${text},
      unique (run_id, job_id)
    )`,
    'create index jobs_run on jobs (run_id, id)',
    'create index jobs_job_id on jobs (job_id)',
    // Includes the machine type, so that thousands of jobs are counted by it without reading their rows of 2.5 KB.
    'create index jobs_posted on jobs (posted, id, machine_type)',
    'create index jobs_branch on jobs (branch, posted, id)',
    'create index jobs_user on jobs ("user", posted, id)',
    // A prefix, because PostgreSQL refuses to index a text of more than 2,700 bytes.
    'create index jobs_name on jobs (substr(name, 1, 100), posted, id)',
    'create index jobs_description on jobs (description_hash, posted, id, run_id) where description_hash is not null',
    'create index jobs_sha1 on jobs (sha1, run_id)',
    'create index jobs_flavor on jobs (flavor, run_id)',
    'create index jobs_signature on jobs (run_id, signature) where signature is not null',
    `create table job_documents (
      id ${integer} primary key references jobs (id) on delete cascade,
      kernel ${document},
      overrides ${document},
      roles ${document},
      targets ${document},
      tasks ${document}
    )`,
    // Vacuums the table when a fiftieth of its rows are dead, not a fifth. With a million jobs and a daily `prune` that is after a
    // week, not after 80 days (docs/decisions/0008-space-on-disk.md).
    ...['jobs', 'job_documents'].flatMap((table) => storage(table, 'autovacuum_vacuum_scale_factor = 0.02')),
  ];
}

function nodes({ id, integer, boolean, text, storage }: ColumnTypes): string[] {
  return [
    `create table nodes (
      id ${id},
      name ${text} not null unique,
      description text,
      up ${boolean},
      machine_type ${text},
      arch ${text},
      is_vm ${boolean} not null,
      os_type ${text},
      os_version ${text},
      vm_host_id ${integer} references nodes (id) on delete set null,
      locked ${boolean} not null,
      locked_by ${text},
      locked_since ${integer},
      unlocked_since ${integer},
      mac_address ${text},
      ssh_pub_key text
    )`,
    'create index nodes_machine_type on nodes (machine_type, name)',
    'create index nodes_vm_host on nodes (vm_host_id)',
    `create table job_nodes (
      node_id ${integer} not null references nodes (id) on delete cascade,
      job_id ${integer} not null references jobs (id) on delete cascade,
      posted ${integer} not null,
      status ${text} not null,
      primary key (node_id, posted, job_id)
    )`,
    // Node counts read only these indexes: 33,000 jobs take 24 ms on SQLite. The third one serves counts for one machine type.
    'create index job_nodes_status on job_nodes (node_id, status, posted, job_id)',
    'create index job_nodes_posted on job_nodes (posted, node_id, status)',
    'create index job_nodes_job on job_nodes (job_id, node_id, status)',
    ...storage('job_nodes', 'autovacuum_vacuum_scale_factor = 0.02'),
    `create table queues (
      queue ${text} primary key,
      paused_by ${text},
      paused_since ${integer},
      paused_until ${integer},
      pause_duration double precision
    )`,
  ];
}

function texts({ integer, text }: ColumnTypes): string[] {
  return [
    `create table descriptions (hash ${text} primary key, description text not null)`,
    `create table signatures (
      id ${text} primary key,
      version integer not null,
      kind ${text} not null,
      title text not null
    )`,
    `create table indexed (version integer not null, up_to ${integer} not null)`,
    `insert into indexed (version, up_to) values (${signatureVersion}, 0)`,
  ];
}
