import type { Child } from './child.ts';
import type { ClientFigures, ClientOrder } from './client.ts';
import type { Engine } from './engine.ts';
import type { Options } from './options.ts';

/** What every benchmark works with. */
export interface Bench {
  engine: Engine;
  options: Options;
  /** For databases and whatever else is needed for a while. */
  folder: string;
  /** Writes one line of progress. */
  say(line: string): void;
}

/** One side of a comparison: answers a throughput a second. */
export type Side = () => Promise<number>;

/**
 * Measures all sides in every round, so that whatever else the machine does meets each of them; the first measurement
 * of each side is for warming up and does not count. Answers the values of the rounds, by side.
 */
export async function inRounds<Name extends string>(
  { options, say }: Bench,
  what: string,
  sides: Record<Name, Side>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(sides) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= options.rounds; round++) {
    const seen: string[] = [];
    // Every other round the other way round: whoever is second finds a machine that is warm, or tired.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await sides[name]();
      if (round > 0) values[name].push(value);
      seen.push(`${name} ${value < 100 ? value.toFixed(1) : Math.round(value)}/s`);
    }
    say(`${what}, ${round === 0 ? 'warm-up' : `round ${round} of ${options.rounds}`}: ${seen.sort().join(', ')}`);
  }
  return values;
}

/** Sends requests for the seconds of one measurement and remembers what the clients saw, for the notes. */
export function sender(client: Child, order: Omit<ClientOrder, 'seconds'>, seconds: number) {
  const seen: ClientFigures[] = [];
  const side: Side = async () => {
    const figures = await client.ask<ClientFigures>({ ...order, seconds });
    seen.push(figures);
    return figures.requests / figures.seconds;
  };
  return { side, seen };
}
