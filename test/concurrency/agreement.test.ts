/** Both engines give the same answers to a random series of requests. PADDLES_FUZZ_SEED repeats a series. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import { engines } from '../helpers/engines.ts';
import { fuzzedContracts } from './fuzz-contracts.ts';
import { type FuzzRequest, printFuzzRequest } from './fuzz-parts.ts';
import { type Instance, startInstance } from './instance.ts';
import { type Answer, openWire } from './raw-http.ts';

const seed = Number(process.env.PADDLES_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const count = 600 * effort;
/** Every series begins with the same requests, and only their successes are counted, so that no seed can fail by bad luck. */
const fixedSeed = 1;
const fixedCases = 300;

/** Headers that may differ between the engines. */
const masked = ['date', 'x-request-id'];

/** The clock of both servers. It does not advance during a request, so times must be equal too. */
let time = Date.UTC(2024, 2, 1) * 1000;

const suite = `agreement on $name, PADDLES_FUZZ_SEED=${seed}`;

describe.each(fuzzedContracts)(suite, ({ contract, requests }) => {
  const databases: Awaited<ReturnType<(typeof engines)[number]['createDatabase']>>[] = [];
  const instances: Instance[] = [];

  beforeAll(async () => {
    for (const engine of engines) {
      const database = await engine.createTables();
      databases.push(database);
      instances.push(await startInstance(database.url, contract.settings, () => time));
    }
  });

  afterAll(async () => {
    for (const instance of instances) await instance.stop();
    for (const database of databases) await database.drop();
  });

  test(`${engines.map(({ name }) => name).join(' and ')} give the same answers to ${count} requests`, async () => {
    const mixed = fc.oneof({ arbitrary: requests.plain, weight: 4 }, { arbitrary: requests.any, weight: 1 });
    const sample = (from: number, numRuns: number) => fc.sample(mixed.filter(saysItsIds), { seed: from, numRuns });
    const series = [...sample(fixedSeed, fixedCases), ...sample(seed, count - fixedCases)];
    let succeeded = 0;
    for (const [index, request] of series.entries()) {
      time += 1_234_567_891;
      const bytes = printFuzzRequest(request);
      const [first, ...others] = await Promise.all(instances.map(({ port }) => exchange(port, bytes, request.method)));
      for (const other of others) {
        expect({ seed, index, request: bytes.toString('latin1', 0, 500), ...other }).toMatchObject({ ...first });
        expect(Object.keys(other.headers).sort()).toEqual(Object.keys(first?.headers ?? {}).sort());
      }
      if (index < fixedCases && first?.status === 200) succeeded++;
    }
    expect(instances.flatMap(({ errors }) => errors)).toEqual([]);
    // A series that is always refused, or never, would prove little.
    expect(succeeded).toBeGreaterThan(fixedCases / 10);
    expect(succeeded).toBeLessThan((fixedCases * 9) / 10);
  });
});

/** False for a request that lets the server choose the job id, because the engines may choose different ids. */
function saysItsIds({ method, target, body }: FuzzRequest): boolean {
  return method !== 'POST' || !/^\/runs\/.*jobs/.test(target) || body.includes('"job_id"') || !body.includes('{');
}

async function exchange(port: number, bytes: Buffer, method: string) {
  const wire = await openWire(port);
  wire.write(bytes);
  const answer = await wire.answer(60_000, method === 'HEAD');
  wire.destroy();
  if (answer === null) throw new Error(`closed without an answer: ${bytes.toString('latin1', 0, 500)}`);
  return comparable(answer, port);
}

function comparable({ status, headers, body }: Answer, port: number) {
  const kept = Object.entries(headers).filter(([name]) => !masked.includes(name));
  // Answers show the port when the request has no Host header, and /readyz names the engine.
  const text = body
    .toString()
    .replaceAll(`localhost:${port}`, 'localhost')
    .replace(/"(sqlite|postgres)"/, '"engine"');
  const shown = kept.map(([name, value]) => [name, value.replace(`localhost:${port}`, 'localhost')]);
  return { status, text, headers: Object.fromEntries(shown.filter(([name]) => name !== 'content-length')) };
}
