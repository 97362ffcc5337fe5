/** The names in the lab: users, branches, machines, operating systems. A small selection of what real labs use. */

/** An operating system as named in jobs, with its name in the facets of suites. */
export interface Os {
  facet: string;
  os_type: string;
  os_version: string;
}

/** Operating systems by facet name. */
export const operatingSystems: readonly Os[] = [
  { facet: 'centos_latest', os_type: 'centos', os_version: '9.stream' },
  { facet: 'centos_9.stream', os_type: 'centos', os_version: '9.stream' },
  { facet: 'ubuntu_latest', os_type: 'ubuntu', os_version: '22.04' },
  { facet: 'ubuntu_22.04', os_type: 'ubuntu', os_version: '22.04' },
  { facet: 'ubuntu_24.04', os_type: 'ubuntu', os_version: '24.04' },
  { facet: 'rocky_10', os_type: 'rocky', os_version: '10.1' },
];

/** The names of the machines of each type. */
export const machineTypes: Readonly<Record<string, readonly string[]>> = {
  smithi: nodeNames(
    'smithi',
    [1, 3, 5, 9, 12, 27, 36, 39, 42, 45, 49, 53, 55, 57, 58, 60, 63, 66, 68, 75, 76, 83, 84, 86]
      .concat([
        88, 92, 95, 97, 100, 103, 104, 106, 107, 114, 117, 120, 123, 132, 136, 139, 141, 142, 149, 155, 165, 168,
      ])
      .concat([173, 174, 177, 181, 183, 184, 185, 186, 189, 191, 195, 198, 202]),
  ),
  trial: nodeNames('trial', [4, 7, 8, 19, 23, 31, 48, 60, 72, 88, 95, 101, 117, 128, 136, 144, 151, 166, 172, 180]),
};

/** The domain of the machines. */
export const domain = 'front.sepia.ceph.com';

/** A machine that fails to be reimaged every other time until an administrator removes it, which users of the demo should notice. */
export const brokenNode = 'smithi141';

/** A machine whose network fails occasionally. */
export const flakyNode = 'smithi066';

/** A developer who tests a branch; `branch` lacks the date that is appended to it. */
interface Developer {
  user: string;
  branch: string;
  suite: string;
  machineType: string;
  /** What the branch breaks, and in which part of the suite. If absent, only what its base breaks. */
  breaks?: { cause: 'NoneType' | 'own workload' | 'own crash' | 'own health code'; part: string };
}

/** Developers who test their own branches. */
export const developers: readonly Developer[] = [
  {
    ...{ user: 'yuriw', branch: 'wip-yuri5-testing', suite: 'rados', machineType: 'smithi' },
    breaks: { cause: 'own crash', part: 'rados/singleton' },
  },
  { user: 'vshankar', branch: 'wip-vshankar-testing', suite: 'fs', machineType: 'smithi' },
  { user: 'lflores', branch: 'wip-lflores-testing', suite: 'rados', machineType: 'smithi' },
  {
    ...{ user: 'cbodley', branch: 'wip-rgw-account-v3', suite: 'rgw', machineType: 'smithi' },
    breaks: { cause: 'own workload', part: 'rgw/verify' },
  },
  {
    ...{ user: 'rishabh', branch: 'wip-rishabh-fs-qa', suite: 'fs', machineType: 'smithi' },
    breaks: { cause: 'NoneType', part: 'fs/functional' },
  },
  { user: 'nojha', branch: 'wip-fix-upmap-tentacle', suite: 'rados', machineType: 'smithi' },
  { user: 'adking', branch: 'wip-adk2-testing', suite: 'orch:cephadm', machineType: 'trial' },
  {
    ...{ user: 'kchai', branch: 'wip-kefu-testing', suite: 'rados', machineType: 'trial' },
    breaks: { cause: 'own health code', part: 'rados/singleton' },
  },
  { user: 'jjperez', branch: 'wip-perezjos-crimson-only', suite: 'crimson-rados', machineType: 'trial' },
];

/** A suite that is scheduled every night at `hour` (UTC); `jobs` are its minimum and maximum numbers of jobs. */
export interface Nightly {
  suite: string;
  branch: string;
  machineType: string;
  hour: number;
  jobs: readonly [least: number, most: number];
}

/**
 * The nightly runs by their place in the night. Of two, the first runs in even nights and the second in odd nights. Ten nights of each are enough
 * to tell whether a failure is new. Null is a place for a developer's branch.
 */
export const nightly: readonly (readonly [Nightly | null, Nightly | null])[] = [
  twice({ suite: 'rados', branch: 'main', machineType: 'smithi', hour: 20, jobs: [70, 90] }),
  twice({ suite: 'fs', branch: 'main', machineType: 'smithi', hour: 21, jobs: [45, 60] }),
  [
    { suite: 'rgw', branch: 'main', machineType: 'smithi', hour: 21, jobs: [25, 40] },
    { suite: 'rados', branch: 'tentacle', machineType: 'smithi', hour: 21, jobs: [50, 60] },
  ],
  [null, null],
  [
    { suite: 'orch:cephadm', branch: 'main', machineType: 'trial', hour: 22, jobs: [25, 40] },
    { suite: 'upgrade:reef-x', branch: 'tentacle', machineType: 'smithi', hour: 23, jobs: [20, 30] },
  ],
  [null, { suite: 'rbd', branch: 'main', machineType: 'smithi', hour: 22, jobs: [20, 50] }],
  [{ suite: 'smoke', branch: 'tentacle', machineType: 'smithi', hour: 5, jobs: [20, 30] }, null],
];

function twice(suite: Nightly): readonly [Nightly, Nightly] {
  return [suite, suite];
}

/** The full name of a machine. */
export function fqdn(node: string): string {
  return `${node}.${domain}`;
}

function nodeNames(type: string, numbers: number[]): string[] {
  return numbers.map((number) => `${type}${String(number).padStart(3, '0')}`);
}
