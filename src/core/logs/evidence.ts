/**
 * Recognizes lines of logs that are evidence of a failure, and lines that a job tells the server to ignore. teuthology writes lines as `<time>
 * <LEVEL>:<logger>:<message>`.
 */

/**
 * `command` is an error message of a failed command, `log` a message in a log of the cluster, the system or the lab. `none` means that nothing
 * was found.
 */
export const evidenceKinds = ['crash', 'test', 'command', 'traceback', 'log', 'none'] as const;
/** One of `evidenceKinds`. */
export type EvidenceKind = (typeof evidenceKinds)[number];

/** Evidence in one line. */
export interface Evidence {
  kind: EvidenceKind;
  /** The line without time and logger. */
  error: string;
  /** Whether the line alone proves what failed. */
  strong: boolean;
}

/** Parts of all lines that are evidence or affect other evidence. Each has at least five letters. */
const triggers = [
  'FAILED|FAIL: |ERROR: |ERROR   |... FAIL|... ERROR|not ok |Traceback (|Saw exception|Error: |Caught signal',
  'Sanitizer|runtime error|valgrind|Segmentation fault|core dump|coredump|ceph_abort|terminate called|panic|BUG: ',
  'blocked for more|locking dep|recursive locking|lock state|Command failed|Command crashed|Error E|Errno ',
  'mount error|: line |command not found|fatal: |fatal error|cannot |Cannot |nable to |error: |denied  {|[WRN]',
  '[ERR]|maximum tries|Failed to |Connection |connection |No space left|max job timeout|did not come|reimaging',
  'Killing |killing |Killed |kill osd.|kill mds.|kill mon.|Unwinding |reviv|Reviv|general protection|Oops: |Error\n',
  'Exception',
].flatMap((some) => some.split('|'));

/** Finds the next occurrence of a trigger, which is where the next relevant line may be. */
export const nextTrigger = createWordSearch(triggers);

/** Faults that a test injects into the program itself. */
const injected = /inject|kill_at|killpoint|kill_point|mds_kill|debug_kill|_debug_random/i;
/** Failures that a test expects. */
const wanted =
  /\bexpected (?:failure|error|to fail|fault)\b|\(expected\)|\bas expected\b|\bxfail\b|should fail|EXPECT_DEATH|expect_fail|expect_false/i;
/** Failures that are followed by a retry. */
export const retried =
  /\bretr(?:y|ies|ying)\b|\btry(?:ing)? again\b|\btry \d|\b(?:next|another) (?:attempt|try)\b|\battempts? (?:\d|left)|\bwill reconnect\b|\btries left\b/i;

const strongCrash: RegExp[] = [
  /FAILED (?:ceph_)?(?:assert|abort)/,
  /Caught signal \((?!Terminated|Interrupt|Hangup|Killed|User|Quit)/,
  /\b\w{1,20}Sanitizer: |:\d{1,7}:\d{1,5}: runtime error: /,
  /saw valgrind issue|valgrind error: |\bvalgrind .{0,60}<kind>/,
  /possible \w{1,20} locking dependency|possible recursive locking|inconsistent lock state/,
  /terminate called after throwing|ceph_abort_msg|\bpanicked at |^panic: /,
];
const weakCrash: RegExp[] = [
  /\bBUG: |general protection fault|Oops: |blocked for more than \d{1,6} seconds/,
  /Segmentation fault|core dumped|[Ff]ound coredumps|Command crashed: /,
];

const tests: RegExp[] = [
  /^(?:FAIL|ERROR): [\w.:-]{1,400}(?:\[.{0,400}\])? \([\w.:-]{1,300}\)/,
  /^(?:FAIL|ERROR): [\w.:/-]{0,300}[.:_]test[\w.:-]{0,200}/,
  /^Test failure: [\w.:-]{1,400}(?:\[.{0,400}\])? ?\(/,
  /^\[ {1,4}FAILED {1,4}\] \w[\w./]{1,200}[./][\w./]/,
  /^(?:FAILED|ERROR)\s{1,4}[\w./-]{1,200}(?:\.py)?::[\w.:[\]-]{1,200}/,
  /^[\w.:-]{1,400}(?:\[.{0,400}\])? (?:\([\w.:-]{1,300}\) )?\.\.\. (?:FAIL|ERROR)\b/,
  // A TODO test is expected to fail.
  /^not ok \d{1,6}\b(?!.{0,400}# ?(?:TODO|SKIP)\b)/i,
  /^--- FAIL: \w/,
];

const commandErrors: RegExp[] = [
  /^Error E[A-Z]{2,15}: ?\S/,
  /^mount error \d|^mount error: /,
  /: command not found$|: line \d{1,6}: .{0,200}(?:not found|No such file)/,
  /^(?:\w[\w./-]{0,60}: )?fatal: |^(?:\w[\w./-]{0,60}: )?(?:ERROR|error): \S|^fatal error: /,
  /^[\w./-]{1,80}: (?:cannot|Cannot|unable|Unable) /,
];

const lab: RegExp[] = [
  /reached maximum tries \(/,
  /\[Errno \d{1,4}\]/,
  /\bavc: {1,4}denied {1,4}\{/,
  /\b(?:cluster|cephadm|audit) \[(?:WRN|ERR)\]/,
  /Connection (?:refused|reset|timed out)|SSH connection .{0,80}lost|did not come up|No space left on device/,
  /hit max job timeout|Error reimaging|^Failed to (?:fetch|connect|power|reconnect)/,
];

const exception =
  /^(?:[A-Za-z_][\w.]{0,120}(?:Error|Exception|Interrupt|Exit|Failure|Failed|Tries|Timeout|Lost))(?:: |$)/;

/** The evidence in a line; null for most lines. The caller checks whether it comes too late or is ignored. */
export function evidenceIn(line: string): Evidence | null {
  const { level, logger, message } = parseLine(line.slice(0, 4000));
  const text = message.trim();
  // Requests, commands that a shell is about to run, and entries of lists of lines to ignore.
  if (/^(?:> |\+{1,4} |- |Running |running |sudo )/.test(text) || wanted.test(text)) return null;
  const found = (kind: EvidenceKind, strong: boolean): Evidence => ({ kind, error: text.slice(0, 500), strong });
  if (strongCrash.some((pattern) => pattern.test(text))) return injected.test(text) ? null : found('crash', true);
  if (tests.some((pattern) => pattern.test(text))) return found('test', true);
  if (weakCrash.some((pattern) => pattern.test(text))) return injected.test(text) ? null : found('crash', false);
  // A thrasher describing its own actions.
  if (/thrash/.test(logger) && level !== 'ERROR') return null;
  if (lab.some((pattern) => pattern.test(text))) return retried.test(text) ? null : found('log', true);
  if (commandErrors.some((pattern) => pattern.test(text))) return retried.test(text) ? null : found('command', true);
  if (exception.test(text)) return retried.test(text) ? null : found('traceback', true);
  return null;
}

/**
 * Searches bytes for any of several words. The returned function finds where the next one begins, within [from, to), and returns -1 if there is
 * none. It skips most bytes (Wu and Manber, 1994): the last two bytes of a window, which is as long as the shortest word, tell how far the window
 * can move. With words of at least five letters, this is four bytes at a time. A regular expression of the same words reads 190 MB/s, this
 * function about 700 MB/s.
 */
export function createWordSearch(words: readonly string[]) {
  const length = Math.min(...words.map((word) => word.length));
  const shifts = new Uint8Array(65_536).fill(length - 1);
  /** Whether a word begins with these two bytes. Most windows that end like a word do not, and this check needs no call. */
  const isBeginning = new Uint8Array(65_536);
  const ending = new Map<number, Uint8Array[]>();
  for (const word of words) {
    const codes = Uint8Array.from(word, (letter) => letter.charCodeAt(0));
    isBeginning[((codes[0] as number) << 8) | (codes[1] as number)] = 1;
    for (let end = 1; end < length; end++) {
      const block = ((codes[end - 1] as number) << 8) | (codes[end] as number);
      shifts[block] = Math.min(shifts[block] as number, length - 1 - end);
      if (end === length - 1) ending.set(block, [...(ending.get(block) ?? []), codes]);
    }
  }
  return (bytes: Uint8Array, from: number, to: number): number => {
    for (let at = from + length - 1; at < to; ) {
      const block = ((bytes[at - 1] as number) << 8) | (bytes[at] as number);
      const shift = shifts[block] as number;
      if (shift > 0) {
        at += shift;
        continue;
      }
      const start = at - length + 1;
      if (
        isBeginning[((bytes[start] as number) << 8) | (bytes[start + 1] as number)] === 1 &&
        ending.get(block)?.some((word) => isAt(bytes, start, word))
      )
        return start;
      at++;
    }
    return -1;
  };
}

function isAt(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false;
  return true;
}

const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s/;
const logger = /^\s?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):([\w.@:-]{1,160}?):(?=[^:]|$)\s?/;

/**
 * Splits a line. A logger looks like `teuthology.orchestra.run.smithi001.stderr`. A line that teuthology did not write has neither level nor
 * logger, and its message is everything but the time.
 */
export function parseLine(line: string) {
  const rest = line.replace(/\x1b\[[\d;]{0,20}[A-Za-z]/g, '').replace(time, '');
  const found = logger.exec(rest);
  if (!found) return { level: '', logger: '', message: rest };
  return { level: found[1] as string, logger: found[2] as string, message: rest.slice(found[0].length) };
}

/** The last host in the name of a logger; lines of one machine share it. */
export function hostIn(logger: string): string {
  return /\.([a-z][a-z-]{1,30}\d{1,6})(?:\.|$)/.exec(logger)?.[1] ?? '';
}

/** The daemons and clients that a line mentions, such as `osd.3`. */
export function daemonsIn(line: string): string[] {
  return line.slice(0, 400).match(/\b(?:osd|mon|mds|mgr|rgw|client)\.\w{1,20}\b/g) ?? [];
}

/** Limits on the number of entries and on the letters of an entry. */
const [mostEntries, longestEntry] = [300, 300];

/** The entries of `log-ignorelist` at any depth in the overrides of a job. They describe lines of the cluster log to ignore. */
export function ignorelistOf(overrides: unknown): string[] {
  const found: string[] = [];
  const look = (value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null || depth > 6) return;
    for (const [key, inner] of Object.entries(value)) {
      if (/^log[-_](?:ignorelist|whitelist|ignore-list)$/.test(key) && Array.isArray(inner))
        for (const entry of inner) if (typeof entry === 'string') found.push(entry.slice(0, longestEntry));
      look(inner, depth + 1);
    }
  };
  look(overrides, 0);
  return found.slice(0, mostEntries);
}

/**
 * Returns a function that tells whether any entry matches a line. Entries are regular expressions written by the author of a suite, so they are
 * not executed: their literal parts must occur in the line in the same order.
 */
export function createIgnorelist(entries: readonly string[]): (line: string) => boolean {
  const parts = entries.map(plainParts).filter((some) => some.join('').length >= 3);
  return (line) => parts.some((some) => occur(some, line));
}

function plainParts(entry: string): string[] {
  const parts = [''];
  for (let at = 0; at < entry.length; at++) {
    const letter = entry[at] as string;
    if (letter === '\\') {
      const next = entry[++at] ?? '';
      // A character class, such as `\d`.
      if (/[a-zA-Z0-9]/.test(next)) parts.push('');
      else parts[parts.length - 1] += next;
    } else if ('.*+?[]{}()|^$'.includes(letter)) {
      // An optional character is not a literal part.
      if ('*?{'.includes(letter)) parts[parts.length - 1] = (parts.at(-1) as string).slice(0, -1);
      parts.push('');
    } else parts[parts.length - 1] += letter;
  }
  return parts.filter((part) => part !== '');
}

function occur(parts: readonly string[], line: string): boolean {
  let at = 0;
  for (const part of parts) {
    const found = line.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
