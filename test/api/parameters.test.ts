/** Invalid parameters of `/api` are refused with a 400 that names the parameter, on every route. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: { type?: string; enum?: string[]; format?: string; pattern?: string; minimum?: number; maximum?: number };
}

/** A documented route, and its path for existing data. */
interface Route {
  path: string;
  parameters: Parameter[];
}

const run = runOn(20);
/** Names of properties that every object inherits. */
const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
/** Invalid values of each text format. */
const senseless: Record<string, string[]> = {
  day: ['-1d', '99999999d', '2026-02-30', '0000-01-01', '0100-01-01', '99999-01-01', '1.5', '-1', '2026-11-20T24:00'],
  'time-zone': ['x', 'Mars/Olympus', '+25:00', '%00', '%ED%A0%80'],
  topics: ['x', 'run:', 'runs,x', ',', Array.from({ length: 21 }, (_, at) => `run:${at}`).join(), 'Runs'],
};
/** Parameters that name something. A missing thing is refused, and so is half of a pair. */
const naming = ['base', 'with', 'run', 'job', 'after'];
/** Parameters that accept any text: filters, parts of a text, and names by which lists are filtered. */
const anyText = 'q,text,prefix,find,name,file,path,suite,branch,machine_type,cause'.split(',');
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

/** The required parameters of a route except this one. */
function needed({ parameters }: Route, but: string): string[] {
  const others = parameters.filter(({ name, required }) => required && name !== but);
  return others.map(({ name, schema }) => `${name}=${schema.enum?.[0] ?? 'a'}`);
}

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
      // The contracts have their own rules for unknown parameters.
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
  const expectRefusal = async (route: Route, name: string, added: string) => {
    const query = [...needed(route, name), added].join('&');
    const { status, json } = await pages.get(`${route.path}?${query}`);
    expect({ status, json }, `${route.path}?${query}`).toMatchObject({
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
      for (const value of [
        '',
        '%20',
        'x',
        '1.5',
        '%2B1',
        '0x10',
        '1e3',
        '%205',
        'NaN',
        'Infinity',
        '1e400',
        'null',
        minimum - 1,
        maximum + 1,
      ]) {
        await expectRefusal(route, parameter.name, `${parameter.name}=${value}`);
      }
    }
  });

  test('are refused when they are meaningless texts, whatever the other parameters are', async () => {
    const texts = routes.flatMap((route) =>
      route.parameters
        .filter(({ name, schema: { type, enum: values, pattern } }) => {
          return type === 'string' && !values && !pattern && !anyText.includes(name);
        })
        .map((parameter) => ({ route, parameter })),
    );
    expect(new Set(texts.map(({ parameter }) => parameter.name))).toEqual(
      new Set(['tz', 'since', 'topics', ...naming]),
    );
    for (const { route, parameter } of texts) {
      const { format = '' } = parameter.schema;
      const values = senseless[format] ?? (naming.includes(parameter.name) ? ['zz', '-1', '%20', '%ED%A0%80'] : []);
      expect(values.length, `${parameter.name} of ${route.path}`).toBeGreaterThan(0);
      for (const value of ['%00', ...values, ...(format === '' ? [] : ['', '%20'])]) {
        const query = [...needed(route, parameter.name), `${parameter.name}=${value}`].join('&');
        const { status, text } = await pages.get(`${route.path}?${query}`);
        expect([400, 404], `${route.path}?${query} ${text}`).toContain(status);
        if (!naming.includes(parameter.name)) expect(text, query).toContain(`'${parameter.name}'`);
      }
    }
  });

  test.each([
    ['x', 'a whole number'],
    ['0', '1 or more'],
    ['61', '60 or less'],
  ])('that are numbers have plain error messages: limit=%s must be %s', async (limit, words) => {
    const { json } = await pages.get(`/api/months?suite=a&limit=${limit}`);
    expect(json).toEqual({ message: `parameter 'limit' must be ${words}` });
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
