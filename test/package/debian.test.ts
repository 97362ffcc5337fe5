/**
 * Runs the commands under "Install" in docs/operate.md on a fresh Debian without Node. It takes minutes and needs root, debootstrap
 * (`apt-get install debootstrap`), a Debian mirror and the registry, so it only runs with PADDLES_DEBIAN=1.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../helpers/postgres.ts';
import { commandsOf } from './guide-commands.ts';

const isWanted = Boolean(process.env.PADDLES_DEBIAN);
const checkout = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const minutes = 60_000;

let folder: string;
let root: string;

beforeAll(async () => {
  if (!isWanted) return;
  folder = mkdtempSync(join(tmpdir(), 'paddles-debian-'));
  root = join(folder, 'root');
  await run('debootstrap', ['--variant=minbase', 'bookworm', root]);
  const { stdout } = await run('npm', ['pack', '--pack-destination', folder], { cwd: checkout });
  copyFileSync(join(folder, stdout.trim().split('\n').at(-1) ?? ''), join(root, 'root/paddles-0.1.0.tgz'));
  for (const file of ['resolv.conf', 'hosts']) copyFileSync(join('/etc', file), join(root, 'etc', file));
  // Created by systemd on a real system.
  mkdirSync(join(root, 'etc/systemd/system'), { recursive: true });
  // The certificate of a network that inspects connections.
  const authority = process.env.NODE_EXTRA_CA_CERTS;
  if (authority) copyFileSync(authority, join(root, 'root/authority.pem'));
}, 10 * minutes);
afterAll(() => {
  if (isWanted) rmSync(folder, { recursive: true, force: true });
});

/** Runs a script in that Debian. All its processes end with it. */
async function inside(script: string, env: Record<string, string> = {}): Promise<string> {
  writeFileSync(join(root, 'root/script'), `set -e\ncd /root\n${script}`);
  const authority = process.env.NODE_EXTRA_CA_CERTS ? '/root/authority.pem' : '';
  const certificates = authority && { NODE_EXTRA_CA_CERTS: authority, npm_config_cafile: authority };
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const own = ['--mount', '--pid', '--fork', '--kill-child', `--mount-proc=${join(root, 'proc')}`];
  const { stdout } = await run('unshare', [...own, 'chroot', root, 'sh', '/root/script'], {
    env: { PATH: path, HOME: '/root', DEBIAN_FRONTEND: 'noninteractive', ...certificates, ...env },
    maxBuffer: 64 << 20,
  });
  return stdout.trim();
}

test.runIf(isWanted)(
  'a fresh Debian installs the package and serves, as printed',
  async () => {
    const lines = readFileSync(join(checkout, 'docs/operate.md'), 'utf8').split('\n');
    const first = lines.findIndex((line) => line.startsWith('apt-get ')) + 1;
    const end = lines.findIndex((line, index) => index > first && line === '```') + 1;
    const commands = commandsOf('docs/operate.md').filter(({ line }) => line >= first && line < end);
    expect(commands.map(({ text }) => text.split(' ')[0])).toContain('npm');

    expect(await inside('command -v node npm || echo neither')).toBe('neither');
    // Installing the package needs no registry.
    const noRegistry = { npm_config_registry: 'http://127.0.0.1:1/' };
    for (const { text } of commands) {
      // There is no systemd in a folder. The server that it would start is started below.
      if (!text.startsWith('systemctl ')) await inside(text, text.includes('--prefix') ? noRegistry : {});
    }
    expect(await inside('node --version')).toMatch(/^v24\./);

    const unit = readFileSync(join(root, 'etc/systemd/system/paddles.service'), 'utf8');
    const [, program = ''] = /^ExecStart=(.+)$/m.exec(unit) ?? [];
    const port = await freePort();
    writeFileSync(join(root, 'root/client.mjs'), client);
    const served = await inside(
      `
install --directory --owner=paddles /var/lib/paddles
cd /var/lib/paddles
setpriv --reuid=paddles --regid=paddles --clear-groups ${program} >log 2>&1 & server=$!
timeout 60 node /root/client.mjs http://127.0.0.1:${port} || { cat log >&2; exit 1; }
kill -TERM $server
wait $server && echo ended with $?`,
      { PADDLES_SERVER_PORT: String(port), PADDLES_TEUTHOLOGY_PORT: '' },
    );
    expect(served).toBe('200 200\nended with 0');
  },
  10 * minutes,
);

/** Waits for a server, then requests a page and creates a run. */
const client = `
const [, , url] = process.argv;
const ask = (path, options) => fetch(url + path, options).then(({ status }) => status);
while ((await ask('/readyz').catch(() => 0)) !== 200) await new Promise((next) => setTimeout(next, 50));
console.log(await ask('/ui/'), await ask('/runs/', { method: 'POST', body: '{"name": "first"}' }));
`;
