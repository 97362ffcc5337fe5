#!/usr/bin/env node
/** `node bin/run.mjs <script> …`: the same for the scripts of development. */
import { ensureInstalled, run } from './launch.mjs';

await ensureInstalled();
const [script, ...args] = process.argv.slice(2);
await run(script, args);
