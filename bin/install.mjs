/**
 * Installs missing dependencies, for the launchers. Plain JavaScript for any Node from 20 that imports only built-in modules,
 * because it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const marker = join(modules, '.paddles-installed');
const lock = join(root, '.installing');
const isRecent = Number(process.versions.node.split('.')[0]) >= 24;

/** For each purpose, the options for npm, and one package of every part, whose presence shows that the part is installed. */
const purposes = {
  serving: {
    options: ['--omit=dev', '--workspace=src', '--workspace=web', ...(isRecent ? [] : ['--workspace=bin'])],
    packages: ['fastify', 'vite', ...(isRecent ? [] : ['node'])],
  },
  // NODE_ENV=production or omit=dev of the caller must not omit the tests.
  development: { options: ['--include=dev'], packages: ['fastify', 'vite', 'node', 'vitest'] },
};

/** Installs the locked dependencies for a purpose if they are missing or stale, and prints a message. */
export async function ensureInstalled(purpose) {
  if (isInstalled(purpose)) return;
  refuseLink();
  if (!mayWrite(root)) fail(`the dependencies are missing or stale, ${askOwner}`);
  await takeLock();
  try {
    if (!isInstalled(purpose)) install(purpose);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function lockFileHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled(purpose) {
  if (!purposes[purpose].packages.every((name) => existsSync(join(modules, name)))) return false;
  if (existsSync(marker)) return readFileSync(marker, 'utf8') === lockFileHash();
  // Accepts a manual installation that is newer than the lock file.
  const own = join(modules, '.package-lock.json');
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(own) || statSync(own).mtimeMs < statSync(lockFile).mtimeMs) return false;
  mark();
  return true;
}

/** Stores the hash of the installed lock file, so that touching the lock file later does not make the installation stale. */
function mark() {
  // A server may run from a folder of another user.
  if (mayWrite(modules)) writeFileSync(marker, lockFileHash());
}

/** Whether this user may create files in a folder. */
export function mayWrite(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The end of a sentence: what a user without write permission can do. */
export const askOwner = `and this user may not write to ${root}; run "npm run build" there as its owner`;

/** npm empties node_modules through a link, which would delete the dependencies of another clone. */
function refuseLink() {
  if (!lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  fail('node_modules is a link to a folder with other dependencies than package-lock.json names; remove the link');
}

function install(purpose) {
  say(`installing the locked dependencies for ${purpose} (once, about 15 seconds) ...`);
  const npm = process.env.npm_execpath;
  // `npm ci` empties the folder first, and a server may be running from it.
  const command = existsSync(modules) ? ['install', '--no-save'] : ['ci'];
  const options = ['--include=optional', '--ignore-scripts=false', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = [...command, ...purposes[purpose].options, ...options];
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    rmSync(lock, { recursive: true, force: true });
    fail(`the dependencies could not be installed (npm: ${result.error?.message ?? `exit code ${result.status}`})`);
  }
  mark();
}

/** Allows one installation at a time, because `npm start` and `npm test` may be started together. */
async function takeLock() {
  for (let told = false; ; told = true) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      // Two processes that find the lock of a dead owner may both remove it, and the second then removes the first one's new lock.
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
    // After a reboot another process may have the same id.
    return Date.now() - statSync(lock).mtimeMs < 600_000;
  } catch (error) {
    // The owner may have made the folder but not yet written its id into it.
    if (error.code === 'ENOENT') return existsSync(lock) && Date.now() - statSync(lock).mtimeMs < 5000;
    return error.code === 'EPERM';
  }
}

// An unreadable standard error must not prevent the start.
process.stderr.on('error', () => {});

/** Prints one line for the user. */
export function say(sentence) {
  process.stderr.write(`paddles: ${sentence}\n`);
}

function fail(sentence) {
  say(sentence);
  process.exit(1);
}

/** The path of the Node that runs the project: this one if it is recent, otherwise the installed one. */
export function ownNode() {
  if (isRecent) return process.execPath;
  const node = join(modules, 'node', 'bin', 'node');
  if (existsSync(node)) return node;
  fail(
    `this is Node ${process.versions.node}, and the package "node" in node_modules has no Node 24; run: ` +
      'npm ci --ignore-scripts=false',
  );
}
