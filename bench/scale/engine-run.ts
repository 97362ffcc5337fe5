/** One engine: filled to each size in turn, and measured there. */
import { type StartedServer, startServer } from '../child.ts';
import type { Engine } from '../engine.ts';
import type { ProcessFigures } from '../probe.ts';
import { request } from '../requests.ts';
import type { Asked } from './catalog.ts';
import { apiRequests } from './catalog-api.ts';
import { classicRequests } from './catalog-classic.ts';
import { teuthologyRequests } from './catalog-teuthology.ts';
import { checkBulk } from './check.ts';
import { addLab, fill, runsFor } from './fill.ts';
import { measure } from './measure.ts';
import type { ScaleOptions } from './options.ts';
import { jobsInRun, timeAfter } from './plan.ts';
import { type Cell, type EngineResult, type Line, mostBlock } from './report.ts';
import { readSamples, type Samples } from './samples.ts';
import { spaceLine, tableSizes } from './space.ts';
import { measureWrites, writeTitles } from './writes.ts';

/** Every read that is measured. */
export const allRequests: Asked[] = [...classicRequests, ...teuthologyRequests, ...apiRequests];

const manyClients = 16;
/** What is worth a line while measuring, in bytes. */
const notableRise = 10e6;

interface Work {
  engine: Engine;
  options: ScaleOptions;
  folder: string;
  url: string;
  say: (line: string) => void;
}

/** Fills and measures; the database is dropped at the end unless it is to be kept. */
export async function measureEngine(engine: Engine, options: ScaleOptions, folder: string): Promise<EngineResult> {
  const began = performance.now();
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`${engine.name} ${String(seconds).padStart(4)} s  ${line}\n`);
  };
  const isNew = options.database === '';
  if (isNew) say(await checkBulk(engine, folder, options.documentBytes));
  const url = isNew ? await engine.createDatabase('scale') : options.database;
  const work = { engine, options, folder, url, say };
  const wanted = allRequests.filter(({ door, title }) => `${door} ${title}`.includes(options.only));
  const lines = new Map(
    wanted.map((one): [string, Line] => [
      titleOf(one),
      { title: titleOf(one), cells: [], bound: one.bound, whole: one.whole ?? false },
    ]),
  );
  const notes: string[] = [];
  try {
    if (isNew) {
      await addLab(url);
      for (const line of await emptyLines(work)) lines.set(line.title, line);
    }
    for (const size of options.sizes) notes.push(await atSize(work, size, wanted, lines));
    return { title: engine.title, sizes: options.sizes, lines: [...lines.values()], notes };
  } finally {
    if (options.keep) process.stdout.write(`Kept: ${url}\n`);
    else await engine.dropDatabase(url);
  }
}

function titleOf({ door, title }: Asked): string {
  return `${door} ${title}`;
}

/** What writes take before there is anything. */
async function emptyLines(work: Work): Promise<Line[]> {
  const writes = Object.values(writeTitles).some((title) => title.includes(work.options.only));
  if (!writes) return [];
  work.say('POST and PUT in an empty database');
  const server = await start(work, 1);
  try {
    const cells = await writeCells(work, server);
    return [...cells].map(([title, cell]) => ({ title, cells: [], empty: cell }));
  } finally {
    await server.child.stop();
  }
}

async function atSize(work: Work, size: number, wanted: Asked[], lines: Map<string, Line>): Promise<string> {
  const { engine, options, url, say } = work;
  const runs = runsFor(size);
  const rate = options.database === '' ? await fillTo(work, runs) : null;
  const space = spaceLine(await tableSizes(engine, url), runs * jobsInRun);
  const samples = await readSamples(engine, url, runs);
  const server = await start(work, runs);
  try {
    let [asked, longest] = [0, 0];
    for (const one of wanted) {
      const cell = await readCell(options, server, one, samples);
      lines.get(titleOf(one))?.cells.push(cell);
      if (cell.roseBytes > notableRise) say(`${titleOf(one)}: memory rose by ${Math.round(cell.roseBytes / 1e6)} MB`);
      longest = Math.max(longest, cell.blockMs);
      if (++asked % 10 === 0) say(`${size.toLocaleString('en')} jobs: ${asked} of ${wanted.length} requests measured`);
    }
    const { peakRssBytes } = await server.child.ask<ProcessFigures>('figures');
    const writes = [...lines.values()].some(({ empty }) => empty);
    if (writes) for (const [title, cell] of await writeCells(work, server)) lines.get(title)?.cells.push(cell);
    const memory = `${Math.round(peakRssBytes / 1e6)} MB of memory at most, longest block ${longest.toFixed(0)} ms`;
    const note = `${size.toLocaleString('en')} jobs: ${space};${rate === null ? '' : ` filled at ${rate} jobs a second;`} the server: ${memory}`;
    say(note);
    return note;
  } finally {
    await server.child.stop();
  }
}

async function fillTo({ url, options, say }: Work, runs: number): Promise<string> {
  const began = performance.now();
  let [first, told] = [-1, began];
  const tell = (there: number) => {
    if (first === -1) first = there - 1;
    if (performance.now() - told < 5000) return;
    told = performance.now();
    say(`filling: ${there} of ${runs} runs`);
  };
  await fill({ url, documentBytes: options.documentBytes, runs, tell });
  const jobs = (runs - first) * jobsInRun;
  return Math.round((jobs * 1000) / (performance.now() - began)).toLocaleString('en');
}

function start({ url, folder }: Work, runs: number): Promise<StartedServer> {
  return startServer({ url, folder, bothDoors: true, clock: timeAfter(runs) });
}

async function readCell(
  { seconds, requests }: ScaleOptions,
  { child, port, secondPort }: StartedServer,
  asked: Asked,
  samples: Samples,
): Promise<Required<Cell>> {
  const { door, body, headers = '', status = 200, whole } = asked;
  const at = (n: number) => {
    const bytes = request(body === undefined ? 'GET' : 'POST', asked.path(samples, n), body);
    return headers === '' ? bytes : Buffer.from(bytes.toString().replace('\r\n', `\r\n${headers}`));
  };
  const limits = { port: door === 'teuthology' ? secondPort : port, clients: 1, seconds, requests, status };
  // From another place in the samples: what it asks for is not what is measured then.
  await measure((n) => at(n + 1000), { ...limits, seconds: 0.2, requests: 10 });
  const { peakRssBytes: before } = await child.ask<ProcessFigures>('watch');
  const one = await measure(at, limits);
  let { longestBlockMs: blockMs } = await child.ask<ProcessFigures>('figures');
  if (blockMs > mostBlock) {
    // The machine takes its time too: an idle process is blocked for some 60 ms now and then, but hardly twice.
    await child.ask<ProcessFigures>('watch');
    await measure(at, limits);
    blockMs = Math.min(blockMs, (await child.ask<ProcessFigures>('figures')).longestBlockMs);
  }
  const many = whole ? null : await measure(at, { ...limits, clients: manyClients, requests: 2 * requests });
  const { peakRssBytes } = await child.ask<ProcessFigures>('figures');
  return { one, many, blockMs, roseBytes: peakRssBytes - before };
}

async function writeCells({ options }: Work, { secondPort }: StartedServer): Promise<Map<string, Cell>> {
  const timings = await measureWrites(secondPort, [1, manyClients], options);
  const find = (title: string, clients: number) =>
    timings.find((one) => one.title === title && one.clients === clients)?.timing;
  return new Map(
    Object.values(writeTitles).flatMap((title) => {
      const one = find(title, 1);
      return one ? [[title, { one, many: find(title, manyClients) ?? null }] as const] : [];
    }),
  );
}
