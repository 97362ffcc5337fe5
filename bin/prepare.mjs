/** For `paddles` in a checkout: installs missing dependencies, builds the dashboard, then prints the path of the Node to run. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, mayWrite, ownNode, root } from './install.mjs';
import { ensureBuilt } from './web.mjs';

await ensureInstalled('serving');
const [command = 'serve'] = process.argv.slice(2);
const isServe = command === 'serve' || /^-(?!h$|-help$|v$|-version$)/.test(command);
if (isServe && !process.argv.includes('--help')) ensureBuilt();
const node = ownNode();
// Node writes its compile cache only when it exits, so the first server would run without one.
const modules = join(root, 'node_modules');
const cache = join(modules, '.cache', 'node');
if (!existsSync(cache) && mayWrite(modules)) {
  const serve = pathToFileURL(join(root, 'src', 'cli', 'serve.ts')).href;
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  spawnSync(node, ['--input-type=module', '--eval', `await import('${serve}')`], { env, stdio: 'ignore' });
}
process.stdout.write(node);
