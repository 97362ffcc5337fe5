#!/usr/bin/env node
/** `node bin/run.mjs SCRIPT …`: runs a script of development with Node 24, and installs what is missing for it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, ownNode, root, say } from './install.mjs';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('usage: node bin/run.mjs SCRIPT [argument ...]\n');
  process.exit(2);
}
await ensureInstalled(/^(bin|demo|web)\//.test(script) ? 'serving' : 'development');
const path = join(root, script);
const node = ownNode();
if (node === process.execPath) {
  process.argv = [node, path, ...args];
  stopWithNpm(() => process.kill(process.pid, 'SIGTERM'));
  await import(pathToFileURL(path).href);
} else {
  runApart(node, [path, ...args]);
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

/** Runs the script as a process of its own: this Node is too old for it. */
function runApart(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
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
