/** Handles texts in URLs. */
import { queryText } from '../../../src/core/paths.ts';

/** The query of a URL with some parameters changed; null removes one. */
export function changedQuery(search: string, values: Record<string, string | null>): string {
  const params = new URLSearchParams(search);
  for (const [key, value] of Object.entries(values)) {
    if (value === null) params.delete(key);
    else params.set(key, value);
  }
  return queryText(params);
}

/** Prints a list of names, separated by commas. Commas within names are encoded. */
export function printList(names: Iterable<string>): string {
  return [...names].map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(',');
}

/** Parses a text that `printList` wrote. A name that cannot be decoded is used as it is. */
export function readList(text: string): string[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => part.replace(/%(25|2C)/gi, decodeURIComponent));
}

/**
 * The full URL of a path if it belongs to this server, otherwise null. A link to the sign-in page can therefore not send the user to another
 * site.
 */
export function ownAddress(text: string, origin: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, origin)) return null;
  const { href, origin: found } = new URL(text, origin);
  return found === origin ? href : null;
}
