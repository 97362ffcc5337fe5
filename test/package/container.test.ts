/** The container and the package that it installs: built and run as the Dockerfile says, without a container engine. */
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
  // The server runs as another user than the one who made the folder.
  chmodSync(folder, 0o755);
  const stages = await buildImage(folder);
  image = stages.image as Image;
  build = stages.build as Image;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

test('the container becomes healthy as an unprivileged user and ends with 0 when it is stopped', async () => {
  expect([image.user, image.volumes]).toEqual(['node', ['/data']]);
  const { port, child, env } = await start(image.command, image.workdir, environmentOf(image));
  expect((await run(image.health, { cwd: image.workdir, env })).code).toBe(0);
  const page = await fetch(`http://127.0.0.1:${port}/ui/`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<script type="module"')]);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect((await run(image.health, { cwd: image.workdir, env })).code).toBe(1);
});

test('the package reads logs in its threads, and has a manual page', async () => {
  const archive = join(folder, 'archive');
  mkdirSync(join(archive, 'night', '1'), { recursive: true });
  writeFileSync(join(archive, 'night', '1', 'teuthology.log'), 'one line\n');
  const { port } = await start(image.command, image.workdir, { ...environmentOf(image), PADDLES_ARCHIVE: archive });
  const at = `http://127.0.0.1:${port}`;
  const post = (path: string, body: object) => fetch(at + path, { method: 'POST', body: JSON.stringify(body) });
  await post('/runs/', { name: 'night' });
  await post('/runs/night/jobs/', { job_id: '1' });
  const log = await fetch(`${at}/api/runs/night/jobs/1/log`);
  expect([log.status, await log.text()]).toEqual([200, expect.stringContaining('one line')]);
  const manual = join(image.root, 'usr/local/lib/node_modules/paddles/dist/paddles.1');
  expect(readFileSync(manual, 'utf8')).toMatch(/^\.TH PADDLES 1 /);
});

test('the package has the locked dependencies, those that serving needs, and no TypeScript', () => {
  const installed = join(image.root, 'usr/local/lib/node_modules/paddles');
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const versions = globSync('node_modules/{*,@*/*}/package.json', { cwd: installed }).map((file) => {
    const { name, version } = JSON.parse(readFileSync(join(installed, file), 'utf8'));
    return { name, version, locked: packages[`node_modules/${name}`]?.version };
  });
  expect(versions.length).toBeGreaterThan(50);
  expect(versions.filter(({ version, locked }) => version !== locked)).toEqual([]);
  expect(versions.filter(({ name }) => ['vite', 'react', 'vitest', 'node'].includes(name))).toEqual([]);
  expect(globSync('{bin,dist,src,test,web}/**/*.ts', { cwd: installed })).toEqual([]);
});

test('the package names the licence of everything that is bundled, also into the dashboard', () => {
  const installed = join(image.root, 'usr/local/lib/node_modules/paddles');
  const notice = readFileSync(join(installed, 'NOTICE.md'), 'utf8');
  const packed = globSync('**/node_modules/{*,@*/*}/package.json', { cwd: installed });
  expect(packed.length).toBeGreaterThan(50);
  for (const file of packed) {
    const { name, version, license } = JSON.parse(readFileSync(join(installed, file), 'utf8'));
    expect(notice).toContain(`\n## ${name} - ${version} (${license})\n`);
  }
  const { dependencies } = JSON.parse(readFileSync('web/package.json', 'utf8'));
  const builders = ['vite', '@vitejs/plugin-react'];
  const bundled = Object.keys(dependencies).filter((name) => !builders.includes(name));
  expect(bundled.length).toBeGreaterThan(0);
  for (const name of bundled) expect(notice).toMatch(new RegExp(`^## ${name} - [\\d.]+ \\(.+\\)$`, 'm'));
});

test('a checkout with the dependencies of npm ci --omit=dev serves, to a user who may not write to it', async () => {
  const database = `sqlite:///${join(image.root, 'data/checkout.db')}`;
  const env = { ...environmentOf(build), PADDLES_DATABASE_URL: database };
  const { port, output } = await start([join(build.workdir, 'bin/paddles')], image.workdir, env);
  expect((await fetch(`http://127.0.0.1:${port}/ui/`)).status).toBe(200);
  expect(output()).not.toContain('paddles:');
});

test.runIf(isRoot)('a checkout without dependencies tells a user who may not write to it what to do', async () => {
  const checkout = join(folder, 'checkout');
  cpSync(join(folder, 'context'), checkout, { recursive: true });
  const { code, stderr } = await run([join(checkout, 'bin/paddles')], { cwd: folder, env: environmentOf(build) });
  const words = `paddles: the dependencies are missing or stale, and this user may not write to ${checkout}; run "npm run build" there as its owner\n`;
  expect([code, stderr]).toEqual([1, words]);
});
