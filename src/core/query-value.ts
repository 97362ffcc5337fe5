/** One value of a term in the filter language: how it is written, and how patterns match. */

/** One value of a term. */
export type Value =
  | { type: 'literal'; text: string }
  | { type: 'glob'; text: string }
  | { type: 'above'; value: string }
  | { type: 'below'; value: string }
  | { type: 'range'; from: string | null; to: string | null }
  | { type: 'none' };

/** The values between the commas of a term, as they were written. */
export function splitValues(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+/gs) ?? []).filter((value) => value !== '');
}

/** A text without the quotes around it, if there are any. */
export function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1] ?? text.slice(1);
  return quoted.replace(/\\(.)/gs, '$1');
}

/** What a value means, given how it is written. */
export function readValue(text: string): Value {
  if (text.startsWith('"')) return { type: 'literal', text: unquoted(text) };
  if (text === 'none') return { type: 'none' };
  if (text.startsWith('>') && text.length > 1) return { type: 'above', value: text.slice(1) };
  if (text.startsWith('<') && text.length > 1) return { type: 'below', value: text.slice(1) };
  const dots = text.indexOf('..');
  if (dots !== -1) {
    const [from, to] = [text.slice(0, dots), text.slice(dots + 2)];
    if (from !== '' || to !== '') return { type: 'range', from: from || null, to: to || null };
  }
  return text.includes('*') ? { type: 'glob', text } : { type: 'literal', text };
}

/**
 * Tests texts against a pattern with `*` for any characters: the whole text, ASCII letters whatever their case, as `like`
 * of the databases does. Searches each part once, so that no pattern takes long.
 */
export function globMatcher(glob: string): (text: string) => boolean {
  const [first = '', ...parts] = asciiLower(glob).split(/\*+/);
  const last = parts.pop();
  if (last === undefined) return (text) => asciiLower(text) === first;
  return (text) => {
    const lower = asciiLower(text);
    const end = lower.length - last.length;
    if (!lower.startsWith(first) || !lower.endsWith(last)) return false;
    let at = first.length;
    for (const part of parts) {
      const found = lower.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}

/** What `lower` of SQLite does, and of PostgreSQL with the collation of the columns: ASCII letters alone. */
export function asciiLower(text: string): string {
  // Only beyond ASCII do the two differ, and `replace` takes thirty times as long.
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase();
}
