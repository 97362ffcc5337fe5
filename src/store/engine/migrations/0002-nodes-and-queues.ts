import type { Migration } from '../dialect.ts';

/** Machines, which jobs ran on them, and queues. */
export const nodesAndQueues: Migration = {
  id: 2,
  name: 'nodes-and-queues',
  statements: ({ id, integer, boolean, text }) => [
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
      mac_address ${text},
      ssh_pub_key text
    )`,
    'create index nodes_machine_type on nodes (machine_type, name)',
    'create index nodes_vm_host on nodes (vm_host_id)',
    `create table job_nodes (
      node_id ${integer} not null references nodes (id) on delete cascade,
      job_id ${integer} not null references jobs (id) on delete cascade,
      primary key (node_id, job_id)
    )`,
    'create index job_nodes_job on job_nodes (job_id)',
    `create table queues (
      queue ${text} primary key,
      paused_by ${text},
      paused_since ${integer},
      paused_until ${integer},
      pause_duration double precision
    )`,
  ],
};
