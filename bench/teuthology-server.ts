import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, type ServerOptions, startServer } from './child.ts';

/** The server under test, speaking the teuthology contract on its only port. */
export function startTeuthologyServer({ folder, ...options }: ServerOptions): Promise<{ child: Child; port: number }> {
  const home = join(folder, 'teuthology');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'paddles.json'), '{"contract": "teuthology"}');
  return startServer({ ...options, folder: home });
}
