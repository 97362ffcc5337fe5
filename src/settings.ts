/** The table of all settings: names, defaults, and what is a valid value. */
import { type AccessConfig, accessSettings } from './access-settings.ts';
import { type NotifyConfig, notifySettings } from './notify-settings.ts';
import {
  archives,
  branchNames,
  expiryAges,
  matching,
  networks,
  oneOf,
  publicAddress,
  type Setting,
  secondPort,
  sentryDsn,
  wholeNumber,
  yesOrNo,
} from './setting-values.ts';

export type { Setting } from './setting-values.ts';

/** All settings of the server, validated. */
export interface Config extends AccessConfig, NotifyConfig {
  host: string;
  port: number;
  database: string;
  /** Answers reads from a database that others write to, and refuses writes. */
  read_only: boolean;
  pool_size: number;
  /** Processes that share the ports. */
  workers: number;
  address: string;
  /** Addresses and networks with commas between, whose X-Forwarded-Proto and X-Forwarded-Host count. */
  trusted_proxies: string;
  body_limit: number;
  /** Bytes of all request bodies in memory. */
  receive_budget: number;
  /** Connections of clients to all ports of a process. */
  max_connections: number;
  log_level: string;
  log_format: string;
  /** Empty: standard output. */
  log_file: string;
  /** Which contract the main port speaks. */
  contract: 'classic' | 'teuthology';
  /** The second port, which always speaks the teuthology contract; null: closed. */
  teuthology_port: number | null;
  /** `log_href` of a job; {run_name} and {job_id} are filled in. */
  job_log_href_templ: string;
  /** Folders and addresses of archives with commas between (core/logs/places.ts); empty: `data/archive` when it is there, otherwise logs are only linked. */
  archive: string;
  /** Branches with commas between, that others are compared with; empty: those that core/verdicts/baseline.ts finds. */
  base_branches: string;
  /** Ages at which jobs without news are dead (core/expiry.ts). */
  expire_after: string;
  /** Runs on a page of the teuthology contract, when the client does not ask for a number. */
  latest_runs: number;
  /** Browsers get the dashboard also where pulpito-ng shares an address with the teuthology contract. */
  claim_browser_navigation: boolean;
  /** Empty: no counters are sent. */
  statsd_host: string;
  statsd_port: number;
  statsd_prefix: string;
  /** Empty: nothing is reported. */
  sentry_dsn: string;
}

/** The settings, in the order in which `--help` prints them. The names of the existing Python server keep their meaning. */
export const settings: { [Key in keyof Config]: Setting<Config[Key]> } = {
  host: {
    flag: 'host',
    variables: ['PADDLES_SERVER_HOST'],
    fallback: '127.0.0.1',
    hint: 'NAME',
    help: 'address to listen on; 0.0.0.0 for all',
    parse: (value) => (/^[\w.:-]+$/.test(value) ? { value } : { problem: 'must be a host name or an IP address' }),
  },
  port: {
    flag: 'port',
    variables: ['PADDLES_SERVER_PORT'],
    fallback: 8080,
    hint: 'NUMBER',
    help: 'port to listen on; 0 for any free one',
    parse: wholeNumber(0, 65_535),
  },
  database: {
    flag: 'database',
    variables: ['PADDLES_DATABASE_URL', 'PADDLES_SQLALCHEMY_URL'],
    file: '/run/secrets/paddles_sqlalchemy_url',
    fallback: 'sqlite:///data/paddles.db',
    hint: 'URL',
    help: 'sqlite:///path or postgresql://user:password@host/database',
    secret: true,
    // Which engines there are is for the store to say; without a scheme it could not tell a password from a name.
    parse: matching(
      /^[a-z][\w+.-]*:\/\//,
      'must be a database URL like sqlite:///path or postgresql://user:password@host/database',
    ),
  },
  read_only: {
    flag: 'read-only',
    variables: ['PADDLES_READ_ONLY'],
    fallback: false,
    hint: 'true|false',
    help: 'only read the database, for example a PostgreSQL standby, and refuse writes; the flag alone means true',
    parse: yesOrNo,
  },
  pool_size: {
    flag: 'pool-size',
    variables: ['PADDLES_POOL_SIZE'],
    fallback: 10,
    hint: 'NUMBER',
    help: 'connections to PostgreSQL',
    parse: wholeNumber(2, 500),
  },
  workers: {
    flag: 'workers',
    variables: ['PADDLES_WORKERS'],
    fallback: 1,
    hint: 'NUMBER',
    help: 'processes that share the ports, on PostgreSQL; each has a pool of its own',
    parse: wholeNumber(1, 64),
  },
  address: {
    flag: 'address',
    variables: ['PADDLES_ADDRESS'],
    fallback: '',
    hint: 'URL',
    help: 'public address, for links, also one with a path; otherwise taken from each request',
    parse: publicAddress,
  },
  trusted_proxies: {
    flag: 'trusted-proxies',
    variables: ['PADDLES_TRUSTED_PROXIES'],
    fallback: '127.0.0.0/8,::1',
    hint: 'LIST',
    help: 'addresses and networks of proxies whose X-Forwarded-Proto and X-Forwarded-Host count; empty for nobody',
    parse: networks,
  },
  ...accessSettings,
  body_limit: {
    flag: 'body-limit',
    variables: ['PADDLES_BODY_LIMIT'],
    fallback: 2 << 20,
    hint: 'BYTES',
    help: 'largest request body, up to 16777216',
    parse: wholeNumber(1024, 16 << 20),
  },
  receive_budget: {
    flag: 'receive-budget',
    variables: ['PADDLES_RECEIVE_BUDGET'],
    fallback: 32 << 20,
    hint: 'BYTES',
    help: 'all request bodies in memory; each takes up to four times as much, and further ones are answered 503',
    parse: wholeNumber(16 << 20, 1 << 30),
  },
  max_connections: {
    flag: 'max-connections',
    variables: ['PADDLES_MAX_CONNECTIONS'],
    fallback: 2000,
    hint: 'NUMBER',
    help: 'connections of clients to one process; further ones are answered 503',
    parse: wholeNumber(10, 100_000),
  },
  log_level: {
    flag: 'log-level',
    variables: ['PADDLES_LOG_LEVEL'],
    fallback: 'info',
    hint: 'LEVEL',
    help: 'fatal, error, warn, info, debug, trace or silent',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  log_format: {
    flag: 'log-format',
    variables: ['PADDLES_LOG_FORMAT'],
    fallback: 'auto',
    hint: 'FORMAT',
    help: 'json, pretty, or auto (pretty on a terminal)',
    parse: oneOf('auto', 'json', 'pretty'),
  },
  log_file: {
    flag: 'log-file',
    variables: ['PADDLES_LOG_FILE'],
    fallback: '',
    hint: 'FILE',
    help: 'where the log is appended, as JSON; SIGHUP opens it again; empty for standard output',
    parse: (value) => ({ value }),
  },
  contract: {
    flag: 'contract',
    variables: ['PADDLES_CONTRACT'],
    fallback: 'classic',
    hint: 'NAME',
    help: 'what the main port speaks: classic or teuthology',
    parse: oneOf('classic', 'teuthology'),
  },
  teuthology_port: {
    flag: 'teuthology-port',
    variables: ['PADDLES_TEUTHOLOGY_PORT'],
    fallback: 8081,
    hint: 'NUMBER',
    help: 'second port, which speaks the teuthology contract; empty for none',
    parse: secondPort,
  },
  job_log_href_templ: {
    flag: 'job-log-href-templ',
    variables: ['PADDLES_JOB_LOG_HREF_TEMPL'],
    fallback: 'http://qa-proxy.ceph.com/teuthology/{run_name}/{job_id}/teuthology.log',
    hint: 'URL',
    help: 'where the log of a job is',
    parse: matching(
      /^https?:\/\/[^\s{}]*(\{(run_name|job_id)\}[^\s{}]*)*$/,
      'must be a URL, in which {run_name} and {job_id} are filled in',
    ),
  },
  archive: {
    flag: 'archive',
    variables: ['PADDLES_ARCHIVE'],
    fallback: '',
    hint: 'LIST',
    help: 'folders or URLs of archives from which logs are read, with a template like {run}/{job}; empty for data/archive, if that is there',
    parse: archives,
  },
  base_branches: {
    flag: 'base-branches',
    variables: ['PADDLES_BASE_BRANCHES'],
    fallback: '',
    hint: 'LIST',
    help: 'branches that failures of other branches are compared with; empty for main and releases',
    parse: branchNames,
  },
  expire_after: {
    flag: 'expire-after',
    variables: ['PADDLES_EXPIRE_AFTER'],
    fallback: '3d,14d',
    hint: 'AGE[,AGE]',
    help: 'when running and waiting jobs without news are dead, then when queued ones are; off for never',
    parse: expiryAges,
  },
  ...notifySettings,
  latest_runs: {
    flag: 'latest-runs',
    variables: ['PADDLES_LATEST_RUNS'],
    fallback: 25,
    hint: 'NUMBER',
    help: 'runs on a page of the teuthology contract',
    parse: wholeNumber(1, 1000),
  },
  claim_browser_navigation: {
    flag: 'claim-browser-navigation',
    variables: ['PADDLES_CLAIM_BROWSER_NAVIGATION'],
    fallback: false,
    hint: 'true|false',
    help: 'browsers get the dashboard at /runs/NAME, /nodes/NAME and /queue too',
    parse: yesOrNo,
  },
  statsd_host: {
    flag: 'statsd-host',
    variables: ['PADDLES_STATSD_HOST'],
    fallback: '',
    hint: 'NAME',
    help: 'where counters of finished jobs are sent; empty for nowhere',
    parse: matching(/^[\w.:-]*$/, 'must be a host name or an IP address'),
  },
  statsd_port: {
    flag: 'statsd-port',
    variables: ['PADDLES_STATSD_PORT'],
    fallback: 8125,
    hint: 'NUMBER',
    help: 'UDP port of statsd',
    parse: wholeNumber(1, 65_535),
  },
  statsd_prefix: {
    flag: 'statsd-prefix',
    variables: ['PADDLES_STATSD_PREFIX'],
    fallback: 'ceph.test.teuthology.your_lab',
    hint: 'NAME',
    help: 'how the names of counters begin',
    parse: matching(
      /^[^\s:|@#]{1,200}$/,
      'must be a name like ceph.test.teuthology.your_lab, without :, |, @, # or spaces',
    ),
  },
  sentry_dsn: {
    flag: 'sentry-dsn',
    variables: ['SENTRY_DSN'],
    fallback: '',
    hint: 'URL',
    help: 'where internal errors are reported; empty for nowhere',
    secret: true,
    parse: sentryDsn,
  },
};
