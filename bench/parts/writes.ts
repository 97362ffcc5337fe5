/** Writes in bursts, beside what the bare engine does with the same rows. */
import { openBare } from '../bare.ts';
import {
  atLeast,
  type Bench,
  inRounds,
  type Line,
  median,
  milliseconds,
  percent,
  perSecond,
  ratioOf,
} from '../bench.ts';
import { rowsOf } from '../database.ts';
import { load, type Seen } from '../load.ts';
import { withServer } from '../server.ts';
import { clients, sendRuns, type WriteKind, writeKinds, writes } from '../traffic.ts';

const leastPerSecond = 1000;
const leastShare = 0.5;

/** POST and PUT of jobs by eight clients, each in a run of its own. */
export default function measureWrites(bench: Bench): Promise<Line[]> {
  const { engine, options, folder } = bench;
  return withServer(bench, 'writes', null, async ({ secondPort: port }, url) => {
    await sendRuns(port, clients);
    // As PostgreSQL does by itself a minute later: its plans then follow the size of its tables.
    if (engine.name === 'postgres') await rowsOf(url, 'analyze');
    const bare = await openBare(url, folder);
    const lines: Line[] = [];
    for (const kind of Object.keys(writeKinds) as WriteKind[]) {
      const what = writeKinds[kind];
      const seen: Seen[] = [];
      const next = writes(kind);
      const values = await inRounds(bench, what, {
        server: async () => {
          seen.push(await load({ port, next, connections: clients, seconds: options.seconds }));
          return seen.at(-1)!.perSecond;
        },
        bare: () => bare.measure(kind, options.seconds),
      });
      const times = (of: 'medianMs' | 'p99Ms') => milliseconds(median(seen.slice(1).map((one) => one[of])));
      // The best round counts: whatever else the machine does can only take away.
      const best = Math.max(...values.server);
      const remarks = `median ${times('medianMs')}, p99 ${times('p99Ms')}`;
      const burst = atLeast('Writes', `${what}, ${clients} clients`, leastPerSecond, best, perSecond, remarks);
      lines.push(engine.name === 'postgres' ? burst : { ...burst, budget: '', ok: null });
      const limit = `${perSecond(median(values.bare))} by ${bare.title}`;
      const ratio = ratioOf(values.server, values.bare);
      lines.push(atLeast('Against the bare engine', what, leastShare, ratio, percent, limit));
    }
    return lines;
  });
}
