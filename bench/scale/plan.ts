/** The runs of a lab over months: the same number gives the same run, on every engine and in every invocation. */
import { publicKey } from '../../demo/documents.ts';
import { createRandom, hex, int, pick, type Random } from '../../demo/random.ts';
import {
  brokenNode,
  developers,
  flakyNode,
  fqdn,
  machineTypes,
  nightly,
  operatingSystems,
} from '../../demo/vocabulary.ts';

/** Jobs of each run. */
export const jobsInRun = 500;

/** A run of the lab. */
export interface ScaleRun {
  number: number;
  name: string;
  user: string;
  suite: string;
  branch: string;
  machine_type: string;
  sha1: string;
  suite_sha1: string;
  flavor: string;
  priority: number;
  scheduled: Date;
  /** How many jobs it has. */
  jobs: number;
}

/** When the first run is scheduled: the clock of the servers that are measured is set to the end of the data. */
const beginning = Date.UTC(2025, 0, 6, 18);
/** 2,400 jobs a day keep 200 machines busy; a million of them are fourteen months. */
const runsADay = 4.8;
const day = 86_400_000;

/** Run number `n`, counted from 0, with `jobs` jobs. */
export function scaleRun(n: number, jobs = jobsInRun): ScaleRun {
  const random = createRandom('scale', n);
  const scheduled = new Date(beginning + Math.floor((n * day) / runsADay / 1000) * 1000 + int(random, 0, 3600) * 1000);
  const facts = n % 3 === 1 ? branchFacts(random, scheduled) : nightlyFacts(random, n);
  const flavor = facts.suite === 'crimson-rados' ? 'crimson' : 'default';
  const stamp = scheduled.toISOString().slice(0, 19).replace('T', '_');
  const { user, suite, branch, machine_type } = facts;
  const name = `${user}-${stamp}-${suite}-${branch}-distro-${flavor}-${machine_type}`;
  const [sha1, suite_sha1] = [hex(random, 40), hex(random, 40)];
  return { ...facts, number: n, name, sha1, suite_sha1, flavor, scheduled, jobs };
}

/** The time, in milliseconds, at which `runs` runs are there and the last one is under way. */
export function timeAfter(runs: number): number {
  return scaleRun(Math.max(runs - 1, 0)).scheduled.getTime() + 3 * 3_600_000;
}

function nightlyFacts(random: Random, n: number) {
  const user = 'teuthology';
  // Every third run is the one that has a history without gaps.
  if (n % 3 === 0) return { user, suite: 'rados', branch: 'main', machine_type: 'smithi', priority: 100 };
  const { suite, branch, machineType } = pick(random, nightly);
  return { user, suite, branch, machine_type: machineType, priority: 100 };
}

function branchFacts(random: Random, scheduled: Date) {
  const { user, branch, suite, machineType } = pick(random, developers);
  const built = new Date(scheduled.getTime() - 3 * day).toISOString().slice(0, 10);
  return {
    user,
    suite,
    branch: `${branch}-${built}`,
    machine_type: machineType,
    priority: pick(random, [50, 70, 75, 101]),
  };
}

/** Short names of the 200 machines by type: those of the demo and as many more as are missing. */
export const labMachines: Readonly<Record<string, readonly string[]>> = {
  smithi: machines('smithi', 160, [brokenNode, flakyNode]),
  trial: machines('trial', 40, []),
};

function machines(type: string, count: number, first: string[]): string[] {
  const names = new Set([...first, ...(machineTypes[type] ?? [])]);
  for (let number = 1; names.size < count; number++) names.add(`${type}${String(number).padStart(3, '0')}`);
  return [...names].sort();
}

/** The machines as an administrator enters them; some people hold some of them. */
export function labNodes(): (Record<string, unknown> & { name: string })[] {
  return Object.entries(labMachines).flatMap(([machine_type, names]) =>
    names.map((short, index) => {
      const random = createRandom('scale node', short);
      const { os_type, os_version } = pick(random, operatingSystems);
      const held = index % 4 === 0 && { locked: true, locked_by: `${pick(random, developers).user}@teuthology` };
      return {
        name: fqdn(short),
        machine_type,
        arch: 'x86_64',
        is_vm: false,
        up: index % 40 !== 7,
        os_type,
        os_version,
        mac_address: ['ac', '1f', '6b', ...(hex(random, 6).match(/../g) as string[])].join(':'),
        ssh_pub_key: publicKey(short),
        ...(held && {
          ...held,
          description: `debugging https://tracker.ceph.com/issues/${int(random, 60_000, 74_000)}`,
        }),
      };
    }),
  );
}
