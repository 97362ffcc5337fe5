import { parseArgs } from 'node:util';

/** The benchmarks, in the order in which they run. */
export const caseNames = [
  'post',
  'put-status',
  'put-whole',
  'put-changed',
  'runs',
  'jobs',
  'soak',
  't-reads',
  't-writes',
  't-locks',
  'workers',
  'dashboard',
  'grouping',
] as const;

/** One of `caseNames`. */
export type CaseName = (typeof caseNames)[number];

/** What the command line asks for. */
export interface Options {
  engines: ('sqlite' | 'postgres')[];
  cases: CaseName[];
  quick: boolean;
  rounds: number;
  /** Of each measurement of a round. */
  seconds: number;
  soakRequests: number;
  /** Jobs in each run of the second list of runs. */
  manyJobs: number;
  profile?: string;
  /** Of the reads of the teuthology contract, only this one. */
  scenario?: string;
}

/** The text of `--help`. */
export const help = `npm run bench -- [options]

Measures the server against its limits on this machine and writes bench/RESULTS.md.

  --engine NAME     sqlite or postgres (default both)
  --only NAMES      some of ${caseNames.join(', ')}, with commas between
  --quick           short rounds and less data, to see that everything works; writes no results
  --soak            a million requests instead of 50,000 for the memory of the server
  --rounds N        rounds of each measurement; the median counts (default 5, with --quick 2)
  --scenario NAME  of the teuthology contract only this one (see traffic-teuthology.ts)
  --profile FOLDER  also write a processor profile of every server under test
  --help            print this and stop

BENCH_POSTGRES_URL  a PostgreSQL server whose user may create databases, instead of a private one`;

/** Reads the command line; null = help was asked for. Throws an `Error` with one sentence for what is wrong. */
export function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      profile: { type: 'string' },
      scenario: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const { quick, soak, profile, scenario } = values;
  const rounds = Number(values.rounds ?? (quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1');
  return {
    engines: chosen('engine', values.engine, ['sqlite', 'postgres']),
    cases: chosen('only', values.only, caseNames),
    quick,
    rounds,
    seconds: quick ? 1 : 3,
    soakRequests: soak ? 1_000_000 : quick ? 5_000 : 50_000,
    manyJobs: quick ? 500 : 5_000,
    ...(profile === undefined ? {} : { profile }),
    ...(scenario === undefined ? {} : { scenario }),
  };
}

function chosen<Name extends string>(flag: string, text: string | undefined, names: readonly Name[]): Name[] {
  if (text === undefined) return [...names];
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`--${flag}: '${unknown}' is not one of ${names.join(', ')}`);
  return names.filter((name) => wanted.includes(name));
}
