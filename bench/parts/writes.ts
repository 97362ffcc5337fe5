/** Writes in bursts, beside what the bare engine does with the same rows. */
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBare } from '../bare.ts';
import { type Bench, inRounds, type Line, median, milliseconds, percent, perSecond, ratioOf } from '../bench.ts';
import { load, type Seen } from '../load.ts';
import { type Server, startServer } from '../server.ts';
import { clients, sendRuns, type WriteKind, writeKinds, writes } from '../traffic.ts';

const leastPerSecond = 1000;
const leastShare = 0.5;
const mostTokenCost = 0.03;

const secret = 'paddles_of-the-benchmark'.padEnd(51, 'x');

/** POST and PUT of jobs by eight clients, each in a run of its own. */
export default async function measureWrites(bench: Bench): Promise<Line[]> {
  const { engine, options, folder } = bench;
  const url = await engine.createDatabase('writes');
  const tokens = join(folder, 'tokens');
  writeFileSync(tokens, `bench report ${hash('sha256', secret)}\n`);
  const settings = ['--tokens-file', tokens];
  const server = await startServer({ url, folder, profile: options.profile, settings });
  try {
    await sendRuns(`http://127.0.0.1:${server.secondPort}`, clients);
    await engine.analyse(url);
    const bare = await openBare(url, folder);
    const lines: Line[] = [];
    for (const kind of Object.keys(writeKinds) as WriteKind[]) {
      const seen: Seen[] = [];
      const next = writes(kind);
      const values = await inRounds(bench, writeKinds[kind], {
        server: async () => {
          seen.push(await load({ port: server.secondPort, next, connections: clients, seconds: options.seconds }));
          return seen.at(-1)!.perSecond;
        },
        bare: () => bare.measure(kind, options.seconds),
      });
      lines.push(burst(engine.name, kind, Math.max(...values.server), seen.slice(1)));
      lines.push(
        share(kind, ratioOf(values.server, values.bare), `${perSecond(median(values.bare))} by ${bare.title}`),
      );
    }
    return [...lines, await tokenCost(bench, server)];
  } finally {
    await server.stop();
    await engine.dropDatabase(url);
  }
}

/** What a token costs, in processor time of the server: rates vary by more than the budget. */
async function tokenCost(bench: Bench, server: Server): Promise<Line> {
  const next = writes('status');
  const side = (headers: Record<string, string>) => async () => {
    const before = (await server.ask('figures')).cpuSeconds;
    const request = () => ({ ...next(), headers });
    const port = server.secondPort;
    const { answers } = await load({ port, next: request, connections: clients, seconds: bench.options.seconds });
    return answers / ((await server.ask('figures')).cpuSeconds - before);
  };
  const sides = { with: side({ authorization: `Basic ${btoa(`worker:${secret}`)}` }), without: side({}) };
  // In an even number of rounds each side comes first equally often.
  const rounds = 2 * bench.options.rounds;
  const what = `${writeKinds.status}, with and without a token, a processor second`;
  const values = await inRounds({ ...bench, options: { ...bench.options, rounds } }, what, sides);
  const cost = 1 - mean(values.with) / mean(values.without);
  return {
    quantity: 'Writes',
    what: 'processor time of a token with PUT',
    budget: `≤ ${percent(mostTokenCost)}`,
    measured: percent(cost),
    ok: cost <= mostTokenCost,
  };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The best round counts: whatever else the machine does can only take away. */
function burst(engine: string, kind: WriteKind, best: number, seen: Seen[]): Line {
  const times = (pick: (one: Seen) => number) => milliseconds(median(seen.map(pick)));
  return {
    quantity: 'Writes',
    what: `${writeKinds[kind]}, ${clients} clients`,
    budget: engine === 'postgres' ? `≥ ${perSecond(leastPerSecond)}` : '',
    measured: perSecond(best),
    ok: engine === 'postgres' ? best >= leastPerSecond : null,
    remarks: `median ${times((one) => one.medianMs)}, p99 ${times((one) => one.p99Ms)}`,
  };
}

function share(kind: WriteKind, ratio: number, remarks: string): Line {
  const measured = percent(ratio);
  return {
    quantity: 'Against the bare engine',
    what: writeKinds[kind],
    budget: `≥ ${percent(leastShare)}`,
    measured,
    ok: ratio >= leastShare,
    remarks,
  };
}
