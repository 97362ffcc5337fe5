/** Builds the dashboard if its bundle is missing or older than its sources. Plain JavaScript for the launchers. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askOwner, mayWrite, ownNode, root, say } from './install.mjs';

/** A hash of all sources of the bundle. */
export function sourcesHash() {
  const hash = createHash('sha256');
  for (const path of sources()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function sources() {
  const folders = ['web/src', 'web/public', 'src/core', 'src/http/api'];
  const inside = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1)),
  );
  return ['package-lock.json', 'web/index.html', 'web/vite.config.ts', 'web/build.ts', ...inside].sort();
}

/** Builds the bundle if it is missing or stale, and prints a message. A server without a bundle still serves its contracts. */
export function ensureBuilt() {
  const stamp = join(root, 'web', 'dist', '.sources');
  const built = existsSync(stamp) ? readFileSync(stamp, 'utf8') : null;
  if (!existsSync(join(root, 'web', 'build.ts')) || built === sourcesHash()) return;
  const lacking = built === null ? 'the dashboard is not built' : 'the dashboard is older than its sources';
  if (!mayWrite(join(root, 'web'))) return say(`${lacking}, ${askOwner}`);
  say('building the dashboard (a few seconds, after each change of its sources) ...');
  const { status } = spawnSync(ownNode(), [join(root, 'web', 'build.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    say(
      built === null
        ? 'the dashboard could not be built; serving without it'
        : 'the dashboard could not be rebuilt; serving the old one',
    );
  }
}
