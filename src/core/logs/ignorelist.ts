/** Lines of the cluster log that a job says not to mind: `log-ignorelist` in its overrides. */

/** Entries and letters of them that count. */
const [mostEntries, longestEntry] = [300, 300];

/** The entries in the text of the overrides of a job, wherever they stand. */
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
