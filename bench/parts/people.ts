/** 200 writes a second while 50 people use the dashboard. */
import { setTimeout as sleep } from 'node:timers/promises';
import { apiRequests } from '../../test/statements/catalog/api.ts';
import { readSamples } from '../../test/statements/catalog/samples.ts';
import { type Bench, type Line, milliseconds, perSecond } from '../bench.ts';
import { connect } from '../database.ts';
import { fillLab } from '../lab.ts';
import { load, quantile, type Request } from '../load.ts';
import { getJson, type Server, startServer } from '../server.ts';
import { clients, jobsPath, sendRuns, writes } from '../traffic.ts';

const people = 50;
const rate = 200;
/** How long a person looks at a page, in the mean. */
const pauseMs = 2000;
/** A shorter measurement would be a burst. */
const leastSeconds = 20;

/** Workers report jobs as often as they do, one POST for four PUTs; every person listens to changes and opens pages. */
export default async function measurePeople(bench: Bench): Promise<Line[]> {
  const { engine, options, folder, say } = bench;
  const url = await engine.createDatabase('people');
  let server = await startServer({ url, folder });
  try {
    const sql = await connect(url);
    await fillLab(`http://127.0.0.1:${server.secondPort}`, sql, { runs: 100, jobs: 500, sent: 4 }, say);
    await sql.close();
    await server.stop();
    server = await startServer({ url, folder, profile: options.profile });
    await sendRuns(`http://127.0.0.1:${server.secondPort}`, clients);
    const next = byTurns();
    const stop = new AbortController();
    const looking = lookAround(server, stop.signal);
    const seconds = Math.max(leastSeconds, options.seconds);
    const seen = await load({ port: server.secondPort, next, connections: clients, seconds, rate });
    stop.abort();
    const times = await looking;
    const pages = `${times.length} pages, median ${milliseconds(quantile(times, 0.5))}, p99 ${milliseconds(quantile(times, 0.99))}`;
    say(`${perSecond(seen.perSecond)}, ${pages}`);
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
  } finally {
    await server.stop();
    await engine.dropDatabase(url);
  }
}

function byTurns(): () => Request {
  const [post, status] = [writes('post'), writes('status')];
  let count = 0;
  return () => (count++ % 5 === 0 ? post() : status());
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
  const base = `http://127.0.0.1:${port}`;
  const samples = await readSamples(getJson(secondPort));
  const pages = apiRequests.filter(({ title }) => opened.includes(title));
  const times: number[] = [];
  const person = async (_: unknown, n: number) => {
    const events = fetch(`${base}/api/events`, { signal }).then((answer) => answer.text());
    events.catch(() => {});
    for (let page = 0; !signal.aborted; page++) {
      await sleep(Math.random() * 2 * pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      // Every third page is that of a run that is changing.
      const written = encodeURIComponent(jobsPath(n % clients).split('/')[2]!);
      const path =
        page % 3 === 0 ? `/api/runs/${written}/page` : pages[(n + page) % pages.length]!.path(samples, n * 31 + page);
      const began = performance.now();
      const answer = await fetch(base + path);
      await answer.text();
      if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: people }, person));
  return times;
}
