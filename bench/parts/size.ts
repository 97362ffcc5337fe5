/** Every list, filter and page while the database grows. */
import { apiRequests } from '../../test/statements/catalog/api.ts';
import { type Asked, budgets } from '../../test/statements/catalog/catalog.ts';
import { classicRequests } from '../../test/statements/catalog/classic.ts';
import { readSamples, type Samples } from '../../test/statements/catalog/samples.ts';
import { teuthologyRequests } from '../../test/statements/catalog/teuthology.ts';
import { atMost, type Bench, type Line, megabytes, milliseconds } from '../bench.ts';
import { rowsOf } from '../database.ts';
import { load, type Seen } from '../load.ts';
import { writeScale } from '../report.ts';
import { getJson, type Server, withServer } from '../server.ts';

const jobsOfRun = 500;
/** Below this a difference between two sizes does not matter. */
const noticeableMs = 5;
const requests = 60;
const requestsOfWhole = 3;

/** One request at one size. */
interface Cell {
  seen: Seen;
  blockMs: number;
}

/** One request, `teuthology GET /runs count=100`, at all sizes. */
interface Measured {
  title: string;
  asked: Asked;
  cells: Cell[];
}

/** Fills a database to each size and asks for everything in the catalogue, one client at a time. */
export default async function measureSize(bench: Bench): Promise<Line[]> {
  const { engine, options, say } = bench;
  const all = [...classicRequests, ...teuthologyRequests, ...apiRequests].map(
    (asked): Measured => ({ title: `${asked.door} ${asked.title}`, asked, cells: [] }),
  );
  const notes: string[] = [];
  for (const jobs of options.jobs) {
    const size = { runs: Math.ceil(jobs / jobsOfRun), jobs: jobsOfRun, sent: jobs < 100_000 ? 4 : 20 };
    await withServer(bench, `size_${jobs}`, size, async (server, url) => {
      const samples = await readSamples((path) => getJson(server.secondPort, path));
      for (const { asked, cells } of all) cells.push(await measure(server, asked, samples));
      const bytes = `${((await databaseBytes(url)) / jobs / 1000).toFixed(1)} KB on disk a job`;
      const memory = megabytes(server.memory().peak);
      notes.push(`${jobs.toLocaleString('en')} jobs: ${bytes}, the server took ${memory} at most`);
      say(notes.at(-1)!);
    });
  }
  if (options.jobs.at(-1)! >= 1_000_000) writeScale(engine.title, table(all, options.jobs), notes);
  const kinds = ['list', 'run page', 'node page'] as const;
  return [...kinds.map((kind) => slowest(kind, all, options.jobs.at(-1)!)), ...growth(all, options.jobs)];
}

async function measure(server: Server, asked: Asked, samples: Samples): Promise<Cell> {
  const { door, body, headers = {}, status = 200, kind } = asked;
  const count = kind === 'whole' ? requestsOfWhole : requests;
  const port = door === 'teuthology' ? server.secondPort : server.port;
  const send = (first: number, requests: number) => {
    let n = first;
    const post = body === undefined ? {} : { method: 'POST' as const, body };
    const next = () => ({ path: asked.path(samples, n++), headers, ...post });
    return load({ port, next, connections: 1, requests, status });
  };
  // From another place in the samples: what it asks for is not what is measured then.
  await send(1000, Math.ceil(count / 10));
  let seen: Seen | undefined;
  const blockMs = await server.blockDuring(async () => {
    seen = await send(0, count);
  });
  return { seen: seen!, blockMs };
}

function slowest(kind: 'list' | 'run page' | 'node page', all: Measured[], jobs: number): Line {
  const ofKind = all.filter(({ asked }) => asked.kind === kind).toSorted((a, b) => lastMs(b) - lastMs(a));
  const kinds = { list: 'lists and filters', 'run page': 'pages of a run of 500 jobs', 'node page': 'pages of a node' };
  const what = `slowest of ${ofKind.length} ${kinds[kind]}, ${jobs.toLocaleString('en')} jobs`;
  return atMost('Size', what, budgets[kind], lastMs(ofKind[0]!), milliseconds, firstThree(ofKind, lastMs));
}

/** What costs more in a large database although it shows as much. */
function growth(all: Measured[], sizes: number[]): Line[] {
  if (sizes.length < 2) return [];
  const grown = ({ cells }: Measured) => cells.at(-1)!.seen.medianMs - cells[0]!.seen.medianMs;
  const compared = all.filter(({ asked }) => budgets[asked.kind] !== null).toSorted((a, b) => grown(b) - grown(a));
  const ends = [sizes[0]!, sizes.at(-1)!].map((jobs) => jobs.toLocaleString('en'));
  const what = `growth from ${ends.join(' to ')} jobs, at most`;
  return [atMost('Size', what, noticeableMs, grown(compared[0]!), milliseconds, firstThree(compared, grown))];
}

function lastMs({ cells }: Measured): number {
  return cells.at(-1)!.seen.medianMs;
}

function firstThree(all: Measured[], ms: (one: Measured) => number): string {
  const named = all.slice(0, 3).map((one) => `\`${one.title}\` ${milliseconds(ms(one))}`);
  return named.join(', ');
}

/** Every request at every size, with the heads of the columns. */
function table(all: Measured[], sizes: number[]): string[][] {
  const heads = sizes.map((jobs) => `${jobs.toLocaleString('en')} jobs`);
  const rows = all.map(({ title, asked, cells }) => {
    const budget = budgets[asked.kind];
    const last = cells.at(-1)!;
    const times = cells.map(({ seen }) => `${milliseconds(seen.medianMs)} (${milliseconds(seen.p99Ms)})`);
    const verdict = budget === null ? '' : last.seen.medianMs <= budget ? 'met' : '**missed**';
    const size = `${(last.seen.bytes / 1000).toFixed(1)} KB`;
    return [`\`${title}\``, budget === null ? '' : `${budget} ms`, ...times, size, milliseconds(last.blockMs), verdict];
  });
  return [['request', 'budget', ...heads, 'answer', 'block', ''], ...rows];
}

async function databaseBytes(url: string): Promise<number> {
  const text = url.startsWith('sqlite:')
    ? 'select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()'
    : 'select pg_database_size(current_database()) as bytes';
  return Number((await rowsOf(url, text))[0]?.bytes);
}
