/** Lists in the address: names with commas between them; those within a name are encoded. */

/** The text of a list of names. */
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
