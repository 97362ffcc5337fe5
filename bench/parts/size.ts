/** Every list, filter and page while the database grows. */

import { apiRequests } from '../../test/statements/catalog/api.ts';
import { type Asked, budgets } from '../../test/statements/catalog/catalog.ts';
import { classicRequests } from '../../test/statements/catalog/classic.ts';
import { readSamples, type Samples } from '../../test/statements/catalog/samples.ts';
import { teuthologyRequests } from '../../test/statements/catalog/teuthology.ts';
import { type Bench, type Line, megabytes, milliseconds } from '../bench.ts';
import { connect, type Sql } from '../database.ts';
import { fillLab } from '../lab.ts';
import { load, type Seen } from '../load.ts';
import { writeScale } from '../report.ts';
import { getJson, type Server, startServer } from '../server.ts';

const jobsOfRun = 500;
/** Below this a difference between two sizes does not matter. */
const noticeableMs = 5;
const requests = 60;
const requestsOfWhole = 3;

/** One request at one size. */
export interface Cell {
  seen: Seen;
  blockMs: number;
}

/** One request at all sizes. */
export interface Measured {
  asked: Asked;
  cells: Cell[];
}

/** Fills a database to each size and asks for everything in the catalogue, one client at a time. */
export default async function measureSize(bench: Bench): Promise<Line[]> {
  const { engine, options, folder, say } = bench;
  const all = [...classicRequests, ...teuthologyRequests, ...apiRequests].map(
    (asked): Measured => ({ asked, cells: [] }),
  );
  const notes: string[] = [];
  for (const jobs of options.jobs) {
    const url = await engine.createDatabase(`size-${jobs}`);
    let server = await startServer({ url, folder });
    try {
      const sql = await connect(url);
      await fillLab(
        `http://127.0.0.1:${server.secondPort}`,
        sql,
        { runs: Math.ceil(jobs / jobsOfRun), jobs: jobsOfRun, sent: jobs < 100_000 ? 4 : 20 },
        say,
      );
      const bytes = await databaseBytes(sql);
      await sql.close();
      await server.stop();
      server = await startServer({ url, folder, profile: options.profile });
      const samples = await readSamples(getJson(server.secondPort));
      for (const { asked, cells } of all) cells.push(await measure(server, asked, samples));
      const { peakRssBytes } = await server.ask('figures');
      notes.push(
        `${jobs.toLocaleString('en')} jobs: ${(bytes / jobs / 1000).toFixed(1)} KB on disk a job, the server took ${megabytes(peakRssBytes)} at most`,
      );
      say(notes.at(-1)!);
    } finally {
      await server.stop();
      await engine.dropDatabase(url);
    }
  }
  if (options.jobs.at(-1)! >= 1_000_000) writeScale(engine.title, options.jobs, all, notes);
  const kinds = ['list', 'run page', 'node page'] as const;
  return [...kinds.map((kind) => slowest(kind, all, options.jobs.at(-1)!)), ...growth(all, options.jobs)];
}

async function measure(server: Server, asked: Asked, samples: Samples): Promise<Cell> {
  const { door, body, headers = {}, status = 200, kind } = asked;
  const count = kind === 'whole' ? requestsOfWhole : requests;
  const port = door === 'teuthology' ? server.secondPort : server.port;
  const from = (first: number) => {
    let n = first;
    return () => ({
      path: asked.path(samples, n++),
      headers,
      ...(body === undefined ? {} : { method: 'POST' as const, body }),
    });
  };
  // From another place in the samples: what it asks for is not what is measured then.
  await load({ port, next: from(1000), connections: 1, requests: Math.ceil(count / 10), status });
  await server.ask('watch');
  const seen = await load({ port, next: from(0), connections: 1, requests: count, status });
  return { seen, blockMs: (await server.ask('figures')).longestBlockMs };
}

function slowest(kind: 'list' | 'run page' | 'node page', all: Measured[], jobs: number): Line {
  const ofKind = all.filter(({ asked }) => asked.kind === kind).toSorted((a, b) => lastMs(b) - lastMs(a));
  const worst = lastMs(ofKind[0]!);
  const named = ofKind.slice(0, 3).map((one) => `\`${titleOf(one)}\` ${milliseconds(lastMs(one))}`);
  return {
    quantity: 'Size',
    what: `slowest of ${ofKind.length} ${{ list: 'lists and filters', 'run page': 'pages of a run of 500 jobs', 'node page': 'pages of a node' }[kind]}, ${jobs.toLocaleString('en')} jobs`,
    budget: `≤ ${budgets[kind]} ms`,
    measured: milliseconds(worst),
    ok: worst <= budgets[kind],
    remarks: named.join(', '),
  };
}

/** What costs more in a large database although it shows as much. */
function growth(all: Measured[], sizes: number[]): Line[] {
  if (sizes.length < 2) return [];
  const grown = ({ cells }: Measured) => cells.at(-1)!.seen.medianMs - cells[0]!.seen.medianMs;
  const compared = all.filter(({ asked }) => budgets[asked.kind] !== null).toSorted((a, b) => grown(b) - grown(a));
  const most = grown(compared[0]!);
  const ends = [sizes[0]!, sizes.at(-1)!].map((jobs) => jobs.toLocaleString('en'));
  return [
    {
      quantity: 'Size',
      what: `growth from ${ends.join(' to ')} jobs, at most`,
      budget: `< ${noticeableMs} ms`,
      measured: milliseconds(most),
      ok: most < noticeableMs,
      remarks: compared
        .slice(0, 3)
        .map((one) => `\`${titleOf(one)}\` ${milliseconds(grown(one))}`)
        .join(', '),
    },
  ];
}

function lastMs({ cells }: Measured): number {
  return cells.at(-1)!.seen.medianMs;
}

/** `teuthology GET /runs count=100` */
export function titleOf({ asked: { door, title } }: Measured): string {
  return `${door} ${title}`;
}

async function databaseBytes(sql: Sql): Promise<number> {
  const text =
    sql.engine === 'postgres'
      ? 'select pg_database_size(current_database()) as bytes'
      : 'select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()';
  return Number((await sql.query(text))[0]?.bytes);
}
