import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface ScaleOptions {
  engines: ('sqlite' | 'postgres')[];
  /** Ascending. */
  sizes: number[];
  documentBytes: number;
  folder: string;
  keep: boolean;
  /** A database that was kept, to be measured as it is; empty = a new one. */
  database: string;
  write: boolean;
  strict: boolean;
  /** The longest measurement of one request with one number of clients. */
  seconds: number;
  /** The most requests of one measurement. */
  requests: number;
  /** Only requests whose title contains this. */
  only: string;
}

/** The text of `--help`. */
export const help = `npm run bench:scale -- [options]

Fills a database with more and more jobs, measures every request at each size, and says what grows.

  --engine NAME         sqlite or postgres (default both)
  --jobs NUMBERS        sizes, with commas between (default 10000,100000,1000000)
  --document-bytes N    mean size of a job's document (default 8192)
  --folder FOLDER       where the databases are made (default ${tmpdir()})
  --keep                leave the databases where they are; for PostgreSQL only with BENCH_POSTGRES_URL
  --database URL        measure this one, which an earlier call kept, as it is; with --engine and one number of --jobs, what it holds
  --only TEXT           only requests whose title contains the text, POST and PUT left out unless they do
  --seconds N           the longest measurement of one request (default 3)
  --requests N          the most requests of one measurement (default 200)
  --write               also write the tables into bench/SCALE.md
  --strict              exit with 1 when a bound is missed
  --help                print this and stop

BENCH_POSTGRES_URL  a PostgreSQL server whose user may create databases, instead of a private one`;

/** Reads the command line; null = help was asked for. Throws an `Error` with one sentence for what is wrong. */
export function readOptions(args: string[]): ScaleOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: 'string', default: 'sqlite,postgres' },
      jobs: { type: 'string', default: '10000,100000,1000000' },
      'document-bytes': { type: 'string', default: '8192' },
      folder: { type: 'string', default: tmpdir() },
      only: { type: 'string', default: '' },
      database: { type: 'string', default: '' },
      seconds: { type: 'string', default: '3' },
      requests: { type: 'string', default: '200' },
      keep: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const { folder, write, strict, only, database } = values;
  const keep = values.keep || database !== '';
  const engines = values.engine.split(',').map(engineName);
  if (values.keep && engines.includes('postgres') && process.env.BENCH_POSTGRES_URL === undefined) {
    throw new Error('--keep: the private PostgreSQL ends with the benchmark; name a server in BENCH_POSTGRES_URL');
  }
  if (database !== '' && (engines.length !== 1 || values.jobs.includes(','))) {
    throw new Error('--database: name its --engine, and in --jobs the number of jobs that it holds');
  }
  const sizes = values.jobs.split(',').map((text) => wholeNumber('jobs', text, 500));
  return {
    engines,
    sizes: [...new Set(sizes)].sort((a, b) => a - b),
    documentBytes: wholeNumber('document-bytes', values['document-bytes'], 0),
    folder,
    keep,
    database,
    write,
    strict,
    only,
    seconds: wholeNumber('seconds', values.seconds, 1),
    requests: wholeNumber('requests', values.requests, 1),
  };
}

function engineName(text: string): 'sqlite' | 'postgres' {
  const name = text.trim();
  if (name === 'sqlite' || name === 'postgres') return name;
  throw new Error(`--engine: '${name}' is not one of sqlite, postgres`);
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text.trim().replaceAll('_', ''));
  if (Number.isSafeInteger(value) && value >= least && text.trim() !== '') return value;
  throw new Error(`--${flag}: '${text}' is not a whole number from ${least}`);
}
