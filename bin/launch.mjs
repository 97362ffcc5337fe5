/**
 * Shared by the launchers. Plain JavaScript for any Node from 20, with nothing but its own modules: it runs before
 * anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const marker = join(modules, '.paddles-installed');
const lock = join(root, '.installing');

/** Installs what the lock file names when it is missing or stale, and says so. */
export async function ensureInstalled() {
  if (isInstalled()) return;
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
  return existsSync(own) && statSync(own).mtimeMs >= statSync(lockFile).mtimeMs;
}

function install() {
  say('installing the locked dependencies, its own Node 24 included (once, about 15 seconds) ...');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, encoding: 'utf8', env: environment() };
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    say(`the dependencies could not be installed (npm ci: ${result.error?.message ?? `exit code ${result.status}`})`);
    rmSync(lock, { recursive: true, force: true });
    process.exit(1);
  }
  writeFileSync(marker, lockFileHash());
}

/** A caller's NODE_ENV=production must not leave out what the lock file names for development: the runtime is there. */
function environment() {
  const { NODE_ENV: _, npm_config_omit: __, ...rest } = process.env;
  return rest;
}

/** One installation at a time: `npm start` and `npm test` may be typed together. */
async function takeLock() {
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!ownerLives()) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) say('waiting for another process that is installing the dependencies ...');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function ownerLives() {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // The owner may be between making the folder and writing its id into it.
    if (error.code === 'ENOENT') return existsSync(lock) && Date.now() - statSync(lock).mtimeMs < 5000;
    return error.code === 'EPERM';
  }
}

function say(sentence) {
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

/** Runs a script of the project (a path from its root) with Node 24 or later and never returns. */
export async function run(script, args) {
  const path = join(root, script);
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    process.argv = [process.execPath, path, ...args];
    stopWithNpm(() => process.kill(process.pid, 'SIGTERM'));
    await import(pathToFileURL(path).href);
    return;
  }
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = [join(modules, 'node', 'bin', name), join(modules, '.bin', name)].find(existsSync);
  if (node === undefined) {
    say(`this is Node ${process.versions.node} and Node 24 is not in node_modules; run: npm ci`);
    process.exit(1);
  }
  const child = spawn(node, [path, ...args], { stdio: 'inherit' });
  // A terminal sends its signals to the child too; a second one of the same kind would mean "stop at once" there.
  const forward = (signal) => {
    if (!process.stdin.isTTY || signal === 'SIGTERM') child.kill(signal);
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
