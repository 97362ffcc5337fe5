/** `--against PATH`: two checkouts side by side, each with a database of its own, in rounds that take turns. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, inRounds, median, perSecond, ratioOf } from './bench.ts';
import { load, type Request } from './load.ts';
import { reads } from './parts/reads.ts';
import { table } from './report.ts';
import { ownCheckout, type Server, startServer } from './server.ts';
import { clients, jobsPath, runPrefix, sendRuns, type WriteKind, writeKinds, writes } from './traffic.ts';

const runs = 100;

/** One request: what it is, how the next one is made, and which port answers it. */
type Compared = [what: string, next: () => () => Request, door?: 'classic'];

const compared: Compared[] = [
  ...(Object.keys(writeKinds) as WriteKind[]).map((kind): Compared => [writeKinds[kind], () => writes(kind)]),
  ...reads.map(([what, path]): Compared => [what, () => () => ({ path })]),
  ['classic GET /runs/', () => () => ({ path: '/runs/' }), 'classic'],
  ['classic GET /runs/{name}/jobs/', () => () => ({ path: jobsPath(0) }), 'classic'],
  ['GET /api/runs', () => () => ({ path: '/api/runs' })],
  ['GET /api/runs/{name}/page', () => () => ({ path: `/api/runs/${runPrefix}0/page` })],
];

const columns = ['request', 'here', 'there', 'ratio', 'rounds', 'processor time here/there'];

/** Returns a table: rates, the median of the ratios of the rounds and their range, and processor times per request. */
export async function compareWith(bench: Bench, other: string): Promise<string> {
  if (!existsSync(join(other, 'src/main.ts'))) throw new Error(`--against: ${other} is not a checkout of paddles`);
  const { engine, options, folder } = bench;
  const urls = [await engine.createDatabase('here'), await engine.createDatabase('there')];
  const profiles = ['here', 'there'].map((name) => options.profile && join(options.profile, name));
  const start = (checkout: string, n: number) => startServer({ url: urls[n]!, folder, checkout, profile: profiles[n] });
  const servers = await Promise.all([ownCheckout, other].map(start));
  const rows = [columns];
  try {
    for (const { secondPort } of servers) await sendRuns(`http://127.0.0.1:${secondPort}`, runs);
    for (const [what, make, door] of compared.filter(([what]) => what.includes(options.only))) {
      const [here, there] = servers.map((server) => side(server, make(), door, options.seconds));
      const values = await inRounds(bench, what, { here: here!.measure, there: there!.measure });
      const ratios = values.here.map((value, round) => value / values.there[round]!);
      const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
      const ms = [here!, there!].map(({ cpuMs }) => median(cpuMs.slice(1)));
      const cpu = `${ms.map((value) => value.toFixed(2)).join(' / ')} ms = ${(ms[0]! / ms[1]!).toFixed(2)}`;
      const rates = [values.here, values.there].map((side) => perSecond(median(side)));
      rows.push([what, ...rates, ratioOf(values.here, values.there).toFixed(2), range, cpu]);
    }
  } finally {
    for (const server of servers) await server.stop();
    for (const url of urls) await engine.dropDatabase(url);
  }
  return table(rows);
}

/** One server and what it spends on a request. */
function side(server: Server, next: () => Request, door: 'classic' | undefined, seconds: number) {
  const cpuMs: number[] = [];
  const port = door === 'classic' ? server.port : server.secondPort;
  const measure = async () => {
    const before = (await server.ask('figures')).cpuSeconds;
    const seen = await load({ port, next, connections: clients, seconds });
    cpuMs.push((((await server.ask('figures')).cpuSeconds - before) * 1000) / seen.answers);
    return seen.perSecond;
  };
  return { measure, cpuMs };
}
