import { type Child, startChild } from '../child.ts';
import { clients } from '../data.ts';
import { atLeast, type Figure, type Goal } from '../figures.ts';
import { locksLimit } from '../limit-locks.ts';
import { startLimit, type WriteKind } from '../limits.ts';
import { type Bench, inRounds, type Side, sender } from '../rounds.ts';
import { seed, seedNodes } from '../seed.ts';
import { startTeuthologyServer } from '../teuthology-server.ts';
import { seededJobs } from '../traffic.ts';
import { lab, type TeuthologyScenario } from '../traffic-teuthology.ts';
import { loadNote, serverShare } from './writes.ts';

interface Write {
  scenario: TeuthologyScenario;
  title: string;
  kind: WriteKind;
  oneRun: boolean;
  goal: Goal;
}

const put = 'PUT job: `{"status":"running"}`';
const post = 'POST job of 8 KB';

const writes: Write[] = [
  {
    scenario: 't-put',
    title: `${put}, ${lab.runs} runs`,
    kind: 'put-status',
    oneRun: false,
    goal: { target: 2000, python: '37–58' },
  },
  {
    scenario: 't-put-one',
    title: `${put}, one run`,
    kind: 'put-status',
    oneRun: true,
    goal: { target: 1000, python: '29–32' },
  },
  {
    scenario: 't-post',
    title: `${post}, ${lab.runs} runs`,
    kind: 'post',
    oneRun: false,
    goal: { target: 1000, python: '17–26' },
  },
  {
    scenario: 't-post-one',
    title: `${post}, one run`,
    kind: 'post',
    oneRun: true,
    goal: { target: 700, python: '15–22' },
  },
];

/** Writes of jobs in the teuthology contract, against the bare engine. */
export async function measureTeuthologyWrites(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  const { scenario } = bench.options;
  for (const write of writes) {
    if (scenario === undefined || scenario === write.scenario) figures.push(await measureWrite(bench, write));
  }
  return figures;
}

async function measureWrite(bench: Bench, { scenario, title, kind, oneRun, goal }: Write): Promise<Figure> {
  const { engine, options, folder } = bench;
  const [url, limitUrl] = [await engine.createDatabase(scenario), await engine.createDatabase(`${scenario}-limit`)];
  await seed(engine, url, [{ ...lab, documents: true, status: 'waiting' }], 'teuthology');
  await seed(engine, limitUrl, [{ runs: clients, jobs: seededJobs, documents: true }], 'teuthology');
  const limit = await startLimit(engine, limitUrl, folder, 'teuthology');
  try {
    const limitSide = () => limit.measure({ kind, seconds: options.seconds, oneRun });
    return await withServer(bench, url, scenario, async (server, note) => {
      const values = await inRounds(bench, title, { server, limit: limitSide });
      const whatLimits = { values: values.limit, title: limit.title };
      return atLeast(title, values.server, whatLimits, onPostgres(bench, goal), note());
    });
  } finally {
    await limit.stop();
    for (const one of [url, limitUrl]) await engine.dropDatabase(one);
  }
}

/** Clients that lock nodes of one kind and give them back; every answer has to be clean, see traffic-teuthology.ts. */
export async function measureTeuthologyLocks(bench: Bench): Promise<Figure[]> {
  const { engine, options, folder } = bench;
  const title = `lock_many and unlock_many, 1 to 5 of ${lab.nodes} nodes`;
  const [url, limitUrl] = [await engine.createDatabase('t-locks'), await engine.createDatabase('t-locks-limit')];
  const names = Array.from({ length: lab.nodes }, (_, n) => `bench${String(n).padStart(3, '0')}`);
  for (const one of [url, limitUrl]) await seedNodes(engine, one, names);
  try {
    return await withServer(bench, url, 't-locks', async (server, note) => {
      const limit = locksLimit(engine, limitUrl, folder, options.seconds);
      const goal = onPostgres(bench, { target: 800, python: '52–71, a fifth of them not clean' });
      const clean = () => `every answer clean; ${note()}`;
      if (limit === null) {
        const { server: values } = await inRounds(bench, title, { server });
        return [atLeast(title, values, null, goal, clean())];
      }
      const values = await inRounds(bench, title, { server, limit });
      return [atLeast(title, values.server, { values: values.limit, title: 'pgbench, 8 connections' }, goal, clean())];
    });
  } finally {
    for (const one of [url, limitUrl]) await engine.dropDatabase(one);
  }
}

function onPostgres({ engine }: Bench, goal: Goal): Goal | null {
  return engine.name === 'postgres' ? goal : null;
}

async function withServer<T>(
  { options, folder }: Bench,
  url: string,
  scenario: TeuthologyScenario,
  work: (server: Side, note: () => string) => Promise<T>,
): Promise<T> {
  const server = await startTeuthologyServer({ url, folder, profile: options.profile });
  const client: Child = startChild('client.ts');
  try {
    const { side, seen } = sender(client, { scenario, port: server.port }, options.seconds);
    const busy = serverShare(side, () => server.child.ask('figures'));
    return await work(busy.side, () => loadNote(seen, busy.shares));
  } finally {
    await Promise.all([client.stop(), server.child.stop()]);
  }
}
