/** Requests to a server of the teuthology contract; the bodies are in fuzz-teuthology-bodies.ts. */
import fc from 'fast-check';
import { bytesOf, hostileText, hugeJobText } from './fuzz-json.ts';
import { type FuzzRequest, nothing, path, type Requests, request, segment, wellFormed } from './fuzz-parts.ts';
import * as bodies from './fuzz-teuthology-bodies.ts';
import { jobId, nodeName, queueName, runName } from './fuzz-teuthology-names.ts';

const word = (text: string) => fc.constant(text);
const day = fc.constantFrom(
  '2024-03-01',
  '2024-3-1',
  'today',
  'yesterday',
  '2024-02-30',
  '1950-12-31',
  '9999-12-31',
  'x',
);

/** Values with which each filter finds something. */
const facetValues: Record<string, string[]> = {
  branch: ['main', 'wip%2Fx', 'wip-x'],
  date: ['2024-03-01', '1950-12-31', 'today'],
  machine_type: ['smithi', 'mira'],
  status: ['queued', 'running', 'finished%20fail', 'empty'],
  suite: ['rados', 'rbd'],
  sha1: ['a', 'abc', '%25', '_'],
  user: ['ana', 'bob'],
  flavor: ['default', 'none'],
  flavors: ['default'],
};

const facet = fc.constantFrom(...Object.keys(facetValues)).chain((name) => {
  const value = segment(fc.constantFrom(...(facetValues[name] as string[])));
  return fc.oneof({ arbitrary: value.map((text) => `${name}/${text}`), weight: 4 }, word(name));
});
const chain = fc.array(facet, { minLength: 1, maxLength: 3 }).map((all) => all.join('/'));
const filter = fc.oneof(
  { arbitrary: chain, weight: 6 },
  fc.tuple(day, day).map(([from, to]) => `date/from/${from}/to/${to}`),
  fc.constantFrom(
    'queued',
    'date/from/2024-03-01',
    'date/from',
    'date/from/x/to',
    'branch/main/date/from/today/to/today',
  ),
);

const parameter = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      ...['count=2', 'count=9999', 'count=0', 'page=2', 'count=3&page=2', 'since=2024-01-01', 'since=yesterday'],
      ...[
        'status=queued',
        'status=running',
        'sha1=abc',
        'branch=main',
        'user=ana',
        'name=a%20text',
        'description=text',
      ],
      ...['fields=name,status', 'fields=job_id,targets,href', 'fields=name,results,tags', 'posted_after=2024-01-01'],
      ...['locked=0', 'locked=true', 'up=1', 'machine_type=smithi%7Cmira', 'machine_type=smithi', 'os_version=22.04'],
      ...['locked_by=ana', 'posted_before=tomorrow', 'since_days=7', 'queue=queue0', 'paused_by=ana', 'run_name=run-0'],
    ),
    weight: 8,
  },
  fc.constantFrom(
    ...['count=-1', 'count=x', 'count=99999999999999999999', 'page=999999999999999', 'page=-9', 'fields=', 'fields=,,'],
    ...['fields=__proto__', 'fields=constructor', 'count=1&count=2', 'status=a&status=b', 'locked=maybe', 'locked='],
    ...[
      'since_days=0',
      'since_days=999999999999999',
      'machine_type=%7C',
      'description=%25',
      'description=%00',
      'a=%ff',
    ],
  ),
  hostileText.map((text) => `description=${text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80'}`),
);
const query = fc
  .array(parameter, { maxLength: 3 })
  .map((all) => (all.length > 0 ? `?${[...new Set(all)].join('&')}` : ''));
const withQuery = (target: fc.Arbitrary<string>) => fc.tuple(target, query).map(([text, end]) => `${text}${end}`);

/** The functions that create segments and paths: always valid, or sometimes not. */
type Style = { part: typeof segment; whole: typeof path };

const odd: Style = { part: segment, whole: path };
const right: Style = {
  part: (text) => text,
  whole: (...parts) =>
    fc.tuple(fc.tuple(...parts), fc.constantFrom('/', '')).map(([all, end]) => `/${all.join('/')}${end}`),
};

function targets({ part, whole }: Style) {
  const [runs, nodes, queue] = [word('runs'), word('nodes'), word('queue')];
  const run = part(runName);
  const node = part(nodeName);
  const nodeLeaf = fc.constantFrom('jobs', 'job_stats', 'lock');
  return {
    runs: whole(runs),
    run: whole(runs, run),
    jobs: whole(runs, run, word('jobs')),
    job: whole(runs, run, word('jobs'), part(jobId)),
    node: whole(nodes, node),
    nodes: whole(nodes),
    lock: whole(nodes, node, word('lock')),
    lockMany: whole(nodes, word('lock_many')),
    unlockMany: whole(nodes, word('unlock_many')),
    queue: whole(queue),
    question: whole(queue, fc.constantFrom('pop_queue', 'stats', 'queued_jobs')),
    latest: whole(word('jobs')),
    lists: fc.oneof(
      { arbitrary: whole(runs, filter), weight: 8 },
      { arbitrary: fc.oneof(whole(runs), whole(nodes), whole(queue), whole(word('jobs'))), weight: 4 },
      { arbitrary: whole(nodes, fc.constantFrom('job_stats', 'machine_types', 'lock_many')), weight: 2 },
      { arbitrary: whole(nodes, node, nodeLeaf), weight: 2 },
      { arbitrary: whole(queue, fc.constantFrom('pop_queue', 'stats'), part(queueName)), weight: 1 },
      fc.constantFrom('/', '/errors/invalid/', '/runs/run-0/name/', '/runs/index/', '//', '/nodes/index'),
    ),
  };
}

type Send = typeof request;

/** The requests of the contract. `send` creates a request; `style` creates its path. */
function requests(send: Send, style: Style): fc.Arbitrary<FuzzRequest> {
  const at = targets(style);
  const readable = fc.oneof(at.lists, at.run, at.jobs, at.job, at.node);
  const put = (target: fc.Arbitrary<string>, text: fc.Arbitrary<string>) => send('PUT', target, bytesOf(text));
  const post = (target: fc.Arbitrary<string>, text: fc.Arbitrary<string>) => send('POST', target, bytesOf(text));
  return fc.oneof(
    { arbitrary: post(at.runs, bodies.taggedRunText), weight: 8 },
    { arbitrary: put(at.run, bodies.taggedRunText), weight: 4 },
    { arbitrary: post(at.jobs, bodies.newJobText), weight: 26 },
    { arbitrary: put(at.job, bodies.jobChangeText), weight: 26 },
    { arbitrary: send('DELETE', fc.oneof(at.run, at.job, at.job, at.job, at.node), nothing), weight: 6 },
    { arbitrary: post(at.nodes, bodies.newNodeText), weight: 8 },
    { arbitrary: put(at.node, bodies.nodeChangeText), weight: 6 },
    { arbitrary: fc.oneof(put(at.lock, bodies.nodeChangeText), post(at.lock, bodies.nodeChangeText)), weight: 8 },
    { arbitrary: post(at.lockMany, bodies.lockManyText), weight: 6 },
    { arbitrary: post(at.unlockMany, bodies.unlockManyText), weight: 4 },
    { arbitrary: fc.oneof(post(at.queue, bodies.queueText), put(at.queue, bodies.queueText)), weight: 6 },
    { arbitrary: post(at.question, bodies.queueQuestionText), weight: 4 },
    { arbitrary: send('GET', at.question, bytesOf(bodies.queueQuestionText)), weight: 2 },
    { arbitrary: post(at.latest, bodies.jobFilterText), weight: 4 },
    { arbitrary: send('GET', withQuery(readable), nothing), weight: 36 },
  );
}

/** Requests of the teuthology contract. */
export const teuthologyRequests: Requests = {
  any: fc.oneof(
    { arbitrary: requests(request, odd), weight: 150 },
    { arbitrary: request('POST', targets(odd).jobs, bytesOf(hugeJobText)), weight: 1 },
  ),
  plain: requests(wellFormed, right),
  // Other writes may change nothing, and POST also queries queues.
  mustWrite: ({ method, target }) => method === 'POST' && /^\/(runs|nodes|runs\/[^/]+\/jobs)\/*$/.test(target),
};
