/** Random requests, valid and invalid. PADDLES_FUZZ_SEED repeats a series. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import { engines } from '../helpers/engines.ts';
import { createClient } from './client.ts';
import type { Contract } from './contract.ts';
import { brokenBytes, refusedBytes } from './fuzz-broken.ts';
import { fuzzedContracts } from './fuzz-contracts.ts';
import { type FuzzRequest, printFuzzRequest } from './fuzz-parts.ts';
import { type LocalInstance, startInstance } from './instance.ts';
import { clear, watchWrites, wrongCounts } from './ledger.ts';
import { type Answer, openWire, type Wire } from './raw-http.ts';

const seed = Number(process.env.PADDLES_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const cases = 600 * effort;
/** Broken requests are sent in concurrent groups, because the server waits for the rest of an incomplete one. */
const groupSize = 20;
const groups = Math.floor(cases / groupSize / 10);
/** How long to wait for an answer, in milliseconds. */
const patience = 60_000;

/** Every series begins with the same requests, and only their successes are counted, so that no seed can fail by bad luck. */
const fixedSeed = 1;
const fixedCases = 300;

const rows = fuzzedContracts.flatMap((row) =>
  engines.map((engine) => ({ ...row, engine, name: `${row.name} on ${engine.name}` })),
);

describe.each(rows)(`fuzz: $name, PADDLES_FUZZ_SEED=${seed}`, ({ contract, requests, engine }) => {
  let database: Awaited<ReturnType<typeof engine.createDatabase>>;
  let server: LocalInstance;
  let wire: Wire | null = null;

  beforeAll(async () => {
    console.info(`fuzz on ${engine.name}: PADDLES_FUZZ_SEED=${seed}`);
    database = await engine.createTables();
    server = await startInstance(database.url, ['--body-limit', String(3 << 19), ...contract.settings]);
  });

  afterAll(async () => {
    wire?.destroy();
    await server.stop();
    await database.drop();
  });

  async function checkAlive(): Promise<void> {
    const client = createClient(server.port, patience);
    expect(await client.send({ method: 'GET', path: '/readyz' })).toMatchObject({ status: 200 });
    client.close();
    expect(await wrongCounts(server.db.kysely)).toEqual([]);
  }

  /** Sends a request over a connection that is kept as long as the server keeps it, and returns the answer. */
  async function answerTo(request: FuzzRequest): Promise<Answer> {
    if (!wire?.isOpen()) wire = await openWire(server.port);
    wire.write(printFuzzRequest(request));
    const answer = await wire.answer(patience, request.method === 'HEAD').catch((error: Error) => error);
    // After an upgrade that the server did not accept Node ignores further bytes until its request timeout.
    const upgrade = request.headers.some((line) => line.startsWith('Upgrade:'));
    if (answer instanceof Error || answer?.headers.connection === 'close' || upgrade) {
      wire.destroy();
      wire = null;
    }
    if (answer instanceof Error) throw answer;
    if (answer === null) throw new Error('the connection was closed without an answer');
    return answer;
  }

  test('every request gets a JSON answer, and a refused one changes nothing', async () => {
    await prepare(server.port, contract);
    let books = await watchWrites(server.db);
    let count = 0;
    const succeeded = new Map<string, number>();
    const property = fc.asyncProperty(requests.any, async (request) => {
      if (++count % fixedCases === 0) {
        await checkAlive();
        await clear(server.db.kysely);
        await prepare(server.port, contract);
        books = await watchWrites(server.db);
      }
      const answer = await answerTo(request);
      checkAnswer(answer, request.method, server.errors);
      const wrote = await books.wrote();
      const mayWrite = answer.status === 200 && ['POST', 'PUT', 'DELETE'].includes(request.method);
      if (!mayWrite) expect(wrote, 'a request that may not write').toBe(false);
      else if (requests.mustWrite(request)) expect(wrote, 'a request that must write').toBe(true);
      if (count < fixedCases && answer.status === 200) {
        succeeded.set(request.method, (succeeded.get(request.method) ?? 0) + 1);
      }
    });
    const examples = fc.sample(requests.any, { seed: fixedSeed, numRuns: fixedCases });
    await fc.assert(property, {
      seed,
      numRuns: cases - groups * groupSize,
      examples: examples.map((request) => [request]),
    });
    await checkAlive();
    // A series that is always refused would prove little.
    for (const method of ['POST', 'PUT', 'GET']) {
      expect([method, succeeded.get(method)]).toEqual([method, expect.toSatisfy((count) => count >= 5)]);
    }
  });

  test('broken HTTP gets a JSON answer or a closed connection, and changes nothing unless the answer is a success', async () => {
    const group = fc.array(brokenBytes(requests.any), { minLength: groupSize, maxLength: groupSize });
    let compared = 0;
    const property = fc.asyncProperty(group, async (all) => {
      const books = await watchWrites(server.db);
      const talks = await exchangeAll(server, all);
      for (const answer of talks.flatMap(({ answers }) => answers)) checkAnswer(answer, null, server.errors);
      if (!talks.every(saysThatNothingChanged)) return;
      compared++;
      expect(await books.wrote()).toBe(false);
    });
    await fc.assert(property, { seed, numRuns: groups, examples: [[refusedBytes]] });
    await checkAlive();
    // At least the group of requests that are certainly refused has been compared.
    expect(compared).toBeGreaterThan(0);
  });
});

/** Creates half of the runs and jobs that requests name, so that some exist and some are missing. */
async function prepare(port: number, contract: Contract): Promise<void> {
  const client = createClient(port, patience);
  for (const run of ['run-0', 'run-1', 'run-2']) {
    await client.send(contract.createRun(run));
    for (const job of ['0', '1']) await client.send(contract.createJob(run, job, { text: 'prepared', success: null }));
  }
  client.close();
}

/** The bytes sent and the answers received over one connection. */
interface Talk {
  bytes: Buffer;
  answers: Answer[];
}

/**
 * Sends each of `all` over its own connection and collects the answers until the server closes it. A connection is half-closed
 * only after the server has read everything, because Node drops the answers to requests that are in progress at that time.
 */
async function exchangeAll(server: LocalInstance, all: Buffer[]): Promise<Talk[]> {
  const open = await Promise.all(all.map(async (bytes) => ({ bytes, wire: await openWire(server.port) })));
  for (const { wire, bytes } of open) wire.write(bytes);
  const isRead = () => open.every(({ wire, bytes }) => !wire.isOpen() || server.bytesRead(wire.port) >= bytes.length);
  while (!isRead()) await nextTurn();
  await drain(server);
  const talks = await Promise.all(
    open.map(async ({ wire, bytes }) => {
      wire.end();
      const answers = await readAnswers(wire);
      expect(wire.isOpen(), 'the server closes when no more will be sent').toBe(false);
      wire.destroy();
      return { bytes, answers };
    }),
  );
  await drain(server);
  return talks;
}

/** Waits until the server has executed the writes that it has read. */
async function drain({ db }: LocalInstance): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  await Promise.all([db.jobWriter.drain(), db.nodeWriter.drain()]);
}

/** Reads answers until the server closes the connection. */
async function readAnswers(wire: Wire): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (;;) {
    const answer = await wire.answer(patience);
    if (answer === null) return answers;
    answers.push(answer);
  }
}

/**
 * True if the answers prove that nothing was changed. Damaged bytes may contain several requests, and a request without an answer
 * may have been executed. So every answer must be a refusal, and either the last one must come from the HTTP parser (then it has no
 * request id), or the client must have closed the connection: after `Connection: close` the server may have executed another
 * request without answering it.
 */
function saysThatNothingChanged({ bytes, answers }: Talk): boolean {
  if (!/POST|PUT|DELETE/.test(bytes.toString('latin1'))) return true;
  const last = answers.at(-1);
  if (last === undefined || answers.some(({ status }) => status < 400)) return false;
  return last.headers['x-request-id'] === undefined || last.headers.connection !== 'close';
}

/** The server errors that mean "later" (teuthology contract §2.12, §2.20). */
const laterMessages = /^\{"message":"(only \d+ nodes available|queue is paused, cannot retrieve job)"\}$/;

/** Checks an answer; `method` is null if unknown. */
function checkAnswer(answer: Answer, method: FuzzRequest['method'] | null, errors: string[]): void {
  const { status, headers, body } = answer;
  const text = body.toString();
  const isLater = status === 503 && laterMessages.test(text);
  // Removed, so that the next request, which fast-check may derive from this one, is not blamed for them.
  const logged = errors.splice(0);
  expect({ serverError: status >= 500 && !isLater, text, logged }).toEqual({ serverError: false, text, logged: [] });
  if (method === 'HEAD' || status === 204 || status === 308) return;
  if (method === null && text === '') return;
  // A client that accepts HTML is a browser and is redirected to the dashboard.
  if (status === 302) {
    expect(headers.location).toMatch(/^\/ui\//);
    return;
  }
  expect(headers['content-type'], text).toMatch(/^application\/json(; charset=utf-8)?$/);
  const json: unknown = JSON.parse(text);
  if (status >= 400) expect(json).toEqual({ message: expect.stringMatching(/./) });
}
