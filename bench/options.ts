import { parseArgs } from 'node:util';
import type { Options } from './bench.ts';

/** The text of `--help`; `parts` are the names of all parts with what they measure. */
export function help(parts: Record<string, string>): string {
  const lines = Object.entries(parts).map(([name, what]) => `  ${name.padEnd(17)} ${what}`);
  return `npm run bench -- [options]

Measures the server against its budget on this machine and writes bench/RESULTS.md. The parts:

${lines.join('\n')}

  --only NAMES      some of the parts, with commas between; with --against some of the requests: a part of their names
  --engine NAME     sqlite or postgres (default both)
  --against PATH    compares this checkout with another one, request by request, instead; writes nothing
  --jobs NUMBERS    sizes of the database in the part "size", with commas between (default 10000)
  --rounds N        rounds of each comparison, after one that does not count (default 3)
  --seconds N       of each measurement (default 2)
  --world FILE      judges this world instead of planted ones, with --answer; see README.md
  --answer FILE     where to write what is said of it
  --profile FOLDER  also writes processor profiles of the servers under test
  --help            prints this and stops

BENCH_POSTGRES_URL  a PostgreSQL server whose user may create databases, instead of a private one`;
}

/** Reads the command line; null: help was asked for. Throws an `Error` with one sentence for what is wrong. */
export function readOptions(args: string[], parts: string[]): Options | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ only: text, engine: text, against: text, jobs: text, rounds: text, seconds: text, profile: text },
      ...{ world: text, answer: text },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const { against, profile, world, answer, only = '' } = values;
  if ((world === undefined) !== (answer === undefined)) throw new Error('--world and --answer belong together');
  return {
    engines: chosen('engine', values.engine, ['sqlite', 'postgres'] as const),
    parts: chosen('only', against === undefined ? values.only : undefined, parts),
    only,
    rounds: whole('rounds', values.rounds ?? '3'),
    seconds: whole('seconds', values.seconds ?? '2'),
    jobs: (values.jobs ?? '10000')
      .split(',')
      .map((one) => whole('jobs', one))
      .sort((a, b) => a - b),
    ...(against === undefined ? {} : { against }),
    ...(profile === undefined ? {} : { profile }),
    ...(world === undefined || answer === undefined ? {} : { world, answer }),
  };
}

function whole(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text.trim())) return Number(text);
  throw new Error(`--${flag} needs a whole number from 1, not '${text}'`);
}

function chosen<Name extends string>(flag: string, text: string | undefined, names: readonly Name[]): Name[] {
  if (text === undefined) return [...names];
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`--${flag}: '${unknown}' is not one of ${names.join(', ')}`);
  return names.filter((name) => wanted.includes(name));
}
