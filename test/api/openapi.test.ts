/** The API document is valid, describes every route, and can be used to generate a working client. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import openapiTS, { astToString } from 'openapi-typescript';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/config.ts';
import { routeScopes } from '../../src/http/access/access.ts';
import { buildApp } from '../../src/http/app.ts';
import { type Engine, engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

interface Document {
  servers: { url: string }[];
  paths: Record<string, Record<string, { operationId: string }>>;
  components: { schemas: Record<string, unknown> };
}

const root = join(import.meta.dirname, '..', '..');
const contracts = ['classic', 'teuthology'] as const;

/** Routes that are not in the document: not part of an API, redirects, chains of filters, or synonyms of GET at the same address. */
const left = [
  /^GET \/runs\/\w+\/\*$/,
  /^GET \/(\*|ui|r|j|c|api\/docs|api\/openapi\.json)($|\/)/,
  /^(GET|PUT) \/runs\/:name\/:job_id$/,
  /^(POST|PUT) \/(nodes\/(machine_types|job_stats|:node\/jobs|:node\/job_stats)|queue\/\w+(\/:queue)?|jobs)$/,
];

describe.each(contracts)('the API document beside the %s contract', (contract) => {
  let server: TestServer;
  let text: string;
  let document: Document;
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract });
    ({ text } = await server.get('/api/openapi.json'));
    document = JSON.parse(text) as Document;
  });
  afterAll(() => server.stop());

  test('is valid', async () => {
    const problems = await lintFromString({ source: text, config: await createConfig({ extends: ['recommended'] }) });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Job', 'JobStatus', 'RunItem']));
    expect(document.servers).toEqual([{ url: server.url }]);
  });

  test('names the public address on the main port and its own address on the other one', async () => {
    const settings = [
      '--database',
      server.database,
      '--address',
      'https://lab.example/paddles',
      '--contract',
      'classic',
    ];
    const { config } = readCommandLine(settings, {});
    const app = buildApp({ contract, config, db: server.db, log: pino({ level: 'silent' }), now: () => 0 });
    const answer = await app.inject({ url: '/api/openapi.json', headers: { host: 'lab:8081' } });
    await app.close();
    const url = contract === 'classic' ? config.address : 'http://lab:8081';
    expect((answer.json() as Document).servers).toEqual([{ url }]);
  });

  test('describes every route', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = routeScopes(server.app)
      // The few open routes are excluded; most of them only refuse a method.
      .filter(({ method, scope }) => scope !== 'open' && ['GET', 'POST', 'PUT', 'DELETE'].includes(method))
      .map(({ method, url }) => `${method} ${url}`)
      .filter((route) => !left.some((pattern) => pattern.test(route)))
      .map((route) => route.replace(/:(\w+)/g, '{$1}'));
    expect(routes.length).toBeGreaterThan(40);
    expect(routes.filter((route) => !described.includes(route))).toEqual([]);
  });
});

describe('a client generated from the API documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paddles-client-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const servers: TestServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));
  const start = async (engine: Engine, contract: (typeof contracts)[number]) => {
    const server = await startServer(engine, { contract });
    servers.push(server);
    return server;
  };

  test('has types for everything that the sessions below send and read', async () => {
    for (const contract of contracts) {
      const { url } = await start(engines[0]!, contract);
      const types = astToString(await openapiTS(new URL(`${url}/api/openapi.json`)));
      writeFileSync(join(folder, `${contract}.d.ts`), types);
    }
    const compilerOptions = {
      paths: { 'served/*': [join(folder, '*.d.ts')] },
      typeRoots: [join(root, 'node_modules', '@types')],
      lib: ['es2024', 'dom'],
    };
    const files = contracts.map((contract) => join(root, 'test', 'client', `${contract}.ts`));
    const project = join(folder, 'tsconfig.json');
    writeFileSync(
      project,
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }),
    );
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(execute(process.execPath, [compiler, '--noEmit', '-p', project])).toBe('');
  });

  test.each(engines)('reports, reads and searches through the classic contract on $name', async (engine) => {
    const { url } = await start(engine, 'classic');
    expect(await dayOf('classic', url)).toEqual({
      updated: 200,
      again: 'run with name night:2024 already exists',
      job: { success: false, tasks: [{ install: null }] },
      ids: ['1', '2'],
      outcomes: [
        ['1', 'running', 0],
        ['2', 'finished', 1],
      ],
      runs: [['night:2024', 'finished fail', 1]],
    });
  });

  test.each(engines)('does the same through the teuthology contract and makes a decision on $name', async (engine) => {
    const { url } = await start(engine, 'teuthology');
    expect(await dayOf('teuthology', url)).toEqual({
      run: ['finished fail', 1, ['night'], 'Command failed on smithi001 with status 22'],
      listed: [true],
      missing: 'job 9 was not found',
      locked: [['smithi001', 'kim']],
      queue: false,
      decided: [200, [['product bug', 'kim', true]]],
    });
  });
});

/** Runs the program of a client. It is type-checked separately, because the types come from the document that the server returns. */
async function dayOf(contract: (typeof contracts)[number], url: string): Promise<unknown> {
  const { day } = await import(join(root, 'test', 'client', `${contract}.ts`));
  return day(url);
}

/** The output of a program, whether it fails or not. */
function execute(program: string, args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
