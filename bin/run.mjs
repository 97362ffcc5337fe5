#!/usr/bin/env node
/** `node bin/run.mjs <script> …`: the same for the scripts of development. */
import { ensureInstalled, run } from './launch.mjs';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('usage: node bin/run.mjs SCRIPT [argument ...]\n');
  process.exit(2);
}
await ensureInstalled();
await run(script, args);
