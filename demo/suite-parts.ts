/** The parts that suites are made of, and the facets that several of them share. */

/** What a job does when its cluster is up. At most one of the keys is set; without one, it only starts services. */
export interface Work {
  workunit?: string;
  test?: string;
  rados?: 'replicated' | 'erasure';
  s3tests?: boolean;
  bench?: boolean;
}

/** A part of a suite. Facets are in alphabetical order of their directories. A list with one choice is always part of the description. */
export interface SubSuite {
  name: string;
  weight: number;
  nodes: number;
  facets: readonly (readonly [directory: string, choices: readonly string[]])[];
  workload: string;
  works: Readonly<Record<string, Work>>;
  thrashes?: boolean;
  mds?: boolean;
}

/** A distribution that is drawn anew for every run. */
export const distro = ['supported-random-distro$', ['{centos_latest}', '{rocky_10}', '{ubuntu_latest}']] as const;
/** A distribution that belongs to the description. */
export const distroAll = ['0-distro', ['centos_9.stream', 'rocky_10', 'ubuntu_22.04', 'ubuntu_24.04']] as const;
/** How monitors elect their leader. */
export const election = ['mon_election', ['classic', 'connectivity']] as const;
/** The wire protocol between daemons. */
export const messenger = ['msgr', ['async', 'async-v1only', 'async-v2only']] as const;
/** Faults injected into that protocol. */
export const messengerFailures = ['msgr-failures', ['fastclose', 'few', 'osd-delay']] as const;
/** How recovery is tuned. */
export const recovery = [
  '2-recovery-overrides',
  ['{default}', '{more-active-recovery}', '{more-async-recovery}'],
] as const;
/** What is broken on purpose. */
export const thrashers = ['thrashers', ['careful', 'default', 'mapgap', 'morepggrow', 'pggrow']] as const;
/** How object storage daemons store data. */
export const objectstore = [
  'objectstore',
  ['bluestore-bitmap', 'bluestore-comp-lz4', 'bluestore-comp-snappy', 'bluestore-comp-zlib', 'bluestore-hybrid'],
] as const;
/** How clients mount the file system. */
export const mount = ['mount', ['fuse', 'kclient/{mount overrides/{distro/stock/k-stock ms-die-on-skipped}}']] as const;

/** Random operations on a replicated pool. */
export const replicated: Work = { rados: 'replicated' };
/** Random operations on an erasure coded pool. */
export const erasure: Work = { rados: 'erasure' };
