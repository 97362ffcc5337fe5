/** What the parts of the benchmark share: their input, their results, and how sides are compared. */
import type { Engine } from './database.ts';
import { quantile } from './load.ts';

/** What the command line asks for. */
export interface Options {
  engines: Engine['name'][];
  /** Names of parts. */
  parts: string[];
  rounds: number;
  /** Of each measurement of a round. */
  seconds: number;
  /** Numbers of jobs at which lists and pages are measured, ascending. */
  jobs: number[];
  /** A file with a world to judge, and the file for what is said of it. */
  given?: { world: string; answer: string };
}

/** What every part works with. */
export interface Work {
  options: Options;
  /** For databases and whatever else is needed for a while. */
  folder: string;
  /** Writes one line of progress. */
  say(line: string): void;
}

/** What a part that measures a database works with. */
export interface Bench extends Work {
  engine: Engine;
}

/** The lines of the budget. */
export const quantities = [
  'Writes',
  'Takeover',
  'Size',
  'Bodies',
  'Event loop',
  'Memory',
  'Against the bare engine',
  'Truth',
  'Logs',
] as const;

/** One line of the results. */
export interface Line {
  quantity: (typeof quantities)[number];
  what: string;
  budget: string;
  measured: string;
  /** Whether the budget is met; null without a budget. */
  ok: boolean | null;
  remarks?: string;
}

function limited(sign: '≤' | '≥') {
  return (
    quantity: Line['quantity'],
    what: string,
    limit: number,
    value: number,
    print: (value: number) => string,
    remarks = '',
  ): Line => {
    const ok = sign === '≤' ? value <= limit : value >= limit;
    return { quantity, what, budget: `${sign} ${print(limit)}`, measured: print(value), ok, remarks };
  };
}

/** A line whose value must not be above its limit; `print` spells both. */
export const atMost = limited('≤');

/** A line whose value must not be below its limit; `print` spells both. */
export const atLeast = limited('≥');

/**
 * Measures all sides in every round, in reverse order every second time, so that whatever else the machine does affects
 * each of them. A side returns how often per second something was done. The first round warms up and does not count. Returns
 * the values of the rounds, by side.
 */
export async function inRounds<Name extends string>(
  { options, say }: Work,
  what: string,
  sides: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(sides) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= options.rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await sides[name]();
      if (round > 0) values[name].push(value);
    }
  }
  const rounded = (name: Name) => values[name].map((value) => value.toFixed(0)).join(' ');
  say(`${what}: ${names.map((name) => `${name} ${rounded(name)}`).join(', ')}`);
  return values;
}

/** The median of the ratios of the rounds: what disturbs one round disturbs both of its sides. */
export function ratioOf(values: number[], limits: number[]): number {
  return median(values.map((value, round) => value / limits[round]!));
}

/** The middle value. */
export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** `1,234/s` */
export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}

/** `56 %` */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `12 ms`, with a decimal below ten. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** `123 MB`, of a million bytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
