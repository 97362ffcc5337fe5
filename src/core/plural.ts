/** `1 job`, `0 jobs`, `2 matches`; `print` formats the number. */
export function plural(
  count: number,
  noun: string,
  nouns = `${noun}s`,
  print: (count: number) => string = String,
): string {
  return `${print(count)} ${count === 1 ? noun : nouns}`;
}
