/**
 * Parses run names (teuthology contract §3.7, §7.54, §7.55).
 *
 * The scheduler joins seven texts with dashes:
 *
 *   <user>-<timestamp>-<suite>-<branch>-<kernel>-<flavor>-<machine type>
 *
 * Suite, branch and flavor may contain dashes themselves, and a run without kernel has `-` in its place, so the text is ambiguous. The rules, in
 * order:
 *
 * 1. The last text that looks like a timestamp separates the user from the rest, which must have four or more parts.
 *    An impossible date makes the name unparsable (teuthology contract §7.54).
 * 2. The suite, from the left: everything up to the last `:` (a git branch cannot contain one), else the first part; plus
 *    what belongs to it according to the lists below (`ceph-deploy`, `rados:thrash-erasure-code`, `upgrade:reef-x`).
 * 3. The flavor, from the right: the last known flavor that is followed only by a machine type. The machine type has one part;
 *    or none (names before the summer of 2013); or two, if a known kernel precedes the flavor. A distribution
 *    after the machine type is dropped.
 * 4. If no flavor is known, the last three of five or more parts are kernel, flavor and machine type. A name with four parts is
 *    ambiguous and therefore unparsable.
 * 5. The part before the flavor (or the empty parts of `---`) is the kernel, unless that would leave no branch.
 *
 * None of these rules is certain; the job data that follows corrects the run (teuthology contract §3.9).
 */
import { parseTimestamp } from './time.ts';

/** The parts of a run name. A text is '' if the name does not contain it; `scheduled` is in microseconds (teuthology contract §3.7). */
export interface RunNameParts {
  user: string;
  scheduled: number | null;
  suite: string;
  branch: string;
  machine_type: string;
}

// Every part is bounded and starts at a dash, so the search is linear. The year has one to four digits, as in the old patterns: a short year
// still marks the place of the timestamp, but is not a real date.
const TIMESTAMP = /-(\d{1,4}-\d{1,2}-\d{1,2}_\d{1,2}:\d{1,2}:\d{1,2})(?=-)/g;

/** A name has one timestamp, and its user or branch may contain another one. Trying more would take quadratic time. */
const TIMESTAMPS_TRIED = 4;

const KERNELS = new Set(['distro', 'testing', 'none', '']);
// `basic` was used until 2021 and `default` since; the others are build variants of the package service. `release` counts only in
// `crimson-release`: alone it is the end of a branch name (`quincy-release`).
const FLAVORS = new Set(['basic', 'default', 'debug', 'crimson', 'asan', 'gcov', 'jaeger', 'notcmalloc', 'tcmalloc']);
const CRIMSON_VARIANTS = new Set(['debug', 'release']);
const DISTROS = new Set(['centos', 'debian', 'fedora', 'opensuse', 'rhel', 'rocky', 'sles', 'suse', 'ubuntu']);

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

const RELEASES = words(`
  argonaut bobtail cuttlefish dumpling emperor firefly giant hammer infernalis jewel kraken luminous mimic nautilus
  octopus pacific quincy reef squid tentacle umbrella
`);

// Suites with dashes in their name: directories of ceph's qa/suites, past and present, and the suites that the old server knew.
const DASHED_SUITES = words(`
  ceph-ansible ceph-deploy ceph-disk ceph-volume crimson-rados crimson-rados-experimental mixed-clients nfs-ganesha
  perf-basic rgw-multisite-upgrade upgrade-clients upgrade-cuttlefish upgrade-dumpling upgrade-fs upgrade-mixed-cluster
  upgrade-mixed-mons upgrade-parallel upgrade-rados upgrade-rados-double upgrade-rbd upgrade-rbd-double upgrade-rgw
  upgrade-rgw-double upgrade-small
`);
// Subdirectories with dashes in their name, at any depth. `<release>-x`, `<release>-p2p` and `client-upgrade-<release>` have rules of their own,
// because every release adds new ones.
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
/** A branch, a flavor and either a kernel or a machine type must follow the suite. */
const PARTS_AFTER_SUITE = 3;
/** The most parts after a flavor: two of the machine type and a distribution. */
const LONGEST_MACHINE = 3;

const UNPARSABLE: RunNameParts = { user: '', scheduled: null, suite: '', branch: '', machine_type: '' };

/** Parses a run name by the rules above (teuthology contract §3.7, §7.54, §7.55). Never throws. */
export function parseRunName(name: string): RunNameParts {
  // The `.` of the old patterns did not match line breaks either.
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

/** Rule 2: how many of the parts belong to the suite. */
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
    // The last release is the branch: `client-upgrade-jewel` on branch mimic, but `client-upgrade` on branch hammer.
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

/** Rules 3 and 4: where the flavor starts and what the machine type is, given the parts after the suite. */
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

/** Rule 5: how many of the parts before the flavor belong to the branch. */
function branchLength(parts: string[], flavorAt: number): number {
  let length = flavorAt;
  while (length > 1 && parts[length - 1] === '') length--;
  if (length < flavorAt) return length;
  return Math.max(length - 1, 1);
}

/** The old server's `strip(' -')`, which it applied to every part. */
function strip(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && ' -'.includes(text.charAt(from))) from++;
  while (to > from && ' -'.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}
