import { publicKey } from './documents.ts';
import { createRandom, hex, int, pick, sample } from './random.ts';
import type { PlannedRun } from './runs.ts';
import { brokenNode, developers, fqdn, machineTypes, operatingSystems } from './vocabulary.ts';

/** Who holds a machine, and why. */
export interface LockHolder {
  locked_by: string;
  description: string;
}

/** A machine as an administrator enters it. The last three keys are set only if it is locked or has a note that says why it is down. */
export interface DemoNode extends Partial<LockHolder> {
  name: string;
  machine_type: string;
  arch: string;
  is_vm: boolean;
  up: boolean;
  os_type: string;
  os_version: string;
  mac_address: string;
  ssh_pub_key: string;
  locked?: true;
}

/** Who holds the machines of a job. Jobs describe their lock by the folder of their archive. */
export function jobHolder(run: { name: string; user: string }, jobId: string): LockHolder {
  const locked_by = `scheduled_${run.user}@teuthology`;
  return { locked_by, description: `/home/teuthworker/archive/${run.name}/${jobId}` };
}

/** All machines: those of running jobs are locked, users hold a few, some are down. */
export function labNodes(seed: number, runs: PlannedRun[]): DemoNode[] {
  const holders = new Map<string, LockHolder>();
  for (const run of runs) {
    for (const { job_id, outcome, nodes } of run.jobs) {
      if (outcome !== 'running') continue;
      // Planned jobs take machines without checking who has them, so the first job gets each.
      for (const node of nodes) {
        if (node !== brokenNode && !holders.has(node)) holders.set(node, jobHolder(run, job_id));
      }
    }
  }
  const random = createRandom(seed, 'lab');
  const known = [...holders.keys(), brokenNode];
  const free = Object.values(machineTypes).flatMap((names) => names.filter((name) => !known.includes(name)));
  const [first, second, ...idle] = sample(random, free, free.length);
  for (const node of idle.slice(0, 3)) {
    const description = `debugging https://tracker.ceph.com/issues/${int(random, 60_000, 74_000)}`;
    holders.set(node, { locked_by: `${pick(random, developers).user}@teuthology`, description });
  }
  const down = new Map([
    [first, 'disk replaced next week'],
    [second, 'no answer from the management controller'],
    [brokenNode, 'reimage failed 10 times'],
  ]);
  return Object.entries(machineTypes).flatMap(([machine_type, names]) =>
    names.map((name) => labNode(name, machine_type, holders.get(name), down.get(name))),
  );
}

function labNode(
  name: string,
  machine_type: string,
  holder: LockHolder | undefined,
  down: string | undefined,
): DemoNode {
  const random = createRandom('node', name);
  const { os_type, os_version } = pick(random, operatingSystems);
  const mac = hex(random, 6).match(/../g) as string[];
  return {
    name: fqdn(name),
    machine_type,
    arch: 'x86_64',
    is_vm: false,
    up: down === undefined,
    os_type,
    os_version,
    mac_address: ['ac', '1f', '6b', ...mac].join(':'),
    ssh_pub_key: publicKey(name),
    ...(down !== undefined && { description: down }),
    ...(holder && { locked: true as const, ...holder }),
  };
}
