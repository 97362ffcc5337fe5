/** The table of all commands. */
import type { Command, Config } from './config.ts';

const ofDatabase: (keyof Config)[] = ['database', 'read_only', 'pool_size'];

/** All commands by name. */
export const commands: Record<string, Command> = {
  serve: {
    summary: 'create or migrate the database, then serve until stopped',
    flags: [],
    run: async (line) => (await import('./cli/serve.ts')).serve(line),
  },
  migrate: {
    summary: 'create or migrate the database, then stop',
    flags: [],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/upkeep.ts')).migrateDatabase(line),
  },
  reindex: {
    summary: 'recompute the causes of all stored failures',
    flags: [{ name: 'logs', hint: '', help: 'reread the logs of all failures from the archive instead' }],
    settings: [...ofDatabase, 'archive', 'log_level', 'log_format', 'log_file'],
    run: async (line) => (await import('./cli/reindex.ts')).reindexDatabase(line),
  },
  prune: {
    summary: 'delete old runs, the bulky documents of old jobs, or old changes from the audit log',
    flags: [
      { name: 'runs-older-than', hint: 'AGE', help: 'delete runs whose last change is older than this, like 3y' },
      {
        name: 'documents-older-than',
        hint: 'AGE',
        help: 'delete the documents of runs older than this, like 180d or 26w',
      },
      { name: 'audit-older-than', hint: 'AGE', help: 'delete logged changes older than this, like 400d' },
      { name: 'dry-run', hint: '', help: 'only print how many runs and changes would be deleted' },
    ],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/upkeep.ts')).pruneDatabase(line),
  },
  expire: {
    summary: 'end jobs that have not reported for a long time, as the server does every hour',
    flags: [{ name: 'dry-run', hint: '', help: 'only print how many jobs would end' }],
    settings: [...ofDatabase, 'expire_after'],
    run: async (line) => (await import('./cli/expire.ts')).expireJobs(line),
  },
  backup: {
    summary: 'copy the database to a new file while servers write to it',
    operands: ['FILE'],
    flags: [],
    settings: ['database'],
    run: async (line) => (await import('./cli/upkeep.ts')).backupDatabase(line),
  },
  restore: {
    summary: 'fill an empty database from a backup',
    operands: ['FILE'],
    flags: [],
    settings: ['database'],
    run: async (line) => (await import('./cli/upkeep.ts')).restoreDatabase(line),
  },
  doctor: {
    summary: 'check the database and print its problems, without changing anything',
    flags: [],
    settings: ['database', 'pool_size'],
    run: async (line) => (await import('./cli/upkeep.ts')).examineDatabase(line),
  },
  import: {
    summary: 'copy the database of a Python server, which is only read, or load an export',
    flags: [
      { name: 'from', hint: 'SOURCE', help: 'the old database, postgresql://user:password@host/paddles, or a file' },
      { name: 'follow', hint: '', help: 'keep copying changes until stopped' },
      { name: 'every', hint: 'AGE', help: 'with --follow: how often to look for changes (60s)' },
      { name: 'verify', hint: '', help: 'compare everything copied since the last comparison' },
      { name: 'verify-all', hint: '', help: 'compare everything' },
      {
        name: 'old-server',
        hint: 'URL',
        help: 'with --verify: also compare the answers of this server for 1,000 random jobs',
      },
      {
        name: 'new-server',
        hint: 'URL',
        help: 'the server to compare with, at its port for the teuthology contract',
      },
      { name: 'dry-run', hint: '', help: 'read and check everything, write nothing' },
      { name: 'report', hint: 'FILE', help: 'file that lists what cannot be copied unchanged (paddles-import.jsonl)' },
      { name: 'json', hint: '', help: 'print the progress as JSON' },
    ],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/takeover/import.ts')).importDatabase(line),
  },
  export: {
    summary: 'write everything, or a table of runs or jobs, to a file, or send changes back to an old server',
    flags: [
      { name: 'to', hint: 'FILE', help: 'file, - for standard output (default), or the address of an old server' },
      { name: 'format', hint: 'NAME', help: 'ndjson (everything), csv or parquet' },
      { name: 'what', hint: 'NAME', help: 'with csv and parquet: jobs (default) or runs' },
      { name: 'filter', hint: 'TEXT', help: "with csv and parquet: runs to export, like 'suite:rados branch:main'" },
      { name: 'since', hint: 'TIME', help: 'send what changed since the switch, a time in UTC, to the old server' },
    ],
    settings: ['database', 'pool_size'],
    run: async (line) => (await import('./cli/takeover/export.ts')).exportDatabase(line),
  },
  'token create': {
    summary: 'create a token and print it once',
    operands: ['NAME'],
    flags: [
      { name: 'scope', hint: 'LIST', help: 'what it permits: read, report, lock, triage, admin, like report,lock' },
      { name: 'expires', hint: 'AGE', help: 'lifetime, like 90d or 52w; without it, valid until revoked' },
    ],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/token.ts')).createToken(line),
  },
  'token list': {
    summary: 'print the names and scopes of all tokens',
    flags: [],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/token.ts')).listTokens(line),
  },
  'token revoke': {
    summary: 'revoke a token and end the sessions that began with it',
    operands: ['NAME'],
    flags: [],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/token.ts')).revokeToken(line),
  },
  completion: {
    summary: 'print the completion script for a shell: bash, zsh or fish',
    operands: ['SHELL'],
    flags: [],
    settings: [],
    run: async (line) => (await import('./cli/completion.ts')).printCompletion(line, commands),
  },
  man: {
    summary: 'print the manual page, for "man -l -"',
    flags: [],
    settings: [],
    run: async () => (await import('./cli/man.ts')).printManual(commands),
  },
};
