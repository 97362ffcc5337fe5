/** The effect of the largest bodies and the longest answers on everybody else: how long they block the server, and its memory. */
import { atMost, type Bench, type Line, megabytes, milliseconds, perSecond } from '../bench.ts';
import { load, type Request } from '../load.ts';
import { getJson, type Server, withServer } from '../server.ts';
import { clients, documentText, runPrefix } from '../traffic.ts';

const limitBytes = 2 * 2 ** 20;
const mostBlockMs = 100;
const mostBytes = 300e6;
/** A process that does nothing is kept waiting by the machine now and then, but hardly in every one of so many attempts. */
const attempts = 3;
/** One run has many typical jobs, one some of the largest that can be sent; the others are only written. */
const [longRun, largeRun, writtenRun] = [`${runPrefix}long`, `${runPrefix}large`, `${runPrefix}written`];
const longRunJobs = 2000;
const firstOfLongRun = 5_000_000;
const casesOfJob = 100_000;

/** Typical and large jobs, the largest body in several shapes, and the requests with the longest answers. */
export default function measureLimits(bench: Bench): Promise<Line[]> {
  const { options, say } = bench;
  return withServer(bench, 'limits', { runs: 40, jobs: 500, sent: 4 }, async (server) => {
    const lines = await measureBodies(server, options.seconds);
    for (let job = 0; job < longRunJobs; job += clients) {
      await atOnce((n) => send(server, postTo(longRun, documentText(job + n, firstOfLongRun + job + n))));
    }
    const blocks: [what: string, milliseconds: number][] = [];
    for (const [what, request] of [...largeBodies(), testCases(), ...(await longAnswers(server))]) {
      const seen: number[] = [];
      for (let attempt = 0; attempt < attempts; attempt++)
        seen.push(await server.blockDuring(() => send(server, request(attempt))));
      await atOnce((n) => send(server, request(attempts + n)));
      blocks.push([what, Math.min(...seen)]);
      const peak = megabytes(server.memory().peak);
      say(`${what}: blocks for ${milliseconds(Math.min(...seen))}; memory so far ${peak} at most`);
    }
    const sorted = blocks.toSorted(([, a], [, b]) => b - a);
    const named = sorted.slice(0, 4).map(([what, block]) => `\`${what}\` ${milliseconds(block)}`);
    const longest = `longest block by one of ${blocks.length} expensive requests`;
    const peak = `peak while ${clients} clients send each of them at once`;
    return [
      ...lines,
      atMost('Event loop', longest, mostBlockMs, sorted[0]![1], milliseconds, named.join(', ')),
      atMost('Memory', peak, mostBytes, server.memory().peak, megabytes),
    ];
  });
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

/** Takes the cases of each time as those of another job. */
function testCases(): Expensive {
  const cases = Array.from({ length: casesOfJob }, (_, at) => {
    const end = at % 1000 === 7 ? `><failure message="no lamp ${at}"/></testcase>` : '/>';
    return `<testcase classname="tasks.lamps.Lamps${at % 50}" name="test_${at}" time="${at % 90}.5"${end}`;
  });
  const body = `<testsuite name="lamps">\n${cases.join('\n')}\n</testsuite>`;
  const path = (n: number) => `/api/runs/${longRun}/jobs/${firstOfLongRun + n}/tests`;
  return [`PUT of ${casesOfJob} test cases`, (n) => ({ method: 'PUT', path: path(n), body })];
}

async function longAnswers({ secondPort }: Server): Promise<Expensive[]> {
  const [first] = (await getJson(secondPort, '/nodes/?fields=name')) as { name: string }[];
  const node = first!.name;
  const paths = [
    ...[longRun, largeRun].flatMap((run) => [`/runs/${run}/`, `/runs/${run}/jobs/`]),
    ...['/jobs/?count=100000', '/runs/?count=100000', `/nodes/${node}/jobs/`, '/nodes/job_stats/?since_days=10000'],
    ...['page', 'jobs', 'jobs.csv', 'compare', `jobs?q=${'-reason:*a*b*c* '.repeat(20)}`].map(
      (one) => `/api/runs/${longRun}/${one}`,
    ),
    `/api/runs/${longRun}/jobs/${firstOfLongRun}/tests?text=test_99999`,
    ...['/api/runs.csv', '/api/history?suite=rados&branch=main', '/api/nodes', `/api/nodes/${node}`],
  ];
  return paths.map((path) => [`GET ${path.replace(runPrefix, '').slice(0, 60)}`, () => ({ path: encodeURI(path) })]);
}
