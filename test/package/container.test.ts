/** The container and the package that it installs, built and run according to the Dockerfile, but without a container engine. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../helpers/postgres.ts';
import { buildImage, environmentOf, type Image, unprivileged } from './image.ts';

const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'paddles-image-'));
let image: Image;
let build: Image;

beforeAll(async () => {
  // The server does not run as the user who created the folder.
  chmodSync(folder, 0o755);
  const stages = await buildImage(folder);
  image = stages.image as Image;
  build = stages.build as Image;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installed = () => join(image.root, 'usr/local/lib/node_modules/paddles');

interface Running {
  port: number;
  child: ChildProcess;
  env: Record<string, string>;
  output: () => string;
}

/** Starts a server and waits until it is ready. */
async function start([command = '', ...args]: string[], cwd: string, given: Record<string, string>): Promise<Running> {
  const port = await freePort();
  const env = { ...given, PADDLES_SERVER_PORT: String(port), PADDLES_TEUTHOLOGY_PORT: '' };
  const child = spawn(command, args, { cwd, env, uid: unprivileged });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  await expect.poll(() => (child.exitCode === null ? output : `ended: ${output}`)).toMatch(/"ready"|^ended/);
  expect(output).toContain('"ready"');
  return { port, child, env, output: () => output };
}

/** Runs a command to its end, as the user of the container. Resolves to its exit code and what it wrote to standard error. */
function run([command = '', ...args]: string[], options: { cwd: string; env: Record<string, string> }) {
  return new Promise<{ code: number | null; stderr: string }>((resolve) => {
    const child = execFile(command, args, { ...options, uid: unprivileged }, (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode, stderr }),
    );
  });
}

test('the container becomes healthy as an unprivileged user, reads logs in threads, and exits with 0 when stopped', async () => {
  expect([image.user, image.volumes]).toEqual(['node', ['/data']]);
  const archive = join(folder, 'archive');
  mkdirSync(join(archive, 'night', '1'), { recursive: true });
  writeFileSync(join(archive, 'night', '1', 'teuthology.log'), 'one line\n');
  const surroundings = { ...environmentOf(image), PADDLES_ARCHIVE: archive };
  const { port, child, env } = await start(image.command, image.workdir, surroundings);
  expect((await run(image.health, { cwd: image.workdir, env })).code).toBe(0);
  const at = `http://127.0.0.1:${port}`;
  const page = await fetch(`${at}/ui/`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script type="module"')]);
  const post = (path: string, body: object) => fetch(at + path, { method: 'POST', body: JSON.stringify(body) });
  await post('/runs/', { name: 'night' });
  await post('/runs/night/jobs/', { job_id: '1' });
  const log = await fetch(`${at}/api/runs/night/jobs/1/log`);
  expect([log.status, await log.text()]).toEqual([200, expect.stringContaining('one line')]);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect((await run(image.health, { cwd: image.workdir, env })).code).toBe(1);
});

test('the package contains all dependencies in its own files, a manual page, and no TypeScript', () => {
  const { dependencies } = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
  expect(dependencies).toBeUndefined();
  expect(globSync('{node_modules,*/node_modules,**/*.{ts,tsx}}', { cwd: installed() })).toEqual([]);
  expect(readFileSync(join(installed(), 'dist/paddles.1'), 'utf8')).toMatch(/^\.TH PADDLES 1 /);
});

test('the package bundles the locked versions and names their licences, also those of the dashboard', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const notice = readFileSync(join(installed(), 'dist/NOTICE.md'), 'utf8');
  const bundled = packagesIn(join(installed(), 'dist'));
  expect(bundled.length).toBeGreaterThan(50);
  for (const path of [...Object.keys(packages.src.dependencies).map((name) => `node_modules/${name}`), ...bundled]) {
    const { version, license } = packages[path];
    expect(notice).toContain(`\n## ${path.replace(/^.*node_modules\//, '')} - ${version} (${license})\n`);
  }
  const builders = ['vite', '@vitejs/plugin-react'];
  const shown = Object.keys(packages.web.dependencies).filter((name) => !builders.includes(name));
  expect(shown.length).toBeGreaterThan(0);
  const ofDashboard = readFileSync(join(installed(), 'web/dist/NOTICE.md'), 'utf8');
  for (const name of shown) expect(ofDashboard).toMatch(new RegExp(`^## ${name} - [\\d.]+ \\(.+\\)$`, 'm'));
});

/** The folders of packages in a bundle, in which the name of most modules precedes their code. */
function packagesIn(folder: string): string[] {
  const code = globSync('*.js', { cwd: folder }).map((name) => readFileSync(join(folder, name), 'utf8'));
  const found = code.flatMap((text) => [...text.matchAll(/^\/\/ (\S*node_modules\/(?:@[^/]+\/)?[^/]+)\//gm)]);
  return [...new Set(found.map(([, path = '']) => path))];
}

test('a checkout with the dependencies of npm ci --omit=dev works for a user who cannot write to it', async () => {
  const database = `sqlite:///${join(image.root, 'data/checkout.db')}`;
  const env = { ...environmentOf(build), PADDLES_DATABASE_URL: database };
  const { port, output } = await start([join(build.workdir, 'bin/paddles')], image.workdir, env);
  expect((await fetch(`http://127.0.0.1:${port}/ui/`)).status).toBe(200);
  expect(output()).not.toContain('paddles:');
});

test.runIf(isRoot)('a checkout without dependencies tells a user who cannot write to it what to do', async () => {
  const checkout = join(folder, 'checkout');
  cpSync(join(folder, 'context'), checkout, { recursive: true });
  const { code, stderr } = await run([join(checkout, 'bin/paddles')], { cwd: folder, env: environmentOf(build) });
  const words = `paddles: the dependencies are missing or stale, and this user may not write to ${checkout}; run "npm run build" there as its owner\n`;
  expect([code, stderr]).toEqual([1, words]);
});
