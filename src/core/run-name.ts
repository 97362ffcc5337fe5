/**
 * Reading run names (teuthology contract §3.7, §7.54, §7.55).
 *
 * The scheduler joins seven texts with dashes:
 *
 *   <user>-<timestamp>-<suite>-<branch>-<kernel>-<flavor>-<machine type>
 *
 * Suite, branch and flavor may hold dashes themselves and a run without kernel has `-` in its place, so the text is
 * ambiguous. The rules, in order:
 *
 * 1. The last thing that looks like a timestamp divides the user from the rest; the rest needs four or more parts.
 *    An impossible date makes the name unparsable (teuthology contract §7.54).
 * 2. Suite, from the left: everything up to the last `:` (a git branch cannot contain one), else the first part; plus
 *    what belongs to it by the lists below (`ceph-deploy`, `rados:thrash-erasure-code`, `upgrade:reef-x`).
 * 3. Flavor, from the right: the last known flavor that only a machine type follows. The machine type is one part;
 *    or none (names before the summer of 2013); or two, if a known kernel stands before the flavor. A distribution
 *    after the machine type is dropped.
 * 4. No known flavor: the last three of five or more parts are kernel, flavor and machine type. Of four parts nothing
 *    can be told, the name is unparsable.
 * 5. Before the flavor stands the kernel, one part (or the empty parts of `---`), unless that would leave no branch.
 *
 * No rule is a certainty; the job data that follows corrects the run (teuthology contract §3.9).
 */
import { parseTimestamp } from './time.ts';

/**
 * What a run name tells: texts are '' where it is silent; `scheduled` is in microseconds (teuthology contract §3.7).
 */
export interface RunNameParts {
  user: string;
  scheduled: number | null;
  suite: string;
  branch: string;
  machine_type: string;
}

// Every part is bounded and starts at a dash, so the search is linear. One to four digits for the year, as the old
// patterns had it: a short year is still the place of the timestamp, and then no real date.
const TIMESTAMP = /-(\d{1,4}-\d{1,2}-\d{1,2}_\d{1,2}:\d{1,2}:\d{1,2})(?=-)/g;

/** A name has one timestamp, its user or branch may hold another; more are not worth quadratic work. */
const TIMESTAMPS_TRIED = 4;

const KERNELS = new Set(['distro', 'testing', 'none', '']);
// basic until 2021, default since; the others are build variants of the package service. release is only known in
// `crimson-release`: alone it ends branch names (`quincy-release`).
const FLAVORS = new Set(['basic', 'default', 'debug', 'crimson', 'asan', 'gcov', 'jaeger', 'notcmalloc', 'tcmalloc']);
const CRIMSON_VARIANTS = new Set(['debug', 'release']);
const DISTROS = new Set(['centos', 'debian', 'fedora', 'opensuse', 'rhel', 'rocky', 'sles', 'suse', 'ubuntu']);

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

const RELEASES = words(`
  argonaut bobtail cuttlefish dumpling emperor firefly giant hammer infernalis jewel kraken luminous mimic nautilus
  octopus pacific quincy reef squid tentacle umbrella
`);

// Suites that have dashes: directories of ceph's qa/suites, past and present, and those that the old server knew.
const DASHED_SUITES = words(`
  ceph-ansible ceph-deploy ceph-disk ceph-volume crimson-rados crimson-rados-experimental mixed-clients nfs-ganesha
  perf-basic rgw-multisite-upgrade upgrade-clients upgrade-cuttlefish upgrade-dumpling upgrade-fs upgrade-mixed-cluster
  upgrade-mixed-mons upgrade-parallel upgrade-rados upgrade-rados-double upgrade-rbd upgrade-rbd-double upgrade-rgw
  upgrade-rgw-double upgrade-small
`);
// Their sub-directories that have dashes, wherever they stand; `<release>-x`, `<release>-p2p` and
// `client-upgrade-<release>` are rules of their own, since every release brings new ones.
const DASHED_SUBSUITES = words(`
  ceph-volume client-upgrade cloud-transition hadoop-s3a health-ok immutable-object-cache
  mgr-nfs-upgrade migration-external mirror-ha mirror-thrash mixed-clients multi-cluster no-agent-workunits
  parallel-no-cephadm persistent-writeback-cache point-to-point-x pwl-cache rados-thrash rbd-nomount service-token
  singleton-bluestore singleton-flat singleton-msgr-failures singleton-nomsgr smoke-roleless smoke-singlehost
  smoke-small store-bench stress-split stress-split-erasure-code stress-split-erasure-code-no-cephadm
  stress-split-erasure-code-x86_64 stress-split-no-cephadm telemetry-upgrade thrash-erasure-code
  thrash-erasure-code-big thrash-erasure-code-crush-4-nodes thrash-erasure-code-isa thrash-erasure-code-overwrites
  thrash-erasure-code-shec thrash-old-clients valgrind-leaks with-work
`);
/** The most parts of a listed suite (`thrash-erasure-code-crush-4-nodes`). */
const LONGEST_SUITE = 6;
/** Branch, flavor and one of kernel or machine type have to remain behind the suite. */
const PARTS_AFTER_SUITE = 3;
/** The most parts behind a flavor: two of the machine type and a distribution. */
const LONGEST_MACHINE = 3;

const UNPARSABLE: RunNameParts = { user: '', scheduled: null, suite: '', branch: '', machine_type: '' };

/** Reads a run name by the rules above (teuthology contract §3.7, §7.54, §7.55). Throws on no string. */
export function parseRunName(name: string): RunNameParts {
  // The old patterns' `.` stopped at line ends too.
  if (/[\r\n]/.test(name)) return { ...UNPARSABLE };
  for (const { start, end, timestamp } of timestampsFromRight(name)) {
    const rest = parseRest(name.slice(end).split('-'));
    if (!rest) continue;
    const scheduled = parseTimestamp(timestamp, 'run-name');
    return scheduled === null ? { ...UNPARSABLE } : { user: strip(name.slice(0, start)), scheduled, ...rest };
  }
  return { ...UNPARSABLE };
}

function timestampsFromRight(name: string): { start: number; end: number; timestamp: string }[] {
  const found = [...name.matchAll(TIMESTAMP)].slice(-TIMESTAMPS_TRIED);
  return found
    .map((match) => ({ start: match.index, end: match.index + match[0].length + 1, timestamp: match[1] ?? '' }))
    .reverse();
}

function parseRest(parts: string[]): Pick<RunNameParts, 'suite' | 'branch' | 'machine_type'> | null {
  if (parts.length < 1 + PARTS_AFTER_SUITE) return null;
  const suiteParts = suiteLength(parts, parts.length - PARTS_AFTER_SUITE);
  const tail = parts.slice(suiteParts);
  const split = flavorAndMachine(tail);
  if (!split) return null;
  return {
    suite: strip(parts.slice(0, suiteParts).join('-')),
    branch: strip(tail.slice(0, branchLength(tail, split.flavorAt)).join('-')),
    machine_type: strip(split.machine.join('-')),
  };
}

/** Rule 2: how many of the parts are the suite. */
function suiteLength(parts: string[], limit: number): number {
  const last = parts.slice(0, limit).findLastIndex((part) => part.includes(':'));
  if (last === -1) return listedLength(parts, limit, DASHED_SUITES);
  const segment = parts.slice(last);
  segment[0] = segment[0]?.split(':').at(-1) ?? '';
  return last + subsuiteLength(segment, limit - last);
}

function listedLength(parts: string[], limit: number, list: Set<string>): number {
  for (let length = Math.min(limit, LONGEST_SUITE); length > 1; length--) {
    if (list.has(parts.slice(0, length).join('-'))) return length;
  }
  return 1;
}

function subsuiteLength(parts: string[], limit: number): number {
  const upgrade = upgradeLength(parts);
  if (upgrade > 1 && upgrade <= limit) return upgrade;
  let length = listedLength(parts, limit, DASHED_SUBSUITES);
  if (parts.slice(0, length).join('-') === 'client-upgrade') {
    // `client-upgrade-jewel` on branch mimic, but `client-upgrade` on branch hammer: the last one is the branch.
    while (length < limit && RELEASES.has(parts[length] ?? '') && !KERNELS.has(parts[length + 1] ?? '')) length++;
  }
  return length;
}

/** `reef-x`, `quincy-p2p`, `hammer-jewel-x`, `jewel-client-x`, `nautilus-x-singleton`; 0 if it is none of these. */
function upgradeLength(parts: string[]): number {
  const second = parts[1] ?? '';
  const target = RELEASES.has(second) || second === 'client' ? 2 : 1;
  if (parts[target] !== 'x' && parts[target] !== 'p2p') return 0;
  return parts[target + 1] === 'singleton' ? target + 2 : target + 1;
}

/** Rules 3 and 4: where the flavor starts and what the machine type is, for the parts behind the suite. */
function flavorAndMachine(parts: string[]): { flavorAt: number; machine: string[] } | null {
  for (let at = parts.length - 1; at >= Math.max(1, parts.length - 1 - LONGEST_MACHINE); at--) {
    const part = parts[at] ?? '';
    const isVariant = at > 1 && parts[at - 1] === 'crimson' && CRIMSON_VARIANTS.has(part);
    if (!isVariant && !FLAVORS.has(part)) continue;
    const flavorAt = isVariant ? at - 1 : at;
    const machine = withoutDistro(parts.slice(at + 1));
    if (machine.length < 2) return { flavorAt, machine };
    if (machine.length === 2 && KERNELS.has(parts[flavorAt - 1] ?? '')) return { flavorAt, machine };
  }
  if (parts.length <= PARTS_AFTER_SUITE) return null;
  return { flavorAt: parts.length - 2, machine: parts.slice(-1) };
}

function withoutDistro(machine: string[]): string[] {
  return machine.length > 1 && DISTROS.has(machine.at(-1) ?? '') ? machine.slice(0, -1) : machine;
}

/** Rule 5: how many of the parts before the flavor are the branch. */
function branchLength(parts: string[], flavorAt: number): number {
  let length = flavorAt;
  while (length > 1 && parts[length - 1] === '') length--;
  if (length < flavorAt) return length;
  return Math.max(length - 1, 1);
}

/** The old server's `strip(' -')` on every part. */
function strip(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && ' -'.includes(text.charAt(from))) from++;
  while (to > from && ' -'.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}
