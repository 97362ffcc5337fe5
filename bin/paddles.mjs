#!/usr/bin/env node
/** `paddles …`: installs what is missing, then runs the program on Node 24. */
import { ensureInstalled, run } from './launch.mjs';

await ensureInstalled();
await run('src/main.ts', process.argv.slice(2));
