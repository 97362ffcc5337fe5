/** Starts nginx with configurations printed in docs/operate.md. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from '../helpers/postgres.ts';

const program = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((path) => existsSync(path));
/** Whether nginx is tested: always in CI, elsewhere if it is installed. */
export const hasNginx = program !== undefined || process.env.CI === 'true';

if (!hasNginx) {
  process.stdout.write('tests: no nginx, so its examples are not tested; install it (Debian: apt-get install nginx)\n');
}

/** A running proxy. */
export interface FrontServer {
  /** Without a trailing slash. */
  url: string;
  send(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts nginx with a configuration, by default that of the document. It names servers in capitals; `servers` has their addresses. */
export async function startNginx(
  servers: Record<string, string>,
  configuration = documented(Object.keys(servers)),
): Promise<FrontServer> {
  if (program === undefined) throw new Error('no nginx; install it (Debian: apt-get install nginx)');
  const folder = mkdtempSync(join(tmpdir(), 'paddles-nginx-'));
  const address = `127.0.0.1:${await freePort()}`;
  const example = Object.entries({ ...servers, LISTEN_ADDRESS: address }).reduce((text, [name, url]) => {
    expect(text).toContain(name);
    return text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), url.replace('http://', ''));
  }, configuration);
  writeFileSync(join(folder, 'paddles.conf'), example);
  writeFileSync(join(folder, 'nginx.conf'), surroundings(folder));
  const settings = join(folder, 'nginx.conf');
  return startFrontServer(program, ['-p', folder, '-c', settings, '-e', join(folder, 'error.log')], {
    address,
    folder,
  });
}

/** Starts a proxy that listens at an address. Its temporary folder contains its `error.log` and is removed when it stops. */
export async function startFrontServer(
  program: string,
  args: string[],
  { address, folder }: { address: string; folder: string },
): Promise<FrontServer> {
  const server = spawn(program, args, { env: { ...process.env, HOME: folder } });
  server.stderr.on('data', (part) => appendFileSync(join(folder, 'error.log'), part));
  const url = `http://${address}`;
  const stop = async () => {
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await vi.waitFor(() => answers(url, server, folder), { timeout: 20_000, interval: 50 });
  } catch (error) {
    await stop();
    throw error;
  }
  const send: FrontServer['send'] = (method, path, body, headers = {}) =>
    fetch(url + path, { method, headers, redirect: 'manual', ...(body && { body: JSON.stringify(body) }) });
  return { url, send, stop };
}

/** The only nginx block in the document that contains these names. */
function documented(names: string[]): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  const blocks = [...text.matchAll(/^```nginx\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const found = blocks.filter((block) => names.every((name) => block.includes(name)));
  expect(found).toHaveLength(1);
  return found[0] as string;
}

/** Debian's configuration around the files of conf.d, with all written files in one folder. */
function surroundings(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid nginx.pid;
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  include ${join(folder, 'paddles.conf')};
}
`;
}

/** Throws while the proxy does not answer, and the reason if it has ended. */
async function answers(url: string, server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode !== null) throw new Error(`the proxy ended: ${readFileSync(join(folder, 'error.log'), 'utf8')}`);
  await fetch(`${url}/healthz`);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
}
