/** What the parts of the benchmark share: their input, their results, and how sides are compared. */
import type { Engine } from './database.ts';
import { quantile } from './load.ts';

/** What every part works with. */
export interface Bench {
  engine: Engine;
  options: Options;
  /** For databases and whatever else is needed for a while. */
  folder: string;
  /** Writes one line of progress. */
  say(line: string): void;
}

/** What the command line asks for. */
export interface Options {
  engines: Engine['name'][];
  /** Names of parts. */
  parts: string[];
  /** What the names of compared requests have to contain. */
  only: string;
  rounds: number;
  /** Of each measurement of a round. */
  seconds: number;
  /** Numbers of jobs at which lists and pages are measured, ascending. */
  jobs: number[];
  /** Another checkout to compare with, instead of measuring the parts. */
  against?: string;
  /** Where to write processor profiles of the servers under test. */
  profile?: string;
  /** A file with a world to judge, and the file for what is said of it. */
  world?: string;
  answer?: string;
}

/** One part of the benchmark; its file is loaded when it is asked for. */
export type Part = (bench: Bench) => Promise<Line[]>;

/** One line of the results. */
export interface Line {
  /** The line of the budget that it belongs to. */
  quantity:
    | 'Writes'
    | 'Takeover'
    | 'Size'
    | 'Bodies'
    | 'Event loop'
    | 'Memory'
    | 'Against the bare engine'
    | 'Truth'
    | 'Logs';
  what: string;
  budget: string;
  measured: string;
  /** Whether the budget is met; null without a budget. */
  ok: boolean | null;
  remarks?: string;
}

/** One side of a comparison; returns how often per second something was done. */
export type Side = () => Promise<number>;

/**
 * Measures all sides in every round, in reverse order every second time, so that whatever else the machine does affects
 * each of them. The first round warms up and does not count. Returns the values of the rounds, by side.
 */
export async function inRounds<Name extends string>(
  { options, say }: Pick<Bench, 'options' | 'say'>,
  what: string,
  sides: Record<Name, Side>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(sides) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= options.rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await sides[name]();
      if (round > 0) values[name].push(value);
    }
  }
  say(
    `${what}: ${names.map((name) => `${name} ${values[name].map((value) => value.toFixed(0)).join(' ')}`).join(', ')}`,
  );
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
