import { startChild, startServer } from '../child.ts';
import type { ClientFigures } from '../client.ts';
import { clients } from '../data.ts';
import { type Figure, median, throughput } from '../figures.ts';
import { startLimit, type WriteKind } from '../limits.ts';
import type { ProcessFigures } from '../probe.ts';
import { type Bench, inRounds, sender } from '../rounds.ts';
import { seed } from '../seed.ts';
import { seededJobs } from '../traffic.ts';

const titles: Record<WriteKind, string> = {
  post: 'POST job of 8 KB',
  'put-status': 'PUT job: `{"success":true}`',
  'put-whole': 'PUT job: the same 8 KB and success',
  'put-changed': 'PUT job: 8 KB, other document',
};

/** The share of the bare engine's writes that the server has to reach. */
const leastShare = 0.5;

/** Writes of one kind, against the bare engine. */
export async function measureWrites(bench: Bench, kind: WriteKind): Promise<Figure[]> {
  const { engine, options, folder } = bench;
  const [url, limitUrl] = [await engine.createDatabase(kind), await engine.createDatabase(`${kind}-limit`)];
  for (const one of [url, limitUrl]) await seed(engine, one, [{ runs: clients, jobs: seededJobs, documents: true }]);
  const server = await startServer({ url, folder, profile: options.profile });
  const limit = await startLimit(engine, limitUrl, folder);
  const client = startChild('client.ts');
  try {
    const { side, seen } = sender(client, { scenario: kind, port: server.port }, options.seconds);
    const busy = serverShare(side, () => server.child.ask('figures'));
    const limitSide = () => limit.measure({ kind, seconds: options.seconds });
    const values = await inRounds(bench, titles[kind], { server: busy.side, limit: limitSide });
    return [
      throughput(titles[kind], values.server, values.limit, limit.title, leastShare, loadNote(seen, busy.shares)),
    ];
  } finally {
    await Promise.all([client.stop(), limit.stop(), server.child.stop()]);
    for (const one of [url, limitUrl]) await engine.dropDatabase(one);
  }
}

/** Also notes how much of a processor the server took: what it leaves is the engine, the clients or waiting. */
export function serverShare(side: () => Promise<number>, ask: () => Promise<ProcessFigures>) {
  const shares: number[] = [];
  const measured = async () => {
    const before = (await ask()).cpuSeconds;
    const began = performance.now();
    const value = await side();
    shares.push(((await ask()).cpuSeconds - before) / ((performance.now() - began) / 1000));
    return value;
  };
  return { side: measured, shares };
}

/** Times and processor shares, for the remarks. */
export function loadNote(seen: ClientFigures[], shares: number[]): string {
  const middle = (values: number[]) => median(values.slice(1));
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return (
    `median ${middle(seen.map((one) => one.medianMs)).toFixed(1)} ms, p99 ${middle(seen.map((one) => one.p99Ms)).toFixed(1)} ms; ` +
    `processor: server ${percent(middle(shares))}, clients ${percent(middle(seen.map((one) => one.cpuShare)))}`
  );
}
