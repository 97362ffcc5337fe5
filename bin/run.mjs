#!/usr/bin/env node
/** `node bin/run.mjs SCRIPT …`: installs missing dependencies and runs a development script with Node 24. */
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
 * Stops the program when the shell of the npm script is gone. npm forwards a signal only to that shell, which dies without
 * passing it on.
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

/** Runs the script in a child process, because this Node is too old for it. */
function runApart(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  // A terminal signals the child too, and development tools treat a second signal as "stop at once".
  const forward = (signal) => {
    if (process.stdin.isTTY && signal !== 'SIGTERM') return;
    // A process manager signals the child too; a second signal would kill a child that is already stopping.
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
