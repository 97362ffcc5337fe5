/** The command line and the settings, tested with real processes. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BadSetting, readCommandLine } from '../../src/config.ts';
import { complaint, type Finished, newFolder, runProgram, startService } from './program.ts';

/** Every setting with an invalid value. Database URLs are tested separately, because messages do not repeat them. */
const wrongValues = [
  ['host', 'PADDLES_SERVER_HOST', 'two words', 'host name'],
  ['port', 'PADDLES_SERVER_PORT', '65536', 'whole number from 0 to 65535'],
  ['pool_size', 'PADDLES_POOL_SIZE', 'many', 'whole number'],
  ['address', 'PADDLES_ADDRESS', 'ftp://paddles', 'URL'],
  ['trusted_proxies', 'PADDLES_TRUSTED_PROXIES', 'lab.example.com', 'list of addresses and networks'],
  ['trusted_proxies', 'PADDLES_TRUSTED_PROXIES', '10.0.0.0/33', 'list of addresses and networks'],
  ['write_origins', 'PADDLES_WRITE_ORIGINS', 'https://lab.example.com/', 'list of origins'],
  ['allowed_hosts', 'PADDLES_ALLOWED_HOSTS', 'paddles:8080', 'list of host names'],
  ['require_token', 'PADDLES_REQUIRE_TOKEN', 'reads', 'off, destructive, writes, all'],
  ['auth_header', 'PADDLES_AUTH_HEADER', 'two words', 'name of a header'],
  ['auth_scopes', 'PADDLES_AUTH_SCOPES', 'write', 'list of read, report, lock, triage, admin'],
  ['body_limit', 'PADDLES_BODY_LIMIT', '16MB', 'whole number'],
  ['body_limit', 'PADDLES_BODY_LIMIT', '16777217', 'whole number from 1024 to 16777216'],
  ['receive_budget', 'PADDLES_RECEIVE_BUDGET', '1048576', 'whole number from 16777216'],
  ['max_connections', 'PADDLES_MAX_CONNECTIONS', '0', 'whole number from 10'],
  ['expire_after', 'PADDLES_EXPIRE_AFTER', '3 days', 'age like 3d'],
  ['log_level', 'PADDLES_LOG_LEVEL', 'loud', 'info'],
  ['log_format', 'PADDLES_LOG_FORMAT', 'xml', 'json'],
] as const;

let folder: string;
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = newFolder());
});
afterEach(() => remove());

function run(args: string[], env: Record<string, string> = {}): Promise<Finished> {
  return runProgram(args, { folder, env });
}

/** The sentence with which settings are refused. `complaint` checks how a program prints it. */
function refusal(args: string[], env: Record<string, string> = {}): string {
  try {
    readCommandLine(args, env);
  } catch (error) {
    expect(error).toBeInstanceOf(BadSetting);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

function writeConfig(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

/** Starts a server with these settings and returns the public address that it announces. */
async function announced(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { ready, kill, ended } = await startService(args, { folder, env });
  const [, url] = ready.urls as [string, string];
  kill('SIGTERM');
  expect((await ended).code).toBe(0);
  return url.replace(/\/runs\/$/, '');
}

describe('the command line', () => {
  test.each([['--help'], ['-h'], ['help']])('prints the commands for %s', async (argument) => {
    const { code, stdout, stderr } = await run([argument]);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['serve', 'migrate']) expect(stdout).toContain(`paddles ${command}`);
  });

  test('prints every flag, variable and default for serve --help', async () => {
    const { code, stdout } = await run(['serve', '--help'], { PADDLES_SERVER_PORT: '0' });
    expect(code).toBe(0);
    const databases = [['database', 'PADDLES_DATABASE_URL', '', '']] as const;
    const all = [...wrongValues, ...databases];
    for (const [key, variable] of all) {
      expect(stdout).toContain(`--${key.replace('_', '-')} `);
      expect(stdout).toContain(variable);
    }
    for (const value of ['default 8080', 'default 127.0.0.1', 'default sqlite:///data/paddles.db', '--config'])
      expect(stdout).toContain(value);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test.each([
    ['migrate', [], []],
    ['reindex', ['logs'], ['archive', 'log-level', 'log-format', 'log-file']],
    ['prune', ['runs-older-than', 'documents-older-than', 'audit-older-than', 'dry-run'], []],
  ])('prints only what %s uses for its --help', async (command, own, more) => {
    const { stdout } = await run([command, '--help']);
    const flags = [...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags).toEqual([...own, 'database', 'read-only', 'pool-size', ...more, 'config', 'help']);
  });

  test('warns once about a variable that is not a setting and names the nearest one', async () => {
    const { code, stderr } = await run(['migrate', '--database', 'sqlite:///new.db'], { PADDLES_SERVR_PORT: '8080' });
    const warning =
      'paddles: warning: PADDLES_SERVR_PORT is not a setting and is ignored; the nearest one is PADDLES_SERVER_PORT\n';
    expect([code, stderr]).toEqual([0, warning]);
  });

  test.each([['--version'], ['-v'], ['version']])('prints the version for %s', async (argument) => {
    const { code, stdout } = await run([argument]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^paddles \d+\.\d+\.\d+\n$/)]);
  });

  test.each([
    [['destroy'], 'destroy'],
    [['serve', '--prot', '80'], '--prot'],
    [['--prot', '80'], '--prot'],
    [['serve', '--port'], '--port'],
    [['migrate', 'now'], 'now'],
    [['serve', '-p', '80'], '-p'],
    [['serve', '--host', 'fe80::1'], '--host'],
    [['serve', '--tokens-file', 'absent'], '--tokens-file'],
    [['token', 'create', 'worker', '--scope', 'read', '--expires', '201y'], '--expires'],
  ])('ends with 2 and names the mistake in %j', async (args, named) => {
    expect(complaint(await run(args), 2)).toContain(named);
  });
});

describe('a wrong value', () => {
  test.each(wrongValues)('of %s is refused with the name of its flag', (key, _variable, value, hint) => {
    const sentence = refusal([`--${key.replace('_', '-')}`, value]);
    expect(sentence).toContain(`--${key.replace('_', '-')}`);
    expect(sentence).toContain(`'${value}'`);
    expect(sentence).toContain(hint);
  });

  test.each(wrongValues)('of %s is refused with the name of the variable %s', (_key, variable, value, hint) => {
    const sentence = refusal([], { [variable]: value });
    expect(sentence).toContain(variable);
    expect(sentence).toContain(hint);
  });

  test.each(wrongValues)('of %s is refused with the name of the setting of the file', (key, _variable, value, hint) => {
    writeConfig('own.json', { [key]: value });
    const sentence = refusal(['--config', join(folder, 'own.json')]);
    expect(sentence).toMatch(new RegExp(`'${key}'.*file .*own\\.json`));
    expect(sentence).toContain(hint);
  });

  test('of a flag, of a variable or of the file in the folder ends with 2', async () => {
    expect(complaint(await run(['serve', '--pool-size', 'many']), 2)).toContain("--pool-size: 'many'");
    expect(complaint(await run(['serve'], { PADDLES_POOL_SIZE: 'many' }), 2)).toContain('PADDLES_POOL_SIZE');
    writeConfig('paddles.json', { pool_size: 'many' });
    expect(complaint(await run(['serve']), 2)).toMatch(/'pool_size'.*file paddles\.json/);
  });

  test.each([
    'mysql://me:secret@host/paddles',
    'sqlite:///:memory:',
    'sqlite://relative',
    'postgresql://me:secret@host:port/paddles',
    'paddles.db',
    'me:secret@host/paddles',
    '',
  ])("of the database, '%s', ends with 2 and one sentence, without the password", async (database) => {
    const finished = await run(['migrate', '--database', database]);
    expect(complaint(finished, 2)).toMatch(/^--database: .*(database|PostgreSQL)/);
    expect(finished.stderr).not.toContain('secret');
  });

  test('of the database is named with its source, without the password', async () => {
    const database = 'postgresql://me:secret@host:port/paddles';
    writeConfig('own.json', { database });
    const runs: [string, Finished][] = [
      ['PADDLES_DATABASE_URL', await run(['serve', '--port', '0'], { PADDLES_DATABASE_URL: database })],
      ['PADDLES_SQLALCHEMY_URL', await run(['migrate'], { PADDLES_SQLALCHEMY_URL: database })],
      ["'database' of the configuration file own.json", await run(['serve', '--port', '0', '--config', 'own.json'])],
    ];
    for (const [source, finished] of runs) {
      expect(complaint(finished, 2)).toContain(`${source}: `);
      expect(finished.stderr).not.toContain('secret');
    }
  });
});

describe('a configuration file', () => {
  test('with an unknown setting ends with 2 and is named with the setting', async () => {
    writeConfig('own.json', { port: 0, prot: 80 });
    const sentence = complaint(await run(['serve', '--config', 'own.json']), 2);
    expect(sentence).toContain('own.json');
    expect(sentence).toContain("'prot'");
  });

  test.each([
    ['is not JSON', '{"port": 0,'],
    ['contains null', 'null'],
    ['contains a number', '8080'],
    ['contains a list', '[]'],
    ['contains a name that every object inherits', '{"toString": 1}'],
  ])('that %s ends with 2 and is named', async (_what, content) => {
    writeConfig('own.json', content);
    expect(complaint(await run(['serve'], { PADDLES_CONFIG: 'own.json' }), 2)).toContain('own.json');
  });

  test.each([
    ['a list', { port: [8080] }],
    ['an object', { workers: { count: 'secret' } }],
  ])('that has %s as a value ends with 2, and setting and file are named', async (what, content) => {
    writeConfig('own.json', content);
    const { stderr } = await run(['serve', '--config', 'own.json']);
    const [key] = Object.keys(content);
    expect(stderr).toBe(
      `paddles: setting '${key}' of the configuration file own.json: it must be a string, a number, true or false, not ${what}\n`,
    );
  });

  test.each([
    [{ log_file: false }, 'a string in quotes, not false'],
    [{ base_branches: 5 }, 'a string in quotes, not 5'],
    [{ database: { host: 'secret' } }, 'a string in quotes, not an object'],
    [{ tokens_file: 'a\0b' }, "'a b' must not contain control characters"],
    [{ database: 'sqlite:///a\x1bb' }, ': it must not contain control characters'],
    [{ trusted_proxies: '::1,\nlab' }, "'::1, lab' must be a list of addresses"],
    [{ archive: ',' }, "',' must be comma-separated absolute folders"],
    [{ expire_after: '20000w' }, "'20000w' must be an age"],
  ])('that has %j is refused in one line', (content, words) => {
    writeConfig('own.json', content);
    expect(refusal(['--config', join(folder, 'own.json')])).toContain(words);
  });

  test('that does not exist ends with 2 and is named', async () => {
    expect(complaint(await run(['serve', '--config', 'absent.json']), 2)).toContain('absent.json');
    expect(complaint(await run(['migrate'], { PADDLES_CONFIG: 'gone.json' }), 2)).toContain('gone.json');
    expect(refusal([], { PADDLES_CONFIG: '' })).toMatch(/^PADDLES_CONFIG: /);
    expect(refusal(['--config='], { PADDLES_CONFIG: 'gone.json' })).toMatch(/^--config: /);
  });
});

describe('of several sources', () => {
  const variable = { PADDLES_ADDRESS: 'http://variable' };

  test('a flag overrides a variable, a variable the file, the file the default', async () => {
    expect(await announced([])).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    writeConfig('paddles.json', { address: 'http://file' });
    expect(await announced([])).toBe('http://file');
    expect(await announced([], variable)).toBe('http://variable');
    expect(await announced(['--address', 'http://flag'], variable)).toBe('http://flag');
    expect(existsSync(join(folder, 'data/paddles.db'))).toBe(true);
  });

  test('--config overrides PADDLES_CONFIG, which overrides paddles.json', async () => {
    for (const name of ['paddles', 'variable', 'flag']) writeConfig(`${name}.json`, { address: `http://${name}` });
    const env = { PADDLES_CONFIG: 'variable.json' };
    expect(await announced([])).toBe('http://paddles');
    expect(await announced([], env)).toBe('http://variable');
    expect(await announced(['--config', 'flag.json'], env)).toBe('http://flag');
  });

  test('PADDLES_DATABASE_URL overrides the older PADDLES_SQLALCHEMY_URL', async () => {
    const older = { PADDLES_SQLALCHEMY_URL: 'sqlite:///older.db' };
    expect((await run(['migrate'], older)).stdout).toContain('older.db');
    const both = { ...older, PADDLES_DATABASE_URL: 'sqlite:///newer.db' };
    expect((await run(['migrate'], both)).stdout).toContain('newer.db');
    expect(existsSync(join(folder, 'newer.db'))).toBe(true);
  });
});

/** Runs a program with a private /run, in which the secret file can be created. */
const ownRun =
  'mount -t tmpfs none /run && mkdir /run/secrets && printf %s "$SECRET" > /run/secrets/paddles_sqlalchemy_url';
const canHaveOwnRun = spawnSync('unshare', ['-rm', 'sh', '-c', ownRun]).status === 0;

describe.skipIf(!canHaveOwnRun)('of a secret file', () => {
  function migrate(secret: string, args: string[] = [], env: Record<string, string> = {}): Promise<Finished> {
    const through = ['unshare', '-rm', 'sh', '-c', `${ownRun} && exec "$@"`, 'sh'];
    return runProgram(['migrate', ...args], { folder, env: { ...env, SECRET: secret }, through });
  }

  test('the database overrides a variable and is overridden by a flag', async () => {
    const variable = { PADDLES_DATABASE_URL: 'sqlite:///variable.db' };
    expect((await migrate('sqlite:///secret.db\n', [], variable)).stdout).toContain('secret.db');
    expect((await migrate('sqlite:///secret.db', ['--database', 'sqlite:///flag.db'])).stdout).toContain('flag.db');
    expect(['secret.db', 'variable.db', 'flag.db'].map((name) => existsSync(join(folder, name)))).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('a wrong value ends with 2 and names the file, not the value', async () => {
    const words = complaint(await migrate('hunter2'), 2);
    expect(words).toContain('/run/secrets/paddles_sqlalchemy_url');
    expect(words).not.toContain('hunter2');
  });
});
