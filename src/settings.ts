/** The table of all settings: names, defaults and valid values. */
import { parseScopes, requirements, scopes } from './core/access.ts';
import { parseExpiryAges } from './core/expiry.ts';
import { parseArchive } from './core/logs/places.ts';
import {
  anyText,
  isNetwork,
  listOf,
  matching,
  oneOf,
  optional,
  type Parse,
  publicAddress,
  readableBy,
  sentryDsn,
  suchThat,
  wholeNumber,
  yesOrNo,
} from './setting-values.ts';

/** A row of the table below. */
interface Row<Value> {
  /** Environment variables, if their names do not follow from the key. */
  variables?: string[];
  /** A file from which the value is read if it exists. */
  file?: string;
  fallback: NoInfer<Value>;
  hint: string;
  help: string;
  /** True if the value must never be printed, not even in an error message. */
  secret?: boolean;
  parse: Parse<Value>;
}

/** One setting: its sources, default, help text and parser. */
export interface Setting<Value> extends Row<Value> {
  flag: string;
  variables: string[];
}

/** Derives the names of settings from their keys: `pool_size` is set by `--pool-size` and by `PADDLES_POOL_SIZE`. */
function named<Values>(table: { [Key in keyof Values]: Row<Values[Key]> }) {
  const rows = Object.entries<Row<unknown>>(table).map(([key, row]) => {
    return [key, { flag: key.replaceAll('_', '-'), variables: [`PADDLES_${key.toUpperCase()}`], ...row }];
  });
  return Object.fromEntries(rows) as { [Key in keyof Values]: Setting<Values[Key]> };
}

/** The settings in the order of `--help`. Variables of the Python server keep their names and meaning. */
export const settings = named({
  host: {
    variables: ['PADDLES_SERVER_HOST'],
    fallback: '127.0.0.1',
    hint: 'NAME',
    help: 'address to listen on; 0.0.0.0 for all',
    parse: matching(/^[\w.:-]+$/, 'must be a host name or an IP address'),
  },
  port: {
    variables: ['PADDLES_SERVER_PORT'],
    fallback: 8080,
    hint: 'NUMBER',
    help: 'port to listen on; 0 for any free one',
    parse: wholeNumber(0, 65_535),
  },
  database: {
    variables: ['PADDLES_DATABASE_URL', 'PADDLES_SQLALCHEMY_URL'],
    file: '/run/secrets/paddles_sqlalchemy_url',
    fallback: 'sqlite:///data/paddles.db',
    hint: 'URL',
    help: 'sqlite:///path or postgresql://user:password@host/database',
    secret: true,
    // The store decides which engines exist. Without a scheme it could not tell a password from a name.
    parse: matching(
      /^[a-z][\w+.-]*:\/\//,
      'must be a database URL like sqlite:///path or postgresql://user:password@host/database',
    ),
  },
  read_only: {
    fallback: false,
    hint: 'true|false',
    help: 'only read the database, for example a PostgreSQL standby, and refuse writes; the flag alone means true',
    parse: yesOrNo,
  },
  pool_size: {
    fallback: 10,
    hint: 'NUMBER',
    help: 'connections to PostgreSQL',
    parse: wholeNumber(2, 500),
  },
  workers: {
    fallback: 1,
    hint: 'NUMBER',
    help: 'processes that share the ports (PostgreSQL only); each has its own connection pool',
    parse: wholeNumber(1, 64),
  },
  address: {
    fallback: '',
    hint: 'URL',
    help: 'public URL for links, optionally with a path; by default taken from each request',
    parse: publicAddress,
  },
  trusted_proxies: {
    fallback: '127.0.0.0/8,::1',
    hint: 'LIST',
    help: 'addresses and networks of proxies whose X-Forwarded-Proto and X-Forwarded-Host are trusted; empty for none',
    parse: listOf(isNetwork, 'must be a list of addresses and networks like 127.0.0.1,10.0.0.0/8,::1'),
  },
  write_origins: {
    fallback: '',
    hint: 'LIST',
    help: 'origins of other web pages that are allowed to write, like https://lab.example.com',
    parse: listOf(
      (text) => URL.canParse(text) && new URL(text).origin === text,
      'must be a list of origins like https://lab.example.com,http://10.0.0.5:8000',
    ),
  },
  allowed_hosts: {
    fallback: '',
    hint: 'LIST',
    help: 'host names that browsers can use for this server, besides those of --address and of this machine',
    parse: listOf(
      (text) => /^[\w-]+(\.[\w-]+)*$/.test(text),
      'must be a list of host names like paddles.example.com,paddles',
    ),
  },
  require_token: {
    fallback: 'off',
    hint: 'WHAT',
    help: 'requests that need a token: off (none), destructive (those for the scope admin), writes or all',
    parse: oneOf(...requirements),
  },
  tokens_file: {
    fallback: '',
    hint: 'FILE',
    help: 'file of further tokens, one per line: NAME SCOPE,SCOPE SHA256; reread when it changes',
    parse: anyText,
  },
  auth_header: {
    fallback: '',
    hint: 'NAME',
    help: 'header in which trusted proxies name the signed-in user, like X-Forwarded-User; needs --trusted-proxies',
    parse: matching(/^[\w-]*$/, 'must be the name of a header like X-Forwarded-User'),
  },
  auth_scopes: {
    fallback: 'read,lock,triage',
    hint: 'LIST',
    help: 'scopes of users whom a proxy has signed in',
    parse: suchThat((text) => parseScopes(text) !== null, `must be a list of ${scopes.join(', ')}`),
  },
  body_limit: {
    fallback: 2 << 20,
    hint: 'BYTES',
    help: 'largest request body, up to 16777216',
    parse: wholeNumber(1024, 16 << 20),
  },
  /** Bytes of all request bodies in memory. */
  receive_budget: {
    fallback: 32 << 20,
    hint: 'BYTES',
    help: 'total of request bodies in memory, each of which takes up to four times its size; further ones are answered 503',
    parse: wholeNumber(16 << 20, 1 << 30),
  },
  max_connections: {
    fallback: 2000,
    hint: 'NUMBER',
    help: 'client connections per process; further ones are answered 503',
    parse: wholeNumber(10, 100_000),
  },
  log_level: {
    fallback: 'info',
    hint: 'LEVEL',
    help: 'fatal, error, warn, info, debug, trace or silent',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  log_format: {
    fallback: 'auto',
    hint: 'FORMAT',
    help: 'json, pretty, or auto (pretty on a terminal)',
    parse: oneOf('auto', 'json', 'pretty'),
  },
  log_file: {
    fallback: '',
    hint: 'FILE',
    help: 'file to which the log is appended as JSON; SIGHUP reopens it; empty for standard output',
    parse: anyText,
  },
  contract: {
    fallback: 'classic',
    hint: 'NAME',
    help: 'contract of the main port: classic or teuthology',
    parse: oneOf('classic', 'teuthology'),
  },
  /** null: no second port. */
  teuthology_port: {
    fallback: 8081,
    hint: 'NUMBER',
    help: 'second port, which speaks the teuthology contract; empty for none',
    parse: optional(wholeNumber(0, 65_535)),
  },
  /** `log_href` of a job. */
  job_log_href_templ: {
    fallback: 'http://qa-proxy.ceph.com/teuthology/{run_name}/{job_id}/teuthology.log',
    hint: 'URL',
    help: 'URL of the log of a job',
    parse: matching(
      /^https?:\/\/[^\s{}]*(\{(run_name|job_id)\}[^\s{}]*)*$/,
      'must be a URL with no placeholders but {run_name} and {job_id}',
    ),
  },
  /** Syntax of an entry: core/logs/places.ts. */
  archive: {
    fallback: '',
    hint: 'LIST',
    help: 'folders or URLs of archives from which logs are read, with a template like {run}/{job}; empty for data/archive if it exists',
    parse: readableBy(parseArchive),
  },
  base_branches: {
    fallback: '',
    hint: 'LIST',
    help: 'branches that failures of other branches are compared with; empty for main and releases',
    parse: listOf((text) => /^[^\s,]{1,200}$/.test(text), 'must be a list of branches like main,squid'),
  },
  expire_after: {
    fallback: '3d,14d',
    hint: 'AGE[,AGE]',
    help: 'age without news after which running and waiting jobs are dead, then that of queued jobs; off for never',
    parse: readableBy(parseExpiryAges),
  },
  notify_after: {
    fallback: 60,
    hint: 'SECONDS',
    help: 'delay from the end of a run to its notifications, in which its logs are read',
    parse: wholeNumber(0, 86_400),
  },
  smtp_url: {
    file: '/run/secrets/paddles_smtp_url',
    fallback: '',
    hint: 'URL',
    help: 'mail server for notifications, like smtp://user:password@mail.example.com:587; empty for no mail',
    secret: true,
    parse: suchThat(
      (text) => text === '' || (/^smtps?:\/\/[^\s/]+\/?(\?\S*)?$/.test(text) && URL.canParse(text)),
      'must be a URL like smtp://user:password@mail.example.com:587',
    ),
  },
  mail_from: {
    fallback: '',
    hint: 'ADDRESS',
    help: 'sender address of mail',
    parse: matching(/^([^\s@<>,]+@[\w.-]+)?$/, 'must be an address like paddles@example.com'),
  },
  latest_runs: {
    fallback: 25,
    hint: 'NUMBER',
    help: 'runs per page of the teuthology contract',
    parse: wholeNumber(1, 1000),
  },
  claim_browser_navigation: {
    fallback: false,
    hint: 'true|false',
    help: 'serve the dashboard to browsers at /runs/NAME, /nodes/NAME and /queue too',
    parse: yesOrNo,
  },
  statsd_host: {
    fallback: '',
    hint: 'NAME',
    help: 'host that receives counters of finished jobs; empty for none',
    parse: matching(/^[\w.:-]*$/, 'must be a host name or an IP address'),
  },
  statsd_port: {
    fallback: 8125,
    hint: 'NUMBER',
    help: 'UDP port of statsd',
    parse: wholeNumber(1, 65_535),
  },
  statsd_prefix: {
    fallback: 'ceph.test.teuthology.your_lab',
    hint: 'NAME',
    help: 'prefix of the names of counters',
    parse: matching(
      /^[^\s:|@#]{1,200}$/,
      'must be a name like ceph.test.teuthology.your_lab, without :, |, @, # or spaces',
    ),
  },
  sentry_dsn: {
    variables: ['SENTRY_DSN'],
    fallback: '',
    hint: 'URL',
    help: 'DSN of the project that receives internal errors; empty for none',
    secret: true,
    parse: sentryDsn,
  },
});

/** All settings of the server, validated. */
export type Config = {
  [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer Value> ? Value : never;
};
