/** Measures how well signatures group failure reasons, compared with causes that a person assigned. */
import { signatureOf } from '../../src/core/signature.ts';
import { type LabData, ownData, realData } from './lab-data.ts';

/** A failure reason and its cause. */
export interface Reason {
  text: string;
  cause: string;
}

/** Precision: the share of grouped pairs that have the same cause. Recall: the share of pairs with the same cause that are grouped. */
export interface Score {
  precision: number;
  recall: number;
}

/** Reads the failure reasons of a folder. */
export function reasonsIn(data: LabData): Reason[] {
  const files = data === ownData ? ['failure-reasons.jsonl'] : ['failure-reasons.jsonl', 'failure-reasons-2.jsonl'];
  const reasons = files.flatMap((file) => data.lines(file)).map((line) => JSON.parse(line) as Reason);
  // A score of few reasons would be meaningless.
  if (reasons.length < 100) throw new Error(`${data.name} has only ${reasons.length} failure reasons`);
  return reasons;
}

/** The failure reasons of real labs; null when they are missing. */
export function realReasons(): Reason[] | null {
  return realData && reasonsIn(realData);
}

/** Compares the groups that signatures form with the causes. */
export function scoreOf(reasons: readonly Reason[]): Score {
  const cells = pairsWithin(reasons.map(({ text, cause }) => `${signatureOf(text).id} ${cause}`));
  const grouped = pairsWithin(reasons.map(({ text }) => signatureOf(text).id));
  const belonging = pairsWithin(reasons.map(({ cause }) => cause));
  return { precision: cells / grouped, recall: cells / belonging };
}

/** Counts the pairs of equal names. */
function pairsWithin(names: string[]): number {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts.values()].reduce((pairs, count) => pairs + (count * (count - 1)) / 2, 0);
}

type Change = [what: RegExp, other: (found: string, random: Random) => string];

/** Returns the next number of a fixed sequence, from 0 to `end - 1`. */
type Random = (end: number) => number;

/** The parts of a reason that differ between jobs that fail for the same cause. */
const changes: Change[] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, likewise],
  [/\b[0-9a-f]{40}\b/g, likewise],
  [
    /\b\d{4}-\d\d-\d\d(?=[T _]\d\d:)/g,
    (_, random) => `20${two(13 + random(14))}-${two(1 + random(12))}-${two(1 + random(28))}`,
  ],
  [/(?<=\d{4}-\d\d-\d\d[T _])\d\d:\d\d:\d\d/g, (_, random) => [24, 60, 60].map((end) => two(random(end))).join(':')],
  [/(?<=:\d\d\.)\d{6}\b/g, likewise],
  [/(?<=audit\()\d+\.\d+:\d+/g, likewise],
  [
    /\b(?:smithi|plana|mira|trial)\d+/g,
    (found, random) => found.replace(/\d+/, () => String(random(1000)).padStart(3, '0')),
  ],
  [/\b(?:osd|mds|mgr|client)\.\d+\b/g, likewise],
  [/\bunique_pool_\d+/g, likewise],
  [/(?<=\bpg )\d+\.[0-9a-f]+/g, likewise],
  [/(?<=soid )\S+/g, likewise],
  [/(?<=acting \[)[\d,]+/g, likewise],
  [/(?<=\/tmp\/(?:tmp|ceph-asok\.|pip-req-build-)|\.\/pip-req-build-)\w+/g, likewise],
  [/(?<=\/home\/ubuntu\/cephtest\/)mnt\.\d+/g, likewise],
  [/(?<=\b(?:pid|ino)=)\d+/g, likewise],
  [/(?<=\) )\d+(?= : (?:cluster|audit))/g, likewise],
  [/(?<=position )\d+(?:-\d+)?/g, likewise],
  [/\b\d+(?= (?:OSD|osds|pgs|pg|clients?|filesystems?|network|failed|daemon|pool)\b)/g, likewise],
  [/\b\d+\/\d+(?= objects)/g, likewise],
  [/\d+\.\d+(?=%(?!2F)| seconds old)/g, likewise],
  [/(?<=undersized for )\d+/g, likewise],
];

/** Replaces digits by digits and, in hashes, letters by letters. */
function likewise(found: string, random: Random): string {
  const isHex = /^[0-9a-f]{8}/.test(found);
  return found
    .replace(/\d/g, (digit) => String(digit === '0' ? 0 : 1 + random(9)))
    .replace(isHex ? /[a-f]/g : /(?!)/g, () => 'abcdef'.charAt(random(6)));
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** Makes copies of a reason with other hosts, numbers, ids, paths and times, the same every time. None if the reason contains none of these. */
export function copiesOf({ text, cause }: Reason, count: number): Reason[] {
  let state = [...text].reduce((sum, character) => (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) >>> 0, 7);
  const random: Random = (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  const copies = Array.from({ length: count }, () =>
    changes.reduce((copy, [what, other]) => copy.replace(what, (found) => other(found, random)), text),
  );
  return copies.filter((copy) => copy !== text).map((copy) => ({ text: copy, cause }));
}

type Wrapper = (text: string) => string;

/** Text that clients and users put around a reason. */
const wrappers: Wrapper[] = [
  (text) => `\x1b[31m${text}\x1b[0m`,
  (text) => `2026-03-04T05:06:07.890 ERROR:teuthology.run_tasks:${text}`,
  (text) => (/['"\\]/.test(text) ? text : `b'${text}'`),
  (text) => (/['"]/.test(text) || !text.includes(' ') ? text : `"${text}"`),
  (text) => ` ${text}\n`,
];

/** A reason as it appears in a log, in bytes, in quotes or in colours. */
export function wrapped({ text, cause }: Reason): Reason[] {
  return wrappers.map((wrap) => ({ text: wrap(text), cause }));
}

/** Changes that make a different cause of the same shape: another test, daemon, package, code, action, module, exception, script, flavor. */
const others: [what: RegExp, other: string][] = [
  [/(?<=\btest_\w+)(?= \([\w.]+\))/, '_again'],
  [/(?<=\.(?:Test\w+|\w+Test))(?=[.)])/, 'More'],
  [/(?<=cluster \[\w+\] (?!slow).*)\b(?:osd|mds|mgr|mon)(?=\.\w)/, 'rgw'],
  [/(?<=with status )(?=\d)/, '3'],
  [/(?<=Errno )(?=\d)/, '3'],
  [/(?<=\([A-Z]+_[A-Z_]+)(?=\)" in cluster log)/, '_TOO'],
  [/cluster \[WRN\]/, 'cluster [ERR]'],
  [/(?<=\w)(?=\.sh\b)/g, '_two'],
  [/(?<=\binstall (?:-\S+ )*[a-z][\w-]+)(?=[ '=])/, '-dbg'],
  [/(?<=^'[\w ]+)(?=' reached maximum tries)/, ' twice'],
  [/(?<=odule (?:named )?'[\w.]+)(?=')/, '_other'],
  [/\b(?=[A-Z]\w+Error\b)/, 'Odd'],
  [/(?<=attribute '\w+)(?=')/, '_other'],
  [/(?<=comm=")/g, 'x'],
  [/(?<=assert\()/, '!'],
  [/(?<=^Failed to fetch .*flavors?=)default/, 'debug'],
];

/** Reasons of the same shape with a different cause. */
export function nearMissesOf({ text, cause }: Reason): Reason[] {
  const misses = others.map(([what, other]) => text.replace(what, other));
  return misses.filter((miss) => miss !== text).map((miss) => ({ text: miss, cause: `${cause}, but another` }));
}

/** Returns the copies of a reason that are not grouped with it. */
export function strayed(original: Reason, copies: readonly Reason[]): Reason[] {
  const { id } = signatureOf(original.text);
  return copies.filter(({ text }) => signatureOf(text).id !== id);
}
