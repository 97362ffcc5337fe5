/** Starts Caddy with the configuration printed in docs/operate.md. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../helpers/postgres.ts';
import { type FrontServer, startFrontServer } from './nginx.ts';

const program = '/usr/bin/caddy';
/** Whether Caddy is installed and therefore tested. */
export const hasCaddy = existsSync(program);

/** Starts Caddy in front of the servers at these addresses, without a certificate, which no authority would issue. */
export async function startCaddy(servers: {
  MAIN_ADDRESS: string;
  OAUTH2_PROXY_ADDRESS: string;
}): Promise<FrontServer> {
  const text = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  const [, printed = ''] = /^### Caddy with single sign-on\n.*?^```\n(.*?)^```$/ms.exec(text) ?? [];
  const address = `127.0.0.1:${await freePort()}`;
  const example = Object.entries({
    'paddles.example.com': `http://${address}`,
    '127.0.0.1:8080': servers.MAIN_ADDRESS.replace('http://', ''),
    '127.0.0.1:4180': servers.OAUTH2_PROXY_ADDRESS.replace('http://', ''),
  }).reduce((before, [name, place]) => {
    expect(before).toContain(name);
    return before.replaceAll(name, place);
  }, printed);
  const folder = mkdtempSync(join(tmpdir(), 'paddles-caddy-'));
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, `{\n\tadmin off\n}\n${example}`);
  return startFrontServer(program, ['run', '--adapter', 'caddyfile', '--config', file], { address, folder });
}
