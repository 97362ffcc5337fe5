import { startChild } from '../child.ts';
import type { ClientFigures } from '../client.ts';
import { atLeast, type Figure, median } from '../figures.ts';
import type { ProcessFigures } from '../probe.ts';
import { type Bench, inRounds, type Side, sender } from '../rounds.ts';
import { seed, seedNodes } from '../seed.ts';
import { startTeuthologyServer } from '../teuthology-server.ts';
import { lab, type readPaths } from '../traffic-teuthology.ts';
import { answerSize, sameSize } from './reads.ts';

interface Read {
  scenario: keyof typeof readPaths;
  title: string;
  /** Answers a second. */
  target: number;
  /** What the Python server gave on PostgreSQL. */
  python: string;
}

const reads: Read[] = [
  { scenario: 't-runs', title: 'GET /runs/: 25 runs', target: 2000, python: '4–5' },
  { scenario: 't-runs-100', title: 'GET /runs/?count=100', target: 800, python: '1.0–1.3' },
  { scenario: 't-run', title: `GET /runs/{name}/: ${lab.jobs} jobs of 8 KB`, target: 250, python: '3–7' },
  {
    scenario: 't-fields',
    title: `GET …/jobs/?fields=job_id,status: ${lab.jobs} jobs`,
    target: 2500,
    python: '111–154',
  },
  { scenario: 't-nodes', title: `GET /nodes/: ${lab.nodes} nodes`, target: 1500, python: '243–269' },
];

/** Reads of the teuthology contract in a lab of 100 runs of 50 jobs, against a minimal program. */
export async function measureTeuthologyReads(bench: Bench): Promise<Figure[]> {
  const { engine, options, folder } = bench;
  const url = await engine.createDatabase('t-reads');
  const nodesUrl = await engine.createDatabase('t-nodes');
  await seed(engine, url, [{ ...lab, documents: true }], 'teuthology');
  await seedNodes(
    engine,
    nodesUrl,
    Array.from({ length: lab.nodes }, (_, n) => `bench${String(n).padStart(3, '0')}.front.sepia.ceph.com`),
  );
  const figures: Figure[] = [];
  try {
    for (const read of reads.filter(
      ({ scenario }) => options.scenario === undefined || options.scenario === scenario,
    )) {
      figures.push(await measureRead(bench, read.scenario === 't-nodes' ? nodesUrl : url, read));
    }
  } finally {
    await engine.dropDatabase(url);
    await engine.dropDatabase(nodesUrl);
  }
  return figures;

  async function measureRead(bench: Bench, url: string, { scenario, title, target, python }: Read): Promise<Figure> {
    const server = await startTeuthologyServer({ url, folder, profile: options.profile });
    const minimal = startChild('minimal.ts', [url, 'teuthology']);
    const client = startChild('client.ts');
    try {
      const send = (port: number) => sender(client, { scenario, port }, options.seconds);
      const [tested, least] = [send(server.port), send(await minimal.ask<number>('port'))];
      const busy = processorTime(tested, () => server.child.ask('figures'));
      const values = await inRounds(bench, title, { server: busy.side, minimal: least.side });
      sameSize(tested.seen, least.seen);
      const goal = engine.name === 'postgres' ? { target, python } : null;
      const note = `${answerSize(tested.seen)}, ${median(busy.times.slice(1)).toFixed(2)} ms of the server's processor time each`;
      return atLeast(title, values.server, { values: values.minimal, title: 'minimal program' }, goal, note);
    } finally {
      await Promise.all([client, minimal, server.child].map((child) => child.stop()));
    }
  }
}

/** Also notes the processor time of each answer in milliseconds, which depends less than its rate on what else goes on. */
function processorTime({ side, seen }: { side: Side; seen: ClientFigures[] }, ask: () => Promise<ProcessFigures>) {
  const times: number[] = [];
  const measured = async () => {
    const before = (await ask()).cpuSeconds;
    const value = await side();
    times.push((((await ask()).cpuSeconds - before) * 1000) / seen.at(-1)!.requests);
    return value;
  };
  return { side: measured, times };
}
