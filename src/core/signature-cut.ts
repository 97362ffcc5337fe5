/** Cuts a title at a word; a hash of the rest keeps two long ones apart. */
export function cutTitle(title: string, longest: number): string {
  const line = title
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f\s]+/g, ' ')
    .trim();
  if (line.length <= longest) return line;
  const space = line.lastIndexOf(' ', longest - 10);
  const at = space > longest / 2 ? space : longest - 10;
  // A character cut in two would not be the same when it is read back from a database.
  return `${line.slice(0, at).trimEnd()} …${hashOf(line.slice(at)).slice(0, 6)}`.toWellFormed();
}

/** cyrb53, of which 8 hexadecimal digits: 10,000 causes collide once in a hundred databases. */
export function hashOf(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  return (a >>> 0).toString(16).padStart(8, '0');
}
