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
    summary: 'compute the causes of all stored failures again',
    flags: [{ name: 'logs', hint: '', help: 'read the logs of all failures again instead, from the archive' }],
    settings: [...ofDatabase, 'archive', 'log_level', 'log_format', 'log_file'],
    run: async (line) => (await import('./cli/reindex.ts')).reindexDatabase(line),
  },
  prune: {
    summary: 'delete old runs, the bulky documents of old jobs, or the log of old changes',
    flags: [
      { name: 'runs-older-than', hint: 'AGE', help: 'age since their last change of runs that are deleted, like 3y' },
      { name: 'documents-older-than', hint: 'AGE', help: 'age of runs since their last change, like 180d or 26w' },
      { name: 'audit-older-than', hint: 'AGE', help: 'age of changes that are forgotten, like 400d' },
      { name: 'dry-run', hint: '', help: 'only print how many runs and changes it is about' },
    ],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/upkeep.ts')).pruneDatabase(line),
  },
  expire: {
    summary: 'end the jobs of which there has been no news for long, as the server does by itself',
    flags: [{ name: 'dry-run', hint: '', help: 'only print how many jobs would end' }],
    settings: [...ofDatabase, 'expire_after'],
    run: async (line) => (await import('./cli/expire.ts')).expireJobs(line),
  },
  backup: {
    summary: 'copy the database to a new file, while servers write to it',
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
    summary: 'say what is wrong with the database, and change nothing',
    flags: [],
    settings: ['database', 'pool_size'],
    run: async (line) => (await import('./cli/upkeep.ts')).examineDatabase(line),
  },
  import: {
    summary: 'copy the database of a Python server, which is only read, or read an export',
    flags: [
      { name: 'from', hint: 'SOURCE', help: 'the old database, postgresql://user:password@host/paddles, or a file' },
      { name: 'follow', hint: '', help: 'go on copying what changes, until it is stopped' },
      { name: 'every', hint: 'AGE', help: 'with --follow: how often to look (60s)' },
      { name: 'verify', hint: '', help: 'compare what was copied since it was compared last' },
      { name: 'verify-all', hint: '', help: 'compare everything' },
      {
        name: 'old-server',
        hint: 'URL',
        help: 'with --verify: also compare answers for 1,000 random jobs of this server',
      },
      { name: 'new-server', hint: 'URL', help: 'with those of this one, where it speaks the teuthology contract' },
      { name: 'dry-run', hint: '', help: 'read and check everything, write nothing' },
      { name: 'report', hint: 'FILE', help: 'where to tell what cannot be copied as it is (paddles-import.jsonl)' },
      { name: 'json', hint: '', help: 'print the progress as JSON' },
    ],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/takeover/import.ts')).importDatabase(line),
  },
  export: {
    summary: 'write everything to a file, or a table of runs or jobs, or take changes back to an old server',
    flags: [
      { name: 'to', hint: 'FILE', help: 'where to; - for standard output (-), or the address of an old server' },
      { name: 'format', hint: 'NAME', help: 'ndjson (everything), csv or parquet' },
      { name: 'what', hint: 'NAME', help: 'with csv and parquet: jobs (default) or runs' },
      { name: 'filter', hint: 'TEXT', help: "with csv and parquet: which runs, like 'suite:rados branch:main'" },
      { name: 'since', hint: 'TIME', help: 'the time of the switch in UTC: sends what changed to the old server' },
    ],
    settings: ['database', 'pool_size'],
    run: async (line) => (await import('./cli/takeover/export.ts')).exportDatabase(line),
  },
  'token create': {
    summary: 'make a token and print it, once',
    operands: ['NAME'],
    flags: [
      { name: 'scope', hint: 'LIST', help: 'what it is good for: read, report, lock, triage, admin; report,lock' },
      { name: 'expires', hint: 'AGE', help: 'for how long: 90d, 52w; without it, until it is revoked' },
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
    summary: 'make a token worthless, with the sessions that began with it',
    operands: ['NAME'],
    flags: [],
    settings: ofDatabase,
    run: async (line) => (await import('./cli/token.ts')).revokeToken(line),
  },
  completion: {
    summary: 'print what makes a shell complete commands and flags: bash, zsh or fish',
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
