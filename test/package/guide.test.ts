/** Runs the commands of docs/operate.md in the order in which they are printed, on the server of an imported lab. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../bench/database.ts';
import { settings } from '../../src/settings.ts';
import { newFolder, type Service, startService } from '../contracts/program.ts';
import { bundledProgram } from '../helpers/bundle.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { findPrograms, startOwnPostgres } from '../helpers/postgres.ts';
import { fillOldLab } from '../takeover/old-lab.ts';
import { connectOld } from '../takeover/old-schema.ts';
import { type OldServerStandIn, startOldServer } from '../takeover/old-server.ts';
import { commandsOf, queriesOf, settingsOf } from './guide-commands.ts';

const guide = 'docs/operate.md';
const checkout = join(import.meta.dirname, '../..');

/** Commands that cannot be run here, and the tests that run them or check what they start. */
const elsewhere: Record<string, string> = {
  'paddles COMMAND --help': 'test/contracts/settings.test.ts',
  'npm pack': 'test/package/container.test.ts',
  'docker build -t paddles .': 'test/package/container.test.ts',
  'git clone': 'test/package/container.test.ts',
  'git pull': 'test/package/container.test.ts',
  'npm run build': 'test/package/container.test.ts',
  'apt-get update': 'test/package/debian.test.ts',
  'apt-get install -y --no-install-recommends npm': 'test/package/debian.test.ts',
  'npm install --global node@24': 'test/package/debian.test.ts',
  'npm install --prefix /opt/paddles paddles-0.1.0.tgz': 'test/package/debian.test.ts',
  'ln -s /opt/paddles/node_modules/.bin/paddles /usr/local/bin/': 'test/package/debian.test.ts',
  'useradd --system paddles': 'test/package/debian.test.ts',
  'cp /opt/paddles/node_modules/paddles/deploy/paddles.service /etc/systemd/system/': 'test/package/debian.test.ts',
  'systemctl enable --now paddles': 'test/package/systemd.test.ts',
  'systemctl restart paddles': 'test/package/systemd.test.ts',
  'systemctl edit paddles': 'test/package/systemd.test.ts',
  'systemd-run --quiet --pipe --wait --uid=paddles --working-directory=/var/lib/paddles --property=EnvironmentFile=-/etc/paddles.env paddles token list':
    'test/package/systemd.test.ts',
  'paddles import --from OLD --database NEW --follow --verify': 'test/takeover/switch.test.ts',
  'paddles serve': 'test/contracts/service.test.ts',
};

/** The expected output of some commands. The others only have to exit with 0. */
const printed: Record<string, RegExp> = {
  'curl http://new:8080/': /^\{\}$/,
  'printf %s TOKEN | sha256sum': /^[0-9a-f]{64} /,
  'paddles import --from OLD --database NEW --verify': /: no difference$/,
};

/** Commands that need a SQLite file for themselves or fill an empty database. */
const afterTheServer = /^(paddles (migrate|expire|prune|reindex|restore|import --from all)|sqlite3)\b/;
const intoAnEmptyOne = /^paddles (restore|import --from all)\b/;
const withOwnPrograms = /^(createuser|pg_basebackup) /;

const all = [...new Map(commandsOf(guide).map((command) => [command.text, command])).values()];
/** Whether no longer command begins with this one: `paddles backup` in a sentence is run with its operand elsewhere. */
const isWhole = (text: string) => !all.some((other) => other.text.startsWith(`${text} `));
const runsHere = /^(paddles|curl|printf|sqlite3|createuser|pg_basebackup) /;
const here = all
  .map(({ text }) => text)
  .filter((text) => runsHere.test(text) && isWhole(text) && elsewhere[text] === undefined);

test('every command of the guide is run here or by a named test', () => {
  expect(here.length, 'a check that finds nothing to check').toBeGreaterThan(20);
  const stale = Object.keys(elsewhere).filter((text) => !all.some((command) => command.text === text));
  expect(stale, 'commands that the guide does not have any more').toEqual([]);
  for (const path of Object.values(elsewhere)) expect(existsSync(join(checkout, path)), path).toBe(true);
  const unknown = all.filter(({ text }) => isWhole(text) && !here.includes(text) && elsewhere[text] === undefined);
  expect(unknown).toEqual([]);
});

test('every variable that the guide sets in a block is a setting', () => {
  const known = Object.values(settings).flatMap(({ variables }) => variables);
  const set = settingsOf(guide);
  expect(set.length).toBeGreaterThan(3);
  expect(set.filter((name) => !known.includes(name))).toEqual([]);
});

/** Runs a line in a shell that has `paddles` on its path. */
function shell(line: string, folder: string, env: Record<string, string>): Promise<{ code: number; output: string }> {
  const path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
  const { NODE_COMPILE_CACHE = '', TEST_RUN = '' } = process.env;
  const surroundings = { PATH: path, HOME: folder, NODE_COMPILE_CACHE, TEST_RUN, PADDLES_TEUTHOLOGY_PORT: '', ...env };
  return new Promise((done) => {
    const child = execFile('sh', ['-c', line], { cwd: folder, env: surroundings }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, output: `${stdout}${stderr}`.trim() }),
    );
  });
}

/** Creates a folder like that of an administrator. */
function administratorsFolder() {
  const made = newFolder();
  mkdirSync(join(made.folder, 'bin'));
  mkdirSync(join(made.folder, 'backup'));
  const program = join(made.folder, 'bin/paddles');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${bundledProgram}" "$@"\n`);
  chmodSync(program, 0o755);
  // Makes curl fail on an answer of 400 or more, which the guide does not need to mention.
  writeFileSync(join(made.folder, '.curlrc'), 'silent\nshow-error\nfail-with-body\n');
  return made;
}

describe.each(engines)('the guide on $name', (engine) => {
  let old: TestDatabase;
  let database: TestDatabase;
  let client: pg.Client;
  let standIn: OldServerStandIn;
  let server: Service | null = null;
  let folder: string;
  let remove: () => void;
  const empty: TestDatabase[] = [];

  beforeAll(async () => {
    const postgres = engines.find(({ name }) => name === 'postgres')!;
    [old, database] = [await postgres.createDatabase(), await engine.createDatabase()];
    client = await connectOld(old.url);
    await fillOldLab(client, { runs: 4, jobs: 3 });
    standIn = await startOldServer(client);
    ({ folder, remove } = administratorsFolder());
    server = await startService(['--contract', 'teuthology', '--database', database.url], { folder });
  });
  afterAll(async () => {
    server?.kill('SIGTERM');
    await Promise.all([server?.ended, standIn.stop()]);
    await client.end();
    remove();
    await Promise.all([old, database, ...empty].map((one) => one.drop()));
  });

  async function substituted(text: string): Promise<string> {
    const url = server?.url ?? '';
    // An existing run, because a command may have deleted the others.
    const [run = { name: '' }] = server ? ((await (await fetch(`${url}/runs/`)).json()) as { name: string }[]) : [];
    const [job = { job_id: '' }] =
      run.name === '' ? [] : ((await (await fetch(`${url}/runs/${run.name}/jobs/`)).json()) as { job_id: string }[]);
    return text
      .replace('postgresql://paddles@old/paddles', old.url)
      .replace('postgresql://paddles@new/paddles', database.url)
      .replace(/ OLD\b/, ` ${old.url}`)
      .replace(/ NEW\b/, ` ${database.url}`)
      .replace('http://old:8080/', `${standIn.url}/`)
      .replace(/http:\/\/(new:8080|paddles:8081|localhost:8081)/, url)
      .replace(/\/runs\/(NAME|RUN)\//, `/runs/${run.name}/`)
      .replace('/jobs/ID/', `/jobs/${job.job_id}/`)
      .replace(' /backup/', ` ${folder}/backup/`)
      .replace('sqlite3 paddles.db', `sqlite3 ${database.url.replace('sqlite:///', '')}`);
  }

  async function runAll(commands: string[]): Promise<void> {
    for (const command of commands) {
      const target = intoAnEmptyOne.test(command) ? await engine.createDatabase() : database;
      if (target !== database) empty.push(target);
      const ended = await shell(await substituted(command), folder, {
        PADDLES_DATABASE_URL: target.url,
        PADDLES_ARCHIVE: folder,
      });
      expect({ command, ...ended }).toMatchObject({
        code: 0,
        output: printed[command] ? expect.stringMatching(printed[command]) : expect.anything(),
      });
    }
  }

  test(
    'while a server runs',
    () => runAll(here.filter((text) => !afterTheServer.test(text) && !withOwnPrograms.test(text))),
    60_000,
  );

  test('its queries', async () => {
    const queries = queriesOf(guide);
    expect(queries.length).toBeGreaterThan(2);
    const sql = await connect(database.url);
    // A cast is PostgreSQL's own.
    for (const query of queries.filter((text) => engine.name === 'postgres' || !text.includes('::')))
      await sql.query(query);
    await sql.close();
  });

  test('after the server was stopped', async () => {
    server?.kill('SIGTERM');
    await server?.ended;
    server = null;
    await runAll(
      here.filter((text) => afterTheServer.test(text) && (engine.name === 'sqlite' || !text.startsWith('sqlite3'))),
    );
  }, 60_000);
});

const { folder: programs } = findPrograms();
const hasBackup = existsSync(join(programs, 'pg_basebackup')) && existsSync(join(programs, 'createuser'));

test.runIf(hasBackup)('the commands that create a standby', async () => {
  const primary = await startOwnPostgres({ fsync: false });
  onTestFinished(() => primary.stop());
  const { folder, remove } = administratorsFolder();
  onTestFinished(remove);
  const { port, username } = new URL(primary.url);
  const data = join(folder, 'standby');
  for (const command of here.filter((text) => withOwnPrograms.test(text))) {
    const line = command.replace('-h PRIMARY', '-h 127.0.0.1').replace('DATA', data);
    const env = { PGHOST: '127.0.0.1', PGPORT: port, PGUSER: username };
    const ended = await shell(`PATH="${programs}:$PATH"; ${line}`, folder, env);
    expect({ command, ...ended }).toMatchObject({ code: 0 });
  }
  expect(readFileSync(join(data, 'postgresql.auto.conf'), 'utf8')).toContain('paddles_standby');
  expect(existsSync(join(data, 'standby.signal'))).toBe(true);
});
