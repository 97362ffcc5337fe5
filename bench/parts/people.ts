/** 200 writes a second while 50 people use the dashboard. */
import { setTimeout as sleep } from 'node:timers/promises';
import { apiRequests } from '../../test/statements/catalog/api.ts';
import { readSamples } from '../../test/statements/catalog/samples.ts';
import { type Bench, type Line, median, milliseconds, perSecond } from '../bench.ts';
import { load, quantile } from '../load.ts';
import { getJson, type Server, send, withServer } from '../server.ts';
import { clients, jobsPath, sendRuns, writes } from '../traffic.ts';

const people = 50;
const rate = 200;
/** How long a person looks at a page, in the mean. */
const pauseMs = 2000;
/** A shorter measurement would be a burst. */
const leastSeconds = 20;

/** Workers report jobs as often as they do, one POST for four PUTs; every person listens to changes and opens pages. */
export default function measurePeople(bench: Bench): Promise<Line[]> {
  return withServer(bench, 'people', { runs: 100, jobs: 500, sent: 4 }, async (server) => {
    const port = server.secondPort;
    await sendRuns(port, clients);
    const [post, status] = [writes('post'), writes('status')];
    let count = 0;
    const next = () => (count++ % 5 === 0 ? post() : status());
    const stop = new AbortController();
    const seconds = Math.max(leastSeconds, bench.options.seconds);
    const [seen, times] = await Promise.all([
      load({ port, next, connections: clients, seconds, rate }).finally(() => stop.abort()),
      lookAround(server, stop.signal),
    ]);
    const pages = `${times.length} pages, median ${milliseconds(median(times))}, p99 ${milliseconds(quantile(times, 0.99))}`;
    return [
      {
        quantity: 'Writes',
        what: `sustained for ${seconds} s while ${people} people use the dashboard`,
        budget: `≥ ${perSecond(rate)}`,
        measured: perSecond(seen.perSecond),
        // What one second holds too little the last one does not make up for.
        ok: seen.perSecond >= rate * 0.98,
        remarks: `writes: median ${milliseconds(seen.medianMs)}, p99 ${milliseconds(seen.p99Ms)}; ${pages}`,
      },
    ];
  });
}

/** What people open, beside the page of a run that is changing. */
const opened = [
  'GET /api/runs',
  'GET /api/runs q: branch',
  'GET /api/runs/:run/page',
  'GET /api/runs/:run/jobs/:job scope=branch',
  'GET /api/nodes/:name',
];

/** Returns how long each page took; throws when one was not answered with 200. */
async function lookAround({ port, secondPort }: Server, signal: AbortSignal): Promise<number[]> {
  const samples = await readSamples((path) => getJson(secondPort, path));
  const pages = apiRequests.filter(({ title }) => opened.includes(title));
  const times: number[] = [];
  const person = async (_: unknown, n: number) => {
    const events = fetch(`http://127.0.0.1:${port}/api/events`, { signal }).then((answer) => answer.text());
    events.catch(() => {});
    for (let page = 0; !signal.aborted; page++) {
      await sleep(Math.random() * 2 * pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const written = encodeURIComponent(jobsPath(n % clients).split('/')[2]!);
      // Every third page is that of a run that is changing.
      const path =
        page % 3 === 0 ? `/api/runs/${written}/page` : pages[(n + page) % pages.length]!.path(samples, n * 31 + page);
      const began = performance.now();
      await (await send(port, path)).text();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: people }, person));
  return times;
}
