/** Lists compared with the smallest program that gives the same answers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Bench, inRounds, type Line, median, percent, perSecond, ratioOf } from '../bench.ts';
import { load, type Seen } from '../load.ts';
import { startServer } from '../server.ts';
import { clients, jobsOfRun, jobsPath, sendRuns } from '../traffic.ts';

const leastShare = 0.6;
const runs = 100;

/** The reads of the teuthology contract that are measured, by path; all of them in `minimal.ts` too. */
export const reads: [what: string, path: string][] = [
  ['GET /runs/?count=100', '/runs/?count=100'],
  ['GET /runs/?fields=name,status', '/runs/?fields=name,status'],
  ['GET /nodes/', '/nodes/'],
  [`GET …/jobs/?fields=job_id,status, ${jobsOfRun} jobs`, `${jobsPath(0)}?fields=job_id,status`],
  [`GET /runs/{name}/, ${jobsOfRun} jobs of 8 KB`, jobsPath(0).replace('jobs/', '')],
];

/** Eight clients ask for one list. */
export default async function measureReads(bench: Bench): Promise<Line[]> {
  const { engine, options, folder } = bench;
  const url = await engine.createDatabase('reads');
  const server = await startServer({ url, folder, profile: options.profile });
  const minimal = spawn(process.execPath, [join(import.meta.dirname, '../minimal.ts'), url], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  try {
    await sendRuns(`http://127.0.0.1:${server.secondPort}`, runs);
    const [minimalPort] = (await once(minimal, 'message')) as [number];
    const lines: Line[] = [];
    for (const [what, path] of reads) {
      const seen: Record<string, Seen> = {};
      const side = (name: string, port: number) => async () => {
        seen[name] = await load({ port, next: () => ({ path }), connections: clients, seconds: options.seconds });
        return seen[name].perSecond;
      };
      const values = await inRounds(bench, what, {
        server: side('server', server.secondPort),
        minimal: side('minimal', minimalPort),
      });
      const size = seen.server!.bytes / seen.minimal!.bytes;
      // A comparison of answers that differ would compare nothing.
      if (size < 0.85 || size > 1.2)
        throw new Error(`${what}: the server's answer is ${size} times that of minimal.ts`);
      const ratio = ratioOf(values.server, values.minimal);
      lines.push({
        quantity: 'Against the bare engine',
        what,
        budget: `≥ ${percent(leastShare)}`,
        measured: percent(ratio),
        ok: ratio >= leastShare,
        remarks: `${perSecond(median(values.server))}, minimal program ${perSecond(median(values.minimal))}; ${(seen.server!.bytes / 1000).toFixed(1)} KB`,
      });
    }
    return lines;
  } finally {
    minimal.kill();
    await server.stop();
    await engine.dropDatabase(url);
  }
}
