/** Lines of logs as teuthology writes them, `<time> <LEVEL>:<logger>:<message>`, and which of them a job says not to mind. */

const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s/;
const logger = /^\s?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):([\w.@:-]{1,160}?):(?=[^:]|$)\s?/;

/**
 * Takes a line apart. Its logger is like `teuthology.orchestra.run.smithi001.stderr`. A line that is none of teuthology has neither level nor
 * logger, and all of it but the time is the message.
 */
export function parseLine(line: string) {
  const rest = line.replace(/\x1b\[[\d;]{0,20}[A-Za-z]/g, '').replace(time, '');
  const found = logger.exec(rest);
  if (!found) return { level: '', logger: '', message: rest };
  return { level: found[1] as string, logger: found[2] as string, message: rest.slice(found[0].length) };
}

/** The last host that a logger names, which lines of one machine share. */
export function hostIn(logger: string): string {
  return /\.([a-z][a-z-]{1,30}\d{1,6})(?:\.|$)/.exec(logger)?.[1] ?? '';
}

/** Daemons and clients that a line is of, like `osd.3`. */
export function daemonsIn(line: string): string[] {
  return line.slice(0, 400).match(/\b(?:osd|mon|mds|mgr|rgw|client)\.\w{1,20}\b/g) ?? [];
}

/** Entries and letters of them that count. */
const [mostEntries, longestEntry] = [300, 300];

/** The entries of `log-ignorelist` in the overrides of a job, wherever they stand: lines of the cluster log not to mind. */
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
 * Whether one of the entries is for a line. They are regular expressions of whoever wrote the suite, which nobody runs here: their
 * plain parts have to occur in the line one after the other.
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
      // A class of characters, such as `\d`.
      if (/[a-zA-Z0-9]/.test(next)) parts.push('');
      else parts[parts.length - 1] += next;
    } else if ('.*+?[]{}()|^$'.includes(letter)) {
      // What may be missing is no part of it.
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
