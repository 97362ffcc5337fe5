/** One server process against two on one PostgreSQL, behind the same port. */
import { type Child, startChild } from '../child.ts';
import { type Figure, throughput } from '../figures.ts';
import type { ProcessFigures } from '../probe.ts';
import { type Bench, inRounds, sender } from '../rounds.ts';
import { seed } from '../seed.ts';
import { startTeuthologyServer } from '../teuthology-server.ts';
import { lab, type TeuthologyScenario } from '../traffic-teuthology.ts';

const shared: [scenario: TeuthologyScenario, title: string][] = [
  ['t-runs-100', 'GET /runs/?count=100'],
  ['t-run', `GET /runs/{name}/: ${lab.jobs} jobs of 8 KB`],
  ['t-put', 'PUT job: `{"status":"running"}`'],
  ['t-post', 'POST job of 8 KB'],
];

/** What a second process brings; nothing is asked of it, because it shares the processors with the database and the clients. */
export async function measureWorkers(bench: Bench): Promise<Figure[]> {
  const { engine, options } = bench;
  if (engine.name === 'sqlite') return [];
  const figures: Figure[] = [];
  for (const [scenario, title] of shared) {
    if (options.scenario === undefined || options.scenario === scenario)
      figures.push(await measureShared(bench, scenario, title));
  }
  return figures;
}

async function measureShared(bench: Bench, scenario: TeuthologyScenario, title: string): Promise<Figure> {
  const { engine, options, folder } = bench;
  // Each with a database of its own: what one has written would slow the other.
  const urls = [await engine.createDatabase(`one-${scenario}`), await engine.createDatabase(`two-${scenario}`)];
  const children: Child[] = [];
  const started = async (url: string, workers: number) => {
    await seed(engine, url, [{ ...lab, documents: true, status: 'waiting' }], 'teuthology');
    const server = await startTeuthologyServer({ url, folder, workers });
    const client = startChild('client.ts');
    children.push(client, server.child);
    return { ...sender(client, { scenario, port: server.port }, options.seconds), server: server.child };
  };
  try {
    const [one, two] = [await started(urls[0]!, 1), await started(urls[1]!, 2)];
    const values = await inRounds(bench, `${title}, workers`, { one: one.side, two: two.side });
    const { rssBytes } = await one.server.ask<ProcessFigures>('figures');
    const note = `one process: ${Math.round(rssBytes / 1e6)} MB`;
    return throughput(`${title}, two workers`, values.two, values.one, 'one worker', null, note);
  } finally {
    for (const child of children) await child.stop();
    for (const url of urls) await engine.dropDatabase(url);
  }
}
