/** Finds the first real error of a job among the lines of its log that may be evidence (docs/decisions/0018-first-error.md). */
import {
  createIgnorelist,
  daemonsIn,
  type Evidence,
  type EvidenceKind,
  evidenceIn,
  hostIn,
  parseLine,
  retried,
} from './evidence.ts';

/** Increase this when the rules change, so that logs can be read again. */
export const logRulesVersion = 2;

/** A place in a log that may tell what failed. */
export interface Finding {
  kind: EvidenceKind;
  error: string;
  /** The byte offset of the beginning of the line. */
  at: number;
}

/** What is stored of a log. `byte` is the offset of the error, null if none was found. */
export interface LogExcerpt {
  file: string;
  kind: EvidenceKind;
  error: string;
  byte: number | null;
  sure: boolean;
  /** Other possible errors. */
  others: Finding[];
  /** The lines around the error; the last lines of the log if there is none. */
  context: string;
  /** The version of the rules. */
  version: number;
}

/** Why nothing is known of a log: it has not been read yet, or it was missing or unreadable several times. */
export const unreadLogs = ['waiting', 'given up'] as const;

/** What is known of the log of a job: its excerpt, or why there is none. Both are null if the log was never requested. */
export interface KnownLog {
  excerpt: LogExcerpt | null;
  unread: (typeof unreadLogs)[number] | null;
}

/** The lines around a line, read on demand. */
export interface Near {
  /** At most `count` lines before it; the nearest comes last. */
  before(count: number): string[];
  /** At most `count` lines after it; the nearest comes first. */
  after(count: number): string[];
}

interface Candidate extends Finding {
  rank: number;
  sure: boolean;
}

/**
 * The strongest evidence comes first: the program crashed, a test failed, a command failed and said why, an exception was raised, a log
 * complains.
 */
const ranks: Record<EvidenceKind, number> = { crash: 1, test: 2, command: 3, traceback: 4, log: 5, none: 9 };
/** Added to the rank of evidence that appears after the job has failed, during its teardown. */
const late = 10;
/** The number of candidates to keep for each rank; the first ones are kept. */
const keptOfRank = 20;

/**
 * Scans the lines of a log in order. They are decoded as Latin-1, so that a character is a byte. Pass `line` each line in which `nextTrigger`
 * finds something. The verdict has up to three findings, the most likely one first; `sure` tells whether the first one is certainly what failed.
 */
export function createScan(job: { ignorelist: readonly string[]; failure_reason: string | null }) {
  const { failure_reason } = job;
  const ignored = createIgnorelist(job.ignorelist);
  const candidates = new Map<number, Candidate[]>();
  const killed = new Set<string>();
  let failed = false;
  let unwinding = false;
  const add = (candidate: Candidate) => {
    const { kind } = candidate;
    // teuthology looks for crashes, valgrind errors and cluster log errors only when a job ends. Command errors at that time are from the teardown.
    const isLate = failed || (unwinding && (kind === 'command' || kind === 'traceback'));
    const rank = candidate.rank + (isLate ? late : 0);
    const some = candidates.get(rank) ?? [];
    candidates.set(rank, some);
    const known = some.find(({ error }) => error === candidate.error);
    // A command failed with this message, which makes the earlier candidate sure.
    if (known) known.sure ||= candidate.sure && !isLate;
    else if (some.length < keptOfRank) some.push({ ...candidate, rank, sure: candidate.sure && !isLate });
  };

  return {
    line(line: string, at: number, near: Near): void {
      if (noteKill(line, killed)) return;
      if (/run_tasks:Unwinding /.test(line)) {
        unwinding = true;
        return;
      }
      if (/Saw exception from /.test(line)) {
        for (const candidate of exceptionOf(at, near, failure_reason)) add(candidate);
        failed = true;
        return;
      }
      const command = /Command (?:failed|crashed)\b/.test(line) ? commandAt(line, at, near) : null;
      if (command !== null) {
        add(command);
        return;
      }
      const evidence = line.includes('Traceback (most recent') ? tracebackAt(line, near) : evidenceIn(line);
      if (evidence === null || isIgnored(evidence, line, near)) return;
      add({
        kind: evidence.kind,
        error: evidence.error,
        at,
        rank: rankOf(evidence, failure_reason),
        sure: isSure(evidence),
      });
    },
    verdict: () => verdictOf([...candidates.values()].flat()),
  };

  function isIgnored({ kind, strong }: Evidence, line: string, near: Near): boolean {
    if (kind === 'log' && /\[(?:WRN|ERR)\]/.test(line) && ignored(line)) return true;
    // A daemon that was killed reports that itself, or its parent does.
    if (kind === 'crash' && daemonsIn(line).some((daemon) => killed.has(daemon)) && !/FAILED|Sanitizer/.test(line))
      return true;
    if (isWanted(line, near)) return true;
    const weak = kind === 'command' || kind === 'traceback' || kind === 'log' || (kind === 'crash' && !strong);
    return weak && near.after(4).some((next) => retried.test(next));
  }
}

/** Whether a test expects this line to fail: its shell said so just before, or a message says so right after. */
function isWanted(line: string, near: Near): boolean {
  const { logger } = parseLine(line);
  const host = hostIn(logger);
  for (const before of near.before(4).reverse()) {
    const { logger: other, message } = parseLine(before);
    if (hostIn(other) !== host) continue;
    if (
      /^\+{1,4} +(?:expect_\w+|! |if ! )|\b(?:expect(?:ing|ed)? (?:\w+ )?(?:failure|error|to fail)|should fail|negative test)\b/i.test(
        message,
      )
    )
      return true;
    if (/^\+{1,4} /.test(message)) return false;
  }
  return near.after(2).some((next) => /\b(?:as expected|expected failure|expected error)\b|\(expected\)/i.test(next));
}

/** Records which daemons a thrasher has killed. Returns true if the line contains nothing else of interest. */
function noteKill(line: string, killed: Set<string>): boolean {
  const kill = /\b[Kk]ill(?:ing|ed)?\b/.test(line);
  const revive = /\b[Rr]eviv(?:ing|ed?)\b|[Ss]tarting daemon/.test(line);
  if (!kill && !revive) return false;
  if (!/thrash|kill|reviv/i.test(parseLine(line).logger + line.slice(0, 200))) return false;
  for (const daemon of daemonsIn(line)) {
    if (kill) killed.add(daemon);
    else killed.delete(daemon);
  }
  return kill && /thrash/i.test(line);
}

const saysWhy =
  /\berror\b|failed|cannot|can't|could not|not found|denied|invalid|unable|no such|refused|timed out|fatal|abort|mismatch|unrecognized|usage:|does not|not supported/i;

/** What a command printed before it failed: the last line of its output that sounds like a reason. */
function commandAt(line: string, at: number, near: Near): Candidate | null {
  const { message, logger } = parseLine(line);
  if (/^(?:> |\+{1,4} )/.test(message) || near.after(3).some((next) => retried.test(next))) return null;
  const host = /\bon ([a-z][\w-]{1,60}?\d{1,6})\b/.exec(message)?.[1] ?? hostIn(logger);
  let place = at;
  for (const before of near.before(60).reverse()) {
    // The lines are decoded as Latin-1, so a character is a byte.
    place -= before.length + 1;
    const { logger: other, message: said } = parseLine(before);
    const mine = /stderr$|stdout$/.test(other) && (host === '' || hostIn(other) === host);
    if (!mine || /^\+{1,4} |^Command |^\s*$/.test(said) || !saysWhy.test(said)) continue;
    const evidence = evidenceIn(before);
    if (evidence !== null && evidence.kind !== 'command' && evidence.kind !== 'traceback') continue;
    return { kind: 'command', error: said.trim().slice(0, 500), at: place, rank: ranks.command, sure: true };
  }
  const text = message.replace(/^[\w.]{1,100}(?:Error|Exception): /, '').trim();
  return { kind: 'command', error: text.slice(0, 500), at, rank: ranks.log + 0.5, sure: false };
}

/** The exception at the end of a traceback that begins at this line. */
function tracebackAt(line: string, near: Near): Evidence | null {
  const { logger } = parseLine(line);
  for (const next of near.after(80)) {
    const { logger: other, message } = parseLine(next);
    if (other !== '' && other !== logger) continue;
    if (/^\s|^$|^Traceback/.test(message)) continue;
    if (!/^[A-Za-z_][\w.]{1,160}(?:: |$)/.test(message)) return null;
    const text = message.trim().slice(0, 500);
    return { kind: 'traceback', error: text, strong: !/CommandFailedError|CommandCrashed/.test(text) };
  }
  return null;
}

/** The exception for which the framework ended the job. */
function exceptionOf(at: number, near: Near, reason: string | null): Candidate[] {
  const after = near.after(120);
  const start = after.findIndex((next) => next.includes('Traceback (most recent'));
  if (start < 0 || start > 3) return [];
  const rest: Near = { before: () => [], after: (count) => after.slice(start + 1, start + 1 + count) };
  const evidence = tracebackAt(after[start] as string, rest);
  if (evidence === null) return [];
  const { kind, error } = evidence;
  const isCommand = /Command(?:Failed|Crashed)/.test(error);
  // The name of an exception alone says little: all failures that raise it would become one cause.
  const sure = !isCommand && /: {0,9}\S/.test(error);
  return [{ kind, error, at, rank: isCommand ? ranks.log + 0.5 : rankOf(evidence, reason), sure }];
}

/** A message in a log counts more if the job was ended because of it. */
function rankOf({ kind, error, strong }: Evidence, reason: string | null): number {
  if (kind === 'crash' && !strong) return 1.5;
  if (kind === 'log' && reason !== null && sayTheSame(error, reason)) return 0.5;
  return ranks[kind];
}

function sayTheSame(error: string, reason: string): boolean {
  const text = error.replace(/^.{0,120}\[(?:WRN|ERR)\]\s{0,4}/, '').slice(0, 60);
  return text.length > 15 && reason.slice(0, 4000).includes(text);
}

function isSure({ kind, strong }: Evidence): boolean {
  return strong && (kind === 'crash' || kind === 'test');
}

/** The best candidate, then the first candidate of each other rank, then the remaining ones. */
function verdictOf(candidates: Candidate[]): { found: Finding[]; sure: boolean } {
  const ordered = candidates.sort((a, b) => a.rank - b.rank || a.at - b.at);
  const first = ordered.filter(({ rank }, index) => ordered.findIndex((other) => other.rank === rank) === index);
  const chosen: Candidate[] = [];
  for (const one of [...first.slice(0, 3), ...ordered]) {
    if (chosen.length < 3 && !chosen.some(({ error }) => error === one.error)) chosen.push(one);
  }
  return {
    found: chosen.map(({ kind, error, at }) => ({ kind, error, at })),
    sure: chosen[0]?.sure ?? false,
  };
}
