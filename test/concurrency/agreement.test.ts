/** Both engines give the same answers to the same requests. PADDLES_FUZZ_SEED repeats a series. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { fuzzRequest, plainRequest, printFuzzRequest } from './fuzz-requests.ts';
import { type Instance, startInstance } from './instance.ts';
import { type Answer, openWire } from './raw-http.ts';

const seed = Number(process.env.PADDLES_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const count = 2_000;

/** Headers that may differ: times and what tells two requests apart. */
const masked = ['date', 'x-request-id'];

describe(`agreement, PADDLES_FUZZ_SEED=${seed}`, { timeout: 60_000 }, () => {
  const databases: Awaited<ReturnType<(typeof engines)[number]['createDatabase']>>[] = [];
  const instances: Instance[] = [];

  beforeAll(async () => {
    for (const engine of engines) {
      const database = await engine.createDatabase();
      databases.push(database);
      instances.push(await startInstance(database.url));
    }
  });

  afterAll(async () => {
    for (const instance of instances) await instance.stop();
    for (const database of databases) await database.drop();
  });

  test(`${engines.map(({ name }) => name).join(' and ')} answer ${count} requests alike`, async () => {
    const requests = fc.sample(
      fc.oneof({ arbitrary: plainRequest, weight: 4 }, { arbitrary: fuzzRequest, weight: 1 }),
      { seed, numRuns: count },
    );
    let succeeded = 0;
    for (const [index, request] of requests.entries()) {
      const bytes = printFuzzRequest(request);
      const [first, ...others] = await Promise.all(instances.map(({ port }) => exchange(port, bytes, request.method)));
      for (const other of others) {
        expect({ seed, index, request: bytes.toString('latin1', 0, 500), ...other }).toMatchObject({ ...first });
        expect(Object.keys(other.headers).sort()).toEqual(Object.keys(first?.headers ?? {}).sort());
      }
      if (first?.status === 200) succeeded++;
    }
    expect(instances.flatMap(({ errors }) => errors)).toEqual([]);
    expect(succeeded).toBeGreaterThan(count / 4);
    expect(succeeded).toBeLessThan(count);
  });
});

async function exchange(port: number, bytes: Buffer, method: string) {
  const wire = await openWire(port);
  wire.write(bytes);
  const answer = await wire.answer(10_000, method === 'HEAD');
  wire.destroy();
  if (answer === null) throw new Error(`closed without an answer: ${bytes.toString('latin1', 0, 500)}`);
  return comparable(answer, port);
}

function comparable({ status, headers, body }: Answer, port: number) {
  const kept = Object.entries(headers).filter(([name]) => !masked.includes(name));
  // The port is shown where a request does not say which host it was meant for, and the engine by /readyz.
  const text = body
    .toString()
    .replaceAll(`localhost:${port}`, 'localhost')
    .replace(/"(sqlite|postgres)"/, '"engine"');
  const shown = kept.map(([name, value]) => [name, value.replace(`localhost:${port}`, 'localhost')]);
  return { status, text, headers: Object.fromEntries(shown.filter(([name]) => name !== 'content-length')) };
}
