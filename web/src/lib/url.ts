/** Texts in addresses. */
import { queryText } from '../../../src/core/paths.ts';

/** The query of an address with some parameters changed; null removes one. */
export function changedQuery(search: string, values: Record<string, string | null>): string {
  const params = new URLSearchParams(search);
  for (const [key, value] of Object.entries(values)) {
    if (value === null) params.delete(key);
    else params.set(key, value);
  }
  return queryText(params);
}

/** The text of a list of names: with commas between them, while those within a name are encoded. */
export function printList(names: Iterable<string>): string {
  return [...names].map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(',');
}

/** The names of a text that `printList` wrote; one that cannot be decoded is taken as it is. */
export function readList(text: string): string[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => part.replace(/%(25|2C)/gi, decodeURIComponent));
}

/** The address of a text if it is one of this server, so that no link can lead somebody who signs in elsewhere; otherwise null. */
export function ownAddress(text: string, origin: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, origin)) return null;
  const { href, origin: found } = new URL(text, origin);
  return found === origin ? href : null;
}
