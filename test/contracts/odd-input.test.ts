/**
 * Names that every object inherits, and repeated parameters, on every registered route. They are refused with 4xx or stored like any
 * other name, and never cause an internal error.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import { engines } from '../helpers/engines.ts';
import { type Answer, startServer, type TestServer } from '../helpers/server.ts';
import { routesOf } from '../statements/routes.ts';

const root = join(import.meta.dirname, '../..');
const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
/** Its answer would never end. */
const streams = '/api/events';
/** The answers of 503 that mean "later" (teuthology contract §2.12, §2.20). */
const later = /^\{"message":"(only \d+ nodes available|queue is paused, cannot retrieve job)"\}$/;

/** The parameters that the contracts read, found in their source. */
const ofContracts = [
  ...new Set(
    globSync('src/http/{classic,teuthology}/*.ts', { cwd: root }).flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\(request, '([a-z_]+)'/g)].map(([, name = '']) => name),
    ),
  ),
];

/** A part of the OpenAPI document. */
interface OpenApi {
  paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>;
}

/** A body with this name as the value of all keys of writes, and as a key and value inside them. */
function bodyOf(name: string): string {
  const known = [
    'name',
    'job_id',
    'queue',
    'machine_type',
    'status',
    'user',
    'description',
    'locked_by',
    'locked',
    'names',
  ];
  const keys = [
    ...known.map((key) => [key, name]),
    ['targets', { [name]: name }],
    ['roles', [[name]]],
    ['tags', [name]],
  ];
  const text = JSON.stringify(Object.fromEntries(keys)).slice(0, -1);
  return `${text},${inherited.map((key) => `"${key}":{"${name}":"${key}"}`).join(',')}}`;
}

const rows = engines.flatMap((engine) =>
  (['classic', 'teuthology'] as const).map((contract) => ({ name: `${contract} on ${engine.name}`, engine, contract })),
);

describe.each(rows)('odd input of $name', ({ engine, contract }) => {
  let server: TestServer;

  let ofApi: string[];

  beforeAll(async () => {
    server = await startServer(engine, { contract });
    const { paths } = (await server.get('/api/openapi.json')).json as OpenApi;
    const all = Object.values(paths).flatMap(({ get }) => get?.parameters ?? []);
    ofApi = [...new Set(all.flatMap(({ name, in: place }) => (place === 'query' ? name : [])))];
  });
  afterAll(() => server.stop());

  const expectNoError = ({ status, text }: Answer, what: string) =>
    expect({ what, text: text.slice(0, 300), isError: status >= 500 && !later.test(text) }).toMatchObject({
      isError: false,
    });

  /** The paths of all routes with this name in place of each parameter. `/api` is the same beside both contracts. */
  const pathsOf = (method: (typeof methods)[number], name: string) =>
    [...new Set(routesOf(server.app, method))]
      .filter((route) => route !== streams && !(contract === 'classic' && route.startsWith('/api')))
      .map((route) => route.replace(/:\w+/g, name).replace('*', `${name}/${name}`));
  const parametersOf = (path: string) => (path.startsWith('/api') ? ofApi : ofContracts);

  test('has parameters and routes to test', () => {
    expect(ofApi).toEqual(expect.arrayContaining(['q', 'sort', 'machine_type']));
    expect(ofContracts).toEqual(expect.arrayContaining(['count', 'fields', 'paused_by', 'since']));
    for (const method of methods) expect(pathsOf(method, 'x').length).toBeGreaterThan(8);
  });

  test('causes no internal error as a name, a parameter, a value or a key of a body', async () => {
    // The remaining names are functions like the first ones.
    for (const name of inherited.slice(0, 2 * effort)) {
      for (const method of methods) {
        for (const path of pathsOf(method, name)) {
          const queries = method === 'GET' ? ['', `?${name}=1`, `?${name}[${name}]=1&${name}=`] : [`?${name}=${name}`];
          for (const query of queries) {
            const body = method === 'POST' || method === 'PUT' ? bodyOf(name) : undefined;
            expectNoError(await server.request(method, path + query, body), `${method} ${path}${query}`);
          }
        }
      }
      for (const path of pathsOf('GET', name)) {
        const all = parametersOf(path).map((key) => `${key}=${name}`);
        for (const query of name === '__proto__' ? all : [all.join('&')])
          expectNoError(await server.get(`${path}?${query}`), `${path}?${query}`);
      }
    }
  });

  // Refused requests never reach a database, so one engine is enough.
  test.runIf(engine.name === 'sqlite')(
    'is refused if a parameter repeats, or ignored if the route does not read it',
    async () => {
      const refused = new Set<string>();
      for (const method of ['GET', 'POST'] as const) {
        // Writes to /api read no parameters.
        const readsAny = (path: string) => method === 'GET' || !path.startsWith('/api');
        for (const path of pathsOf(method, 'main').filter(readsAny)) {
          for (const key of parametersOf(path)) {
            const answer = await server.request(
              method,
              `${path}?${key}=1&${key}=1`,
              method === 'POST' ? '{}' : undefined,
            );
            expectNoError(answer, `${method} ${path}?${key}=1&${key}=1`);
            if (answer.status === 400) refused.add(key);
          }
        }
      }
      if (contract === 'teuthology')
        expect([...refused]).toEqual(expect.arrayContaining(['q', 'sort', 'count', 'fields', 'since', 'status']));
    },
  );

  test('around a path, an origin or a fragment, changes nothing', async () => {
    const paths = ['/runs/', '/runs/x/', '/runs/branch/a/', '/api/runs?limit=x', '/ui/runs.csv', '/healthz'];
    for (const path of paths) {
      const { status, text } = await server.get(path);
      for (const same of [`http://elsewhere.example:81${path}`, `${path}#%zz`, `${path}#?limit=2`])
        expect(await server.get(same), same).toMatchObject({ status, text });
    }
    expect((await server.get('http://elsewhere.example?x')).status).toBe(200);
  });

  test('is stored like any other name', async () => {
    for (const name of inherited) {
      if (contract === 'classic') await server.post('/runs/', { name });
      await server.post(
        `/runs/${name}/jobs/`,
        `{"name":"${name}","job_id":"${name}","description":"${name}","queue":"${name}"}`,
      );
      const job = await server.get(`/runs/${name}/jobs/${name}/`);
      expect(job).toMatchObject({ status: 200, json: { job_id: name, description: name } });
      const page = await server.get(`/api/runs/${name}/jobs?q=f:${name}+job:${name}`);
      expect(page).toMatchObject({ status: 200, json: { jobs: [{ run: name, job_id: name }], problems: [] } });
    }
  });
});
