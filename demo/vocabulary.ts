/** The names of the lab: people, branches, machines, operating systems. A small selection of what real labs use. */

/** An operating system as jobs name it, with the label that suite facets use. */
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

/** What the machines of a type are called and how many there are. */
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

/** A machine that fails to be reimaged every other time, until an administrator takes it out: he should find it. */
export const brokenNode = 'smithi141';

/** A machine whose network drops now and then. */
export const flakyNode = 'smithi066';

/** Whoever tests a branch of his own; `branch` without the date that is put behind it. */
interface Developer {
  user: string;
  branch: string;
  suite: string;
  machineType: string;
  /** What the branch breaks, and in which part of the suite; absent: nothing that its base does not. */
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

/** A suite that runs by itself at night. `hour` is the hour (UTC) at which it is scheduled, `jobs` how many it has at least and at most. */
export interface Nightly {
  suite: string;
  branch: string;
  machineType: string;
  hour: number;
  jobs: readonly [least: number, most: number];
}

/**
 * What runs at night, by the place in the night; of two, the first runs in even nights and the second in odd ones. Ten nights of
 * each are enough to say of a failure whether it is new. Null is a place for a branch of a developer.
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
