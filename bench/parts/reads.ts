/** Lists compared with the smallest program that gives the same answers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atLeast, type Bench, inRounds, type Line, median, percent, perSecond, ratioOf } from '../bench.ts';
import { load, type Seen } from '../load.ts';
import { withServer } from '../server.ts';
import { clients, jobsOfRun, jobsPath, sendRuns } from '../traffic.ts';

const leastShare = 0.6;
const runs = 100;

/** The reads of the teuthology contract that are measured, by path; all of them in `minimal.ts` too. */
const reads: [what: string, path: string][] = [
  ['GET /runs/?count=100', '/runs/?count=100'],
  ['GET /runs/?fields=name,status', '/runs/?fields=name,status'],
  ['GET /nodes/', '/nodes/'],
  [`GET …/jobs/?fields=job_id,status, ${jobsOfRun} jobs`, `${jobsPath(0)}?fields=job_id,status`],
  [`GET /runs/{name}/, ${jobsOfRun} jobs of 8 KB`, jobsPath(0).replace('jobs/', '')],
];

/** Eight clients ask for one list. */
export default function measureReads(bench: Bench): Promise<Line[]> {
  return withServer(bench, 'reads', null, async ({ secondPort }, url) => {
    await sendRuns(secondPort, runs);
    const minimal = spawn(process.execPath, [join(import.meta.dirname, '../minimal.ts'), url], {
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    try {
      const [minimalPort] = (await once(minimal, 'message')) as [number];
      const lines: Line[] = [];
      for (const [what, path] of reads) lines.push(await compare(bench, what, path, [secondPort, minimalPort]));
      return lines;
    } finally {
      minimal.kill();
    }
  });
}

async function compare(bench: Bench, what: string, path: string, ports: [server: number, minimal: number]) {
  const seen: Seen[] = [];
  const [server, minimal] = ports.map((port, side) => async () => {
    const { seconds } = bench.options;
    seen[side] = await load({ port, next: () => ({ path }), connections: clients, seconds });
    return seen[side].perSecond;
  });
  const values = await inRounds(bench, what, { server: server!, minimal: minimal! });
  const [bytes, limit] = [seen[0]!.bytes, seen[1]!.bytes];
  // A comparison of answers that differ would compare nothing.
  if (bytes < 0.85 * limit || bytes > 1.2 * limit)
    throw new Error(`${what}: the server answers ${bytes} bytes, minimal.ts ${limit}`);
  const rates = `${perSecond(median(values.server))}, minimal program ${perSecond(median(values.minimal))}`;
  const remarks = `${rates}; ${(bytes / 1000).toFixed(1)} KB`;
  return atLeast('Against the bare engine', what, leastShare, ratioOf(values.server, values.minimal), percent, remarks);
}
