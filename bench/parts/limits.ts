/** The effect of the largest bodies and the longest answers on everybody else: how long they block the server, and its memory. */
import { type Bench, type Line, megabytes, milliseconds, perSecond } from '../bench.ts';
import { connect } from '../database.ts';
import { fillLab } from '../lab.ts';
import { load, type Request } from '../load.ts';
import { getJson, type Server, startServer } from '../server.ts';
import { documentText, runPrefix } from '../traffic.ts';

const limitBytes = 2 * 2 ** 20;
const mostBlockMs = 100;
const mostBytes = 300e6;
/** A process that does nothing is kept waiting by the machine now and then, but hardly in every one of so many attempts. */
const attempts = 3;
const clients = 8;
/** One run has many typical jobs, one some of the largest that can be sent; the others are only written. */
const [longRun, largeRun, writtenRun] = [`${runPrefix}long`, `${runPrefix}large`, `${runPrefix}written`];
const longRunJobs = 2000;

/** Typical and large jobs, the largest body in several shapes, and the requests with the longest answers. */
export default async function measureLimits(bench: Bench): Promise<Line[]> {
  const { engine, options, folder, say } = bench;
  const url = await engine.createDatabase('limits');
  let server = await startServer({ url, folder });
  try {
    const sql = await connect(url);
    await fillLab(`http://127.0.0.1:${server.secondPort}`, sql, { runs: 40, jobs: 500, sent: 4 }, say);
    await sql.close();
    await server.stop();
    server = await startServer({ url, folder, profile: options.profile });
    const lines = await measureBodies(server, options.seconds);
    for (let job = 0; job < longRunJobs; job += clients) {
      await atOnce((n) => send(server, postTo(longRun, documentText(job + n, 5_000_000 + job + n))));
    }
    const blocks: [what: string, milliseconds: number][] = [];
    for (const [what, request] of [...largeBodies(), ...(await longAnswers(server))]) {
      const seen: number[] = [];
      for (let attempt = 0; attempt < attempts; attempt++) {
        await server.ask('watch');
        await send(server, request(attempt));
        seen.push((await server.ask('figures')).longestBlockMs);
      }
      await atOnce((n) => send(server, request(attempts + n)));
      const { peakRssBytes } = await server.ask('figures');
      blocks.push([what, Math.min(...seen)]);
      say(`${what}: blocks for ${milliseconds(Math.min(...seen))}; memory so far ${megabytes(peakRssBytes)} at most`);
    }
    return [...lines, longestBlock(blocks), memory((await server.ask('figures')).peakRssBytes)];
  } finally {
    await server.stop();
    await engine.dropDatabase(url);
  }
}

function atOnce(work: (n: number) => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: clients }, (_, n) => work(n)));
}

function postTo(run: string, body: string): Request {
  return { method: 'POST', path: `/runs/${run}/jobs/`, body };
}

/** Returns the status; an answer may be a refusal, but not a failure. */
async function send({ secondPort }: Server, { method = 'GET', path, body }: Request): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${secondPort}${path}`, { method, body: body ?? null });
  // Read as it comes: a client does not have to keep it.
  for await (const _ of answer.body ?? []);
  if (answer.status >= 500 && answer.status !== 503) throw new Error(`${method} ${path}: status ${answer.status}`);
  return answer.status;
}

async function measureBodies(server: Server, seconds: number): Promise<Line[]> {
  const lines: Line[] = [];
  const sizes = { 'a typical job, 8 KB': 8192, 'a large job, 300 KB': 300_000, '2 MiB': limitBytes - 4096 };
  let job = 1_000_000;
  for (const [what, bytes] of Object.entries(sizes)) {
    const text = documentText(0, 1, bytes);
    const next = () => postTo(writtenRun, text.replace('"job_id":"1"', `"job_id":"${job++}"`));
    const seen = await load({ port: server.secondPort, next, connections: 1, seconds });
    const measured = `${milliseconds(seen.medianMs)}, ${perSecond(seen.perSecond)}`;
    lines.push({ quantity: 'Bodies', what: `POST of ${what}, one client`, budget: 'accepted', measured, ok: true });
  }
  const status = await send(server, postTo(writtenRun, documentText(0, 2, limitBytes + 4096)));
  const what = 'POST of more than 2 MiB';
  lines.push({ quantity: 'Bodies', what, budget: '413', measured: `${status}`, ok: status === 413 });
  return lines;
}

/** A request by what it is; `n` counts, so that ids do not meet. */
type Expensive = [what: string, request: (n: number) => Request];

/** Bodies as large as allowed, in shapes that are dear to parse, look through, compare or store. */
function largeBodies(): Expensive[] {
  const room = limitBytes - 8192;
  const repeated = (text: string) => text.repeat(room / text.length);
  const counted = (text: (n: number) => string) => Array.from({ length: room / 24 }, (_, n) => text(n)).join(',');
  const shapes = {
    'one text': `"tasks":"${repeated('x')}"`,
    'escaped characters': `"tasks":"${repeated('\\u00e4')}"`,
    numbers: `"tasks":[1${repeated(',1')}]`,
    'small objects': `"overrides":{"a":[{}${repeated(',{}')}]}`,
    'open brackets': `"tasks":${repeated('[')}`,
    'unknown keys': counted((n) => `"key${n}":"value"`),
    targets: `"targets":{${counted((n) => `"ubuntu@n${n}":"k"`)}}`,
    'a failure reason': `"status":"fail","failure_reason":"${repeated('a b-1 /x ')}"`,
    'a description': `"description":"${repeated('{a b} ')}"`,
  };
  return Object.entries(shapes).map(([what, text], shape) => [
    `POST of 2 MiB: ${what}`,
    (n) => postTo(n < attempts ? largeRun : writtenRun, `{"job_id":"${6_000_000 + shape * 1000 + n}",${text}}`),
  ]);
}

async function longAnswers({ secondPort }: Server): Promise<Expensive[]> {
  const [{ name: node } = { name: '' }] = (await getJson(secondPort)('/nodes/?fields=name')) as { name: string }[];
  const paths = [
    ...[longRun, largeRun].flatMap((run) => [`/runs/${run}/`, `/runs/${run}/jobs/`]),
    ...['/jobs/?count=100000', '/runs/?count=100000', `/nodes/${node}/jobs/`, '/nodes/job_stats/?since_days=10000'],
    ...['page', 'jobs', 'jobs.csv', 'compare', `jobs?q=${'-reason:*a*b*c* '.repeat(20)}`].map(
      (one) => `/api/runs/${longRun}/${one}`,
    ),
    ...['/api/runs.csv', '/api/history?suite=rados&branch=main', '/api/nodes', `/api/nodes/${node}`],
  ];
  return paths.map((path) => [`GET ${path.replace(runPrefix, '').slice(0, 60)}`, () => ({ path: encodeURI(path) })]);
}

function longestBlock(blocks: [what: string, milliseconds: number][]): Line {
  const sorted = blocks.toSorted(([, a], [, b]) => b - a);
  const longest = sorted[0]![1];
  return {
    quantity: 'Event loop',
    what: `longest block by one of ${blocks.length} expensive requests`,
    budget: `≤ ${mostBlockMs} ms`,
    measured: milliseconds(longest),
    ok: longest <= mostBlockMs,
    remarks: sorted
      .slice(0, 4)
      .map(([what, block]) => `\`${what}\` ${milliseconds(block)}`)
      .join(', '),
  };
}

function memory(peakBytes: number): Line {
  return {
    quantity: 'Memory',
    what: `peak while ${clients} clients send each of them at once`,
    budget: `≤ ${megabytes(mostBytes)}`,
    measured: megabytes(peakBytes),
    ok: peakBytes <= mostBytes,
  };
}
