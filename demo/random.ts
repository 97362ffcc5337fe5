/** A stream of numbers in [0, 1), which is the same for the same key. */
export type Random = () => number;

/**
 * Creates a separate stream for every key. The numbers drawn for one part of the data then never shift those of another part, so that documents
 * can be generated on demand, in any order, with the same result.
 */
export function createRandom(...key: (string | number)[]): Random {
  let state = hash(key.join('\n'));
  // mulberry32: 32 bits of state are enough for demo data, and it needs no BigInt.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from `least` to `most`, inclusive. */
export function int(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** A random element of a non-empty list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

/** A random element of a non-empty list; `weight` is its relative frequency. */
export function pickWeighted<T extends { weight: number }>(random: Random, list: readonly T[]): T {
  let left = random() * list.reduce((total, entry) => total + entry.weight, 0);
  for (const entry of list) {
    left -= entry.weight;
    if (left < 0) return entry;
  }
  return list[list.length - 1]!;
}

/** `count` different elements; all of them, shuffled, if there are fewer. */
export function sample<T>(random: Random, list: readonly T[], count: number): T[] {
  const rest = [...list];
  const taken: T[] = [];
  while (taken.length < count && rest.length > 0) taken.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return taken;
}

/** `length` characters drawn from `alphabet`. */
export function letters(random: Random, length: number, alphabet: string): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

/** `length` hexadecimal digits; 40 make a sha1. */
export function hex(random: Random, length: number): string {
  return letters(random, length, '0123456789abcdef');
}

// FNV-1a, followed by a mix, because similar keys ("job 1", "job 2") must not start with similar numbers.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
