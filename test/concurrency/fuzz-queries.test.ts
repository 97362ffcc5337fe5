/**
 * Many thousands of random queries, headers and filters, pipelined over several connections. PADDLES_FUZZ_SEED repeats a series.
 * Bodies and broken HTTP are in `fuzz.test.ts`.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTimeZone } from '../../src/core/moment.ts';
import { parseQuery, type QueryTarget } from '../../src/core/query.ts';
import { jobMatcher, type MatchableJob } from '../../src/core/query-match.ts';
import { printTerm } from '../../src/core/query-print.ts';
import { effort } from '../helpers/effort.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { routesOf } from '../statements/routes.ts';
import { hostileText } from './fuzz-json.ts';
import { filter, type Get, printGet, readsOf } from './fuzz-reads.ts';
import { type Answer, openWire, type Wire } from './raw-http.ts';

const seed = Number(process.env.PADDLES_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const filters = 12_000 * effort;
/** Requests for each contract on each engine. */
const requests = 1_200 * effort;
/** The number of pipelined requests per connection, and the number of connections. */
const pipelined = 25;
const connections = 4;
const patience = 120_000;
const job: MatchableJob = {
  status: 'fail',
  job_id: '1',
  description: 'rados/{a b/c}',
  failure_reason: 'a text',
  error: 'an error',
  os: 'rocky 9',
  nodes: ['smithi001'],
  suite: 'rados',
  branch: 'main',
  user: 'a',
  machine_type: 'smithi',
  flavor: null,
  sha1: null,
  priority: 100,
  duration: 60,
  wait: 600,
  tasks: ['install', 'workunit'],
  roles: ['mon.a', 'client.0'],
  scheduled: 0,
  started: null,
  updated: 0,
  signature: null,
  case_causes: [],
  traits: new Set(),
};

test(`any filter can be parsed, and parses to the same query after printing, PADDLES_FUZZ_SEED=${seed}`, () => {
  console.info(`fuzz of filters: PADDLES_FUZZ_SEED=${seed}`);
  const target = fc.constantFrom<QueryTarget>('runs', 'jobs');
  const property = fc.property(filter, target, (text, on) => {
    const { query } = parseQuery(text, on);
    jobMatcher(query, { now: 0, zone: 'Europe/Berlin' })(job);
    const again = parseQuery(query.terms.map(printTerm).join(' '), on);
    expect(again.query).toEqual(query);
  });
  fc.assert(property, { seed, numRuns: filters });
});
/** A route that streams forever. */
const streams = '/api/events';

const rows = engines.flatMap((engine) =>
  (['classic', 'teuthology'] as const).map((contract) => ({ name: `${contract} on ${engine.name}`, engine, contract })),
);

describe.each(rows)(`fuzz of queries: $name, PADDLES_FUZZ_SEED=${seed}`, ({ engine, contract }) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine, { contract });
    for (const run of ['run-1', 'a%20run']) {
      await server.post('/runs/', { name: decodeURIComponent(run) });
      const more = contract === 'classic' ? {} : { status: 'fail', failure_reason: 'a text', machine_type: 'smithi' };
      const posted = { name: decodeURIComponent(run), job_id: '1', description: 'rados/{a b/c}', ...more };
      expect(await server.post(`/runs/${run}/jobs/`, posted)).toMatchObject({ status: 200 });
    }
  });
  afterAll(() => server.stop());

  /** Sends requests over one connection, which is opened again when the server closes it. */
  async function answersTo(all: Get[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    let wire: Wire | null = null;
    let sent = 0;
    while (answers.length < all.length) {
      if (!wire?.isOpen()) {
        wire?.destroy();
        wire = await openWire(server.port);
        sent = answers.length;
      }
      for (; sent < Math.min(all.length, answers.length + pipelined); sent++) wire.write(printGet(all[sent] as Get));
      const answer = await wire.answer(patience);
      if (answer === null) throw new Error(`no answer to ${printGet(all[answers.length] as Get).toString('latin1')}`);
      answers.push(answer);
      if (answer.headers.connection === 'close') {
        wire.destroy();
        wire = null;
      }
    }
    wire?.destroy();
    return answers;
  }

  test('every query is answered, and none is an internal error', async () => {
    const routes = [...new Set(routesOf(server.app, 'GET'))].filter((route) => route !== streams);
    expect(routes.length).toBeGreaterThan(20);
    const all = fc.sample(readsOf(routes), { seed, numRuns: requests });
    const share = Math.ceil(all.length / connections);
    const parts = Array.from({ length: connections }, (_, at) => all.slice(at * share, (at + 1) * share));
    const answers = (await Promise.all(parts.map(answersTo))).flat();
    expect(answers.length).toBe(requests);
    const failed = answers.flatMap(({ status, body }, at) =>
      status >= 500
        ? { status, text: body.toString().slice(0, 300), request: printGet(all[at] as Get).toString('latin1') }
        : [],
    );
    expect(failed.slice(0, 3)).toEqual([]);
    expect(await server.get('/readyz')).toMatchObject({ status: 200 });
  });
});

test('any text can be tested for being a time zone', () => {
  fc.assert(
    fc.property(hostileText, (text) => typeof isTimeZone(text) === 'boolean'),
    { seed, numRuns: 2000 },
  );
});
