import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { classicClient, DemoProblem } from './client.ts';
import { demo } from './fill.ts';

const never = new AbortController().signal;
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A server that gives the same answer to every request, such as one that rejects everything. */
async function answering(status: number, body: string, seen: string[] = []): Promise<string> {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    request.on('end', () => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function problemOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

test('says what to do when no server answers', async () => {
  const url = await answering(200, '{}');
  await new Promise((resolve) => server!.close(resolve));
  const problem = await problemOf(classicClient(url, never).createRun('a'));
  expect(problem).toBeInstanceOf(DemoProblem);
  expect(String(problem)).toContain(`cannot reach the server at ${url}: nothing listens there`);
});

test('retries a request once if the server has closed its connection', async () => {
  let resets = 1;
  server = createServer((request, response) => {
    if (resets-- > 0) request.socket.resetAndDestroy();
    else response.end('{}');
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await classicClient(url, never).createRun('a')).toBe('created');
  resets = 2;
  expect(String(await problemOf(classicClient(url, never).createRun('a')))).toContain('ECONNRESET');
  expect(resets).toBe(0);
});

test('distinguishes existing runs from rejected ones', async () => {
  const there = await answering(400, '{"message":"run with name a already exists"}');
  expect(await classicClient(there, never).createRun('a')).toBe('already there');
  server!.close();
  const broken = await answering(503, '<html>busy</html>');
  expect(String(await problemOf(classicClient(broken, never).createRun('a')))).toContain('503: <html>busy</html>');
});

test('fills a server and prints a summary', async () => {
  const seen: string[] = [];
  const url = await answering(200, '{}', seen);
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  await demo({ url, seed: 1, runs: 1, live: false, signal: never, isTerminal: false, write });
  const posted = seen.filter((line) => /^POST \/runs\/[^/]+\/jobs\/$/.test(line)).length;
  expect(seen[0]).toBe('POST /runs/');
  expect(text).toContain(`100 % (${posted} of ${posted} jobs)`);
  expect(text).toContain(`Done: 1 runs, ${posted} jobs; ${seen.length} requests`);
  expect(text).toContain(`Open ${url}/`);
});

test('stops at the first rejected request', async () => {
  const seen: string[] = [];
  const url = await answering(400, '{"message":"already exists, but not quite"}', seen);
  const problem = await problemOf(
    demo({ url, seed: 1, runs: 1, live: false, quiet: true, signal: never, isTerminal: false, write: () => {} }),
  );
  expect(problem).toBeInstanceOf(DemoProblem);
  expect(seen).toHaveLength(1);
});
