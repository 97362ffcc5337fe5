/**
 * Shared by the launchers. Plain JavaScript for any Node from 20, with nothing but its own modules: it runs before
 * anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const marker = join(modules, '.paddles-installed');
const lock = join(root, '.installing');

/** Installs what the lock file names when it is missing or stale, and says so. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  refuseLink();
  await takeLock();
  try {
    if (!isInstalled()) install();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function lockFileHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  if (existsSync(marker)) return readFileSync(marker, 'utf8') === lockFileHash();
  // Installed by hand, and not before the lock file was last changed.
  const own = join(modules, '.package-lock.json');
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(own) || statSync(own).mtimeMs < statSync(lockFile).mtimeMs) return false;
  mark();
  return true;
}

/** Remembers what was installed, so that a lock file that is only touched later does not count as a new one. */
function mark() {
  try {
    writeFileSync(marker, lockFileHash());
  } catch (error) {
    // A server may run from a folder that belongs to somebody else.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
}

/** `npm ci` empties node_modules through a link: that would take away the dependencies of another clone. */
function refuseLink() {
  if (!lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  say('node_modules is a link to a folder with other dependencies than package-lock.json names; remove the link');
  process.exit(1);
}

function install() {
  say('installing the locked dependencies, its own Node 24 included (once, about 15 seconds) ...');
  const npm = process.env.npm_execpath;
  // The runtime is a development dependency: a caller's NODE_ENV=production or omit=dev must not leave it out.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, encoding: 'utf8' };
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    say(`the dependencies could not be installed (npm ci: ${result.error?.message ?? `exit code ${result.status}`})`);
    rmSync(lock, { recursive: true, force: true });
    process.exit(1);
  }
  mark();
}

/** One installation at a time: `npm start` and `npm test` may be typed together. */
async function takeLock() {
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      // Two that find the lock of a dead owner may both remove it, the second one with the first one's new lock in it.
      await pause(200);
      if (owner() === process.pid) return;
    } catch (error) {
      if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error;
    }
    if (!ownerLives()) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) say('waiting for another process that is installing the dependencies ...');
    await pause(500);
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function owner() {
  return Number(readFileSync(join(lock, 'pid'), 'utf8'));
}

function ownerLives() {
  try {
    process.kill(owner(), 0);
    // After a restart of the machine another process may have the id.
    return Date.now() - statSync(lock).mtimeMs < 600_000;
  } catch (error) {
    // The owner may be between making the folder and writing its id into it.
    if (error.code === 'ENOENT') return existsSync(lock) && Date.now() - statSync(lock).mtimeMs < 5000;
    return error.code === 'EPERM';
  }
}

/** One line for the person at the terminal. */
export function say(sentence) {
  process.stderr.write(`paddles: ${sentence}\n`);
}

/**
 * npm passes a signal on to the shell of a script, which dies of it without telling the program: when that shell is gone,
 * the program is asked to stop.
 */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    stop();
  }, 300);
  watch.unref();
}

/**
 * Runs a script of the project (a path from its root) with Node 24 or later and never returns. With flags for Node it
 * is always a process of its own: most of them count only from its start.
 */
export async function run(script, args, flags = []) {
  const path = join(root, script);
  const recent = Number(process.versions.node.split('.')[0]) >= 24;
  if (recent && flags.length === 0) {
    process.argv = [process.execPath, path, ...args];
    stopWithNpm(() => process.kill(process.pid, 'SIGTERM'));
    await import(pathToFileURL(path).href);
    return;
  }
  runApart(ownNode(), [...flags, path, ...args]);
}

/** The Node that runs the project: this one when it is recent, otherwise the installed one. */
export function ownNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = [join(modules, 'node', 'bin', name), join(modules, '.bin', name)].find(existsSync);
  if (node !== undefined) return node;
  say(
    `this is Node ${process.versions.node}, and the package "node" in node_modules has no Node 24; run: ` +
      'npm ci --include=dev --ignore-scripts=false',
  );
  process.exit(1);
}

/** Without types to strip the program needs 20 MB less memory and starts sooner. */
const compileCache = join(modules, '.cache', 'node');

/** Fills the cache before its first use: Node writes it only when it ends, which would leave the first server without it. */
function warmCompileCache(node) {
  if (existsSync(compileCache)) return;
  const serve = pathToFileURL(join(root, 'src', 'cli', 'serve.ts')).href;
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  spawnSync(node, ['--input-type=module', '--eval', `await import('${serve}')`], { env, stdio: 'ignore' });
}

function runApart(node, args) {
  warmCompileCache(node);
  // One heap for all threads of glibc: docs/decisions/0006-small-young-generation.md.
  const env = { NODE_COMPILE_CACHE: compileCache, MALLOC_ARENA_MAX: '1', ...process.env };
  const child = spawn(node, args, { stdio: 'inherit', env });
  // A terminal sends its signals to the child too, and the tools of development take a second one for "stop at once".
  const forward = (signal) => {
    if (process.stdin.isTTY && signal !== 'SIGTERM') return;
    // A process manager signals the child too: one that is ending when this arrives would die of it instead.
    setTimeout(() => child.kill(signal), 200);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => forward(signal));
  stopWithNpm(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    say(`Node 24 cannot be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
