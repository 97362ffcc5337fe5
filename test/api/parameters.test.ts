/** Invalid parameters of `/api` are refused with a 400 that names the parameter, on every route. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: { type?: string; enum?: string[]; minimum?: number; maximum?: number };
}

/** A documented route, and its path for existing data. */
interface Route {
  path: string;
  parameters: Parameter[];
}

const run = runOn(20);
/** Names of properties that every object inherits. */
const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
const contracts = [
  '/runs/',
  `/runs/${run}/`,
  `/runs/${run}/jobs/`,
  '/runs/suite/rados/',
  '/runs/queued/',
  '/jobs/',
  '/nodes/',
  '/nodes/machine_types/',
  '/nodes/job_stats/',
  '/nodes/smithi001/',
  '/nodes/smithi001/jobs/',
  '/queue/',
  '/queue/stats/',
  '/queue/pop_queue/',
];

describe.each(engines)('parameters of /api on $name', (engine) => {
  let pages: Pages;
  let routes: Route[];

  beforeAll(async () => {
    pages = await startPages(engine);
    await pages.report(run, { job_id: '1', status: 'pass', targets: { 'ubuntu@smithi001': 'key' } });
    const { paths } = await pages.read<{ paths: Record<string, { get?: { parameters?: Parameter[] } }> }>(
      '/openapi.json',
    );
    routes = Object.entries(paths).flatMap(([path, { get }]) => {
      // The contracts have rules of their own for parameters that they do not know.
      if (get === undefined || !path.startsWith('/api/')) return [];
      return {
        path: path
          .replace('{run}', run)
          .replace(/{(job|id)}/, '1')
          .replace('{name}', 'smithi001'),
        parameters: (get.parameters ?? []).filter((parameter) => parameter.in === 'query'),
      };
    });
    expect(routes.length).toBeGreaterThan(15);
  });
  afterAll(() => pages.stop());

  /** Sends a request with the required parameters and these, and expects a message about one of them. */
  const expectRefusal = async ({ path, parameters }: Route, name: string, added: string) => {
    const needed = parameters.filter((one) => one.required && one.name !== name);
    const query = [...needed.map((one) => `${one.name}=${one.schema.enum?.[0]}`), added].join('&');
    const { status, json } = await pages.get(`${path}?${query}`);
    expect({ status, json }, `${path}?${query}`).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining(`'${name}'`) },
    });
  };

  test('are refused when repeated', async () => {
    let asked = 0;
    for (const route of routes) {
      for (const { name, schema } of route.parameters) {
        const value = schema.enum?.[0] ?? schema.minimum ?? 'a';
        await expectRefusal(route, name, `${name}=${value}&${name}=${value}`);
        asked++;
      }
    }
    expect(asked).toBeGreaterThan(25);
  });

  test('are refused when unknown, whatever their names', async () => {
    for (const route of routes)
      for (const name of ['limt', ...inherited]) await expectRefusal(route, name, `${name}=1`);
  });

  test('are refused when not among the allowed values', async () => {
    const enumerated = routes.flatMap((route) =>
      route.parameters.filter(({ schema }) => schema.enum).map(({ name }) => ({ route, name })),
    );
    expect(enumerated.map(({ name }) => name)).toEqual(expect.arrayContaining(['sort', 'field', 'scope']));
    for (const { route, name } of enumerated) {
      for (const value of ['', 'nonsense', ...inherited]) await expectRefusal(route, name, `${name}=${value}`);
    }
  });

  test('are refused when not a number, or out of range', async () => {
    const numeric = routes.flatMap((route) =>
      route.parameters.filter(({ schema }) => schema.type === 'integer').map((parameter) => ({ route, parameter })),
    );
    expect(numeric.map(({ parameter }) => parameter.name)).toEqual(
      expect.arrayContaining(['limit', 'n', 'since_days', 'after']),
    );
    for (const { route, parameter } of numeric) {
      const { minimum = 0, maximum = 0 } = parameter.schema;
      for (const value of ['', 'x', '1.5', 'NaN', 'Infinity', '1e400', 'null', minimum - 1, maximum + 1]) {
        await expectRefusal(route, parameter.name, `${parameter.name}=${value}`);
      }
    }
  });

  test('are refused when a required one is missing', async () => {
    const { status, json } = await pages.get('/api/suggest');
    expect({ status, json }).toMatchObject({ status: 400, json: { message: "parameter 'field' is missing" } });
  });

  test('of the teuthology contract are refused when repeated', async () => {
    const names = ['fields', 'count', 'page', 'since', 'status', 'name', 'queue', 'locked', 'machine_type', 'sha1'];
    const answered = new Set<number>();
    for (const path of contracts) {
      for (const name of [...names, 'branch', 'user', 'posted_after', 'since_days', 'paused_by', ...inherited]) {
        const { status } = await pages.get(`${path}?${name}=1&${name}=1`);
        answered.add(status);
        expect(status, `${path}?${name}=1&${name}=1`).toBeLessThan(500);
      }
    }
    expect(answered).toContain(400);
  });
});
