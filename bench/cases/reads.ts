import { type Child, startChild, startServer } from '../child.ts';
import type { ClientFigures } from '../client.ts';
import { type Figure, throughput } from '../figures.ts';
import { type Bench, inRounds, sender } from '../rounds.ts';
import { seed } from '../seed.ts';
import type { Scenario } from '../traffic.ts';

const runsListed = 100;
const jobsListed = 500;

/** The list of runs: against a minimal program, and with many jobs in each run against few. */
export async function measureRuns(bench: Bench): Promise<Figure[]> {
  const { engine, options } = bench;
  const many = options.manyJobs;
  const [few, large] = [await engine.createDatabase('runs'), await engine.createDatabase('runs-large')];
  bench.say(`filling ${runsListed} runs of ${many} jobs`);
  await seed(engine, few, [{ runs: runsListed, jobs: 50, documents: true }]);
  await seed(engine, large, [{ runs: runsListed, jobs: many, documents: false }]);
  return withPrograms(bench, [few, large], async (client, [small, big], minimalPort) => {
    const send = (port: number) => sender(client, { scenario: 'runs', port }, options.seconds);
    const [server, serverLarge, minimal] = [send(small!), send(big!), send(minimalPort)];
    const values = await inRounds(bench, 'GET /runs/', {
      server: server.side,
      large: serverLarge.side,
      minimal: minimal.side,
    });
    sameSize(server.seen, minimal.seen);
    const title = (jobs: number) => `GET /runs/: ${runsListed} runs of ${jobs.toLocaleString('en')} jobs`;
    return [
      throughput(title(50), values.server, values.minimal, 'minimal program', 0.6, answerSize(server.seen)),
      // "No slower", give or take what a shared machine adds from round to round.
      throughput(title(many), values.large, values.server, 'the same with 50 jobs each', 0.95),
    ];
  });
}

/** The jobs of one run: against a minimal program, and what HTTP itself allows for as many bytes. */
export async function measureJobs(bench: Bench): Promise<Figure[]> {
  const { engine, options } = bench;
  const url = await engine.createDatabase('jobs');
  await seed(engine, url, [{ runs: 1, jobs: jobsListed, documents: true }]);
  return withPrograms(bench, [url], async (client, [port], minimalPort) => {
    const send = (scenario: Scenario, port: number) => sender(client, { scenario, port }, options.seconds);
    const [server, minimal] = [send('jobs', port!), send('jobs', minimalPort)];
    const values = await inRounds(bench, `GET jobs: ${jobsListed} of 8 KB`, {
      server: server.side,
      minimal: minimal.side,
      ready: send('ready', minimalPort).side,
    });
    sameSize(server.seen, minimal.seen);
    const title = `GET jobs: ${jobsListed} of 8 KB`;
    return [
      throughput(title, values.server, values.minimal, 'minimal program', 0.7, answerSize(server.seen)),
      throughput(`${title}, minimal program`, values.minimal, values.ready, 'bare node:http, a ready Buffer', null),
    ];
  });
}

/** Starts a server for each database, the minimal program on the first, and the clients; stops and drops them all. */
async function withPrograms<T>(
  { engine, options, folder }: Bench,
  urls: string[],
  work: (client: Child, ports: number[], minimalPort: number) => Promise<T>,
): Promise<T> {
  const servers = await Promise.all(urls.map((url) => startServer({ url, folder, profile: options.profile })));
  const minimal = startChild('minimal.ts', [urls[0]!]);
  const client = startChild('client.ts');
  try {
    const ports = servers.map((server) => server.port);
    return await work(client, ports, await minimal.ask<number>('port'));
  } finally {
    await Promise.all([client, minimal, ...servers.map((server) => server.child)].map((child) => child.stop()));
    for (const url of urls) await engine.dropDatabase(url);
  }
}

function answerBytes(seen: ClientFigures[]): number {
  const last = seen.at(-1)!;
  return last.bytes / last.requests;
}

/** A comparison of answers that differ would compare nothing. */
export function sameSize(server: ClientFigures[], minimal: ClientFigures[]): void {
  const ratio = answerBytes(server) / answerBytes(minimal);
  if (ratio < 0.99 || ratio > 1.02) throw new Error(`the server's answer is ${ratio} times that of the limit`);
}

/** The size of the answers, for the remarks. */
export function answerSize(seen: ClientFigures[]): string {
  const bytes = answerBytes(seen);
  return `answers of ${bytes < 1e6 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`}`;
}
