/** An unusable SQLite file ends the program with code 2 and one sentence. */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { open } from '../../src/store/db.ts';
import { unprivilegedUser } from '../helpers/postgres.ts';
import { complaint, newFolder, runProgram, startService } from './program.ts';

let folder: string;
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = newFolder());
});
afterEach(() => remove());

describe('a SQLite file', () => {
  /** Runs the faster one of the two commands and returns its message. */
  async function refusal(name: string, through: string[] = []): Promise<string> {
    return complaint(await runProgram(['migrate', '--database', `sqlite:///${name}`], { folder, through }), 2);
  }

  /** Creates a database in the folder. */
  async function create(name: string): Promise<void> {
    await (await open({ url: `sqlite:///${join(folder, name)}`, poolSize: 1, now: () => 0 })).close();
  }

  test('is refused to a second process under every name while the first keeps working', async () => {
    mkdirSync(join(folder, 'data'));
    symlinkSync(join(folder, 'data/paddles.db'), join(folder, 'link.db'));
    symlinkSync(join(folder, 'data'), join(folder, 'folder'));
    // The target of the link does not exist yet.
    const { url, kill, ended } = await startService(['--database', 'sqlite:///link.db'], { folder });
    expect(existsSync(join(folder, 'data/paddles.db'))).toBe(true);
    const args = ['--port', '0', '--database', 'sqlite:///data/paddles.db'];
    const second = complaint(await runProgram(['serve', ...args], { folder }), 2);
    expect(second).toMatch(/^--database: another paddles process is using .*paddles\.db/);
    for (const name of ['link.db', 'folder/paddles.db'])
      expect(await refusal(name)).toContain('another paddles process');
    rmSync(join(folder, 'data/paddles.db.lock'));
    // The second one finds the lock file of the first.
    for (const name of ['link.db', 'data/paddles.db'])
      expect(await refusal(name)).toMatch(/another p.* is using .*\.db/);
    expect((await fetch(`${url}/runs/`, { method: 'POST', body: '{"name": "still"}' })).status).toBe(200);
    kill('SIGKILL');
    await ended;
    // A killed process leaves no lock behind.
    await create('link.db');
  });

  test('with two names is refused, because its write-ahead log would have the name of one', async () => {
    await create('paddles.db');
    linkSync(join(folder, 'paddles.db'), join(folder, 'second.db'));
    expect(await refusal('second.db')).toContain('2 names (hard links)');
  });

  test('is created together with missing folders, whatever characters its name has', async () => {
    for (const name of ['a/b/c.db', 'with space.db', 'what?.db', 'a#b.db', '100%25.db', 'ä.db']) {
      await create(name);
      expect([name, existsSync(join(folder, name))]).toEqual([name, true]);
    }
  });

  test('below a file, that is a folder, or that is a file URL is refused, and nothing is created', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await refusal('file/paddles.db')).toMatch(/file\/paddles\.db .*writable/);
    expect(await refusal(folder)).toContain('not a file');
    expect(await refusal('file:paddles.db')).toContain('not a file: URL');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('is refused if the file or its folder is not writable', async () => {
    await create('paddles.db');
    for (const name of ['paddles.db', 'paddles.db.lock']) chmodSync(join(folder, name), 0o444);
    // root can write everywhere.
    const user = unprivilegedUser();
    const through = user ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
    chmodSync(folder, 0o777);
    expect(await refusal('paddles.db', through)).toContain('writable');
    rmSync(join(folder, 'paddles.db.lock'));
    expect(await refusal('paddles.db', through)).toContain('writable');
    chmodSync(folder, 0o555);
    for (const name of ['paddles.db', 'new.db']) expect(await refusal(name, through)).toContain('writable');
    chmodSync(folder, 0o755);
  });

  test('that is damaged, too short or not a SQLite file is refused', async () => {
    writeFileSync(join(folder, 'letter.db'), 'Dear reader, this is not a database. '.repeat(100));
    expect(await refusal('letter.db')).toContain('not a SQLite database');
    await create('paddles.db');
    const whole = readFileSync(join(folder, 'paddles.db'));
    writeFileSync(join(folder, 'short.db'), whole.subarray(0, whole.length / 2));
    writeFileSync(join(folder, 'holed.db'), whole.fill(7, whole.length / 4, whole.length / 2));
    for (const name of ['short.db', 'holed.db']) expect(await refusal(name)).toMatch(/is damaged .*backup/);
  });
});
