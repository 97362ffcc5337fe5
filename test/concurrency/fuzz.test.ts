/**
 * Requests that no client should send. PADDLES_FUZZ_SEED repeats a series; a series is longer where CI is set.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { classic } from './classic.ts';
import { createClient } from './client.ts';
import { brokenBytes, type FuzzRequest, fuzzRequest, printFuzzRequest } from './fuzz-requests.ts';
import { type Instance, startInstance } from './instance.ts';
import { clear, digest, wrongCounts } from './ledger.ts';
import { type Answer, openWire, type Wire } from './raw-http.ts';

const seed = Number(process.env.PADDLES_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const casesPerEngine = process.env.CI ? 10_400 : 2_100;
/** Broken requests are sent in groups, because the server may rightly wait for the rest of one. */
const groupSize = 10;
const groups = casesPerEngine / groupSize / 10;
const patience = 5_000;

describe.each(engines)(`fuzz on $name, PADDLES_FUZZ_SEED=${seed}`, { timeout: 180_000 }, (engine) => {
  let database: Awaited<ReturnType<typeof engine.createDatabase>>;
  let server: Instance;
  let wire: Wire | null = null;

  beforeAll(async () => {
    console.info(`fuzz on ${engine.name}: PADDLES_FUZZ_SEED=${seed}`);
    database = await engine.createDatabase();
    server = await startInstance(database.url, ['--body-limit', String(3 << 19)]);
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

  test('every request has an answer in JSON, none breaks the server, and one that is refused changes nothing', async () => {
    await prepare(server.port);
    let count = 0;
    const statuses = new Map<string, number>();
    const property = fc.asyncProperty(fuzzRequest, async (request) => {
      if (++count % 500 === 0) {
        await checkAlive();
        await clear(server.db.kysely);
        await prepare(server.port);
      }
      const before = await digest(server.db.kysely);
      if (!wire?.isOpen()) wire = await openWire(server.port);
      wire.write(printFuzzRequest(request));
      const answer = await wire.answer(patience, request.method === 'HEAD').catch((error: Error) => error);
      // Node's parser ignores what is not HTTP after an upgrade that nobody took, until its time limit for a request.
      const upgrade = request.headers.some((line) => line.startsWith('Upgrade:'));
      if (answer instanceof Error || answer?.headers.connection === 'close' || upgrade) {
        wire.destroy();
        wire = null;
      }
      if (answer instanceof Error) throw answer;
      if (answer === null) throw new Error('the connection was closed without an answer');
      checkAnswer(answer, request.method, server.errors);
      const after = await digest(server.db.kysely);
      const mayWrite = answer.status === 200 && ['POST', 'PUT'].includes(request.method);
      expect(after === before).toBe(!mayWrite);
      const key = `${request.method} ${answer.status}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
    });
    await fc.assert(property, { seed, numRuns: casesPerEngine - groups * groupSize });
    await checkAlive();
    // Requests that are all refused would prove little.
    for (const key of ['POST 200', 'PUT 200', 'GET 200']) {
      expect([key, (statuses.get(key) ?? 0) > casesPerEngine / 100]).toEqual([key, true]);
    }
  });

  test('what is hardly HTTP is answered in JSON or closed, and changes nothing unless an answer says so', async () => {
    const property = fc.asyncProperty(
      fc.array(brokenBytes, { minLength: groupSize, maxLength: groupSize }),
      async (all) => {
        const before = await digest(server.db.kysely);
        const answers = await Promise.all(all.map((bytes) => exchange(server.port, bytes)));
        for (const answer of answers.flat()) checkAnswer(answer, null, server.errors);
        const onlyRefusals = answers.every((some) => some.length > 0 && some.every(({ status }) => status >= 400));
        if (onlyRefusals) expect(await digest(server.db.kysely)).toBe(before);
      },
    );
    await fc.assert(property, { seed, numRuns: groups });
    await checkAlive();
  });
});

/** Half of the runs and jobs that the requests name, so that each finds and misses some. */
async function prepare(port: number): Promise<void> {
  const client = createClient(port, patience);
  for (const run of ['run-0', 'run-1', 'run-2']) {
    await client.send(classic.createRun(run));
    for (const job of ['0', '1']) await client.send(classic.createJob(run, job, { text: 'prepared', success: null }));
  }
  client.close();
}

/** Sends bytes, then says that no more will come; answers everything that came back until the server closed. */
async function exchange(port: number, bytes: Buffer): Promise<Answer[]> {
  const wire = await openWire(port);
  wire.write(bytes);
  const answers: Answer[] = [];
  const first = await wire.answer(40).catch(() => null);
  if (first) answers.push(first);
  wire.end();
  for (;;) {
    const next = await wire.answer(patience);
    if (next === null) break;
    answers.push(next);
  }
  wire.destroy();
  return answers;
}

/** `method` null = not known for sure. */
function checkAnswer(answer: Answer, method: FuzzRequest['method'] | null, errors: string[]): void {
  const { status, headers, body } = answer;
  const text = body.toString();
  expect({ serverError: status >= 500, text, errors }).toEqual({ serverError: false, text, errors: [] });
  if (method === 'HEAD' || status === 204 || status === 308) return;
  if (method === null && text === '') return;
  expect({ status, text, type: headers['content-type'] }).toMatchObject({ type: 'application/json; charset=utf-8' });
  const json: unknown = JSON.parse(text);
  if (status >= 400) expect(json).toEqual({ message: expect.stringMatching(/./) });
}
