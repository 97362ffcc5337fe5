/** Every setting once: flag > secret file > environment > configuration file > default. Validated here, used everywhere. */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** All settings of the server, validated. */
export interface Config {
  host: string;
  port: number;
  database: string;
  pool_size: number;
  address: string;
  trust_proxy: boolean;
  body_limit: number;
  log_level: string;
  log_format: string;
}

/** A wrong setting, in one sentence that names it and where it came from. */
export class BadSetting extends Error {}

interface Setting<Value> {
  flag: string;
  variables: string[];
  file?: string;
  fallback: Value;
  hint: string;
  help: string;
  /** Reads the text of a flag, variable or file; answers what is wrong as a string in `problem`. */
  parse: (text: string) => { value: Value } | { problem: string };
}

const text = (value: string) => ({ value });

const oneOf = (choices: string[]) => (value: string) =>
  choices.includes(value) ? { value } : { problem: `must be one of ${choices.join(', ')}` };

const wholeNumber = (least: number, most: number) => (value: string) => {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  return number >= least && number <= most
    ? { value: number }
    : { problem: `must be a whole number from ${least} to ${most}` };
};

const yesOrNo = (value: string) => {
  if (/^(true|yes|on|1)$/i.test(value)) return { value: true };
  return /^(false|no|off|0)$/i.test(value) ? { value: false } : { problem: 'must be true or false' };
};

const webAddress = (value: string) =>
  value === '' || /^https?:\/\/[^\s?#]+$/.test(value)
    ? { value }
    : { problem: 'must be a URL like https://paddles.example.com' };

/** The settings, in the order in which `--help` prints them. The names of the existing Python server keep their meaning. */
const settings: { [Key in keyof Config]: Setting<Config[Key]> } = {
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
    parse: text,
  },
  pool_size: {
    flag: 'pool-size',
    variables: ['PADDLES_POOL_SIZE'],
    fallback: 10,
    hint: 'NUMBER',
    help: 'connections to PostgreSQL',
    parse: wholeNumber(2, 500),
  },
  address: {
    flag: 'address',
    variables: ['PADDLES_ADDRESS'],
    fallback: '',
    hint: 'URL',
    help: 'public address, for links; otherwise taken from each request',
    parse: webAddress,
  },
  trust_proxy: {
    flag: 'trust-proxy',
    variables: ['PADDLES_TRUST_PROXY'],
    fallback: false,
    hint: 'true|false',
    help: 'believe X-Forwarded-Proto and X-Forwarded-Host',
    parse: yesOrNo,
  },
  body_limit: {
    flag: 'body-limit',
    variables: ['PADDLES_BODY_LIMIT'],
    fallback: 16 << 20,
    hint: 'BYTES',
    help: 'largest request body',
    parse: wholeNumber(1024, 1 << 30),
  },
  log_level: {
    flag: 'log-level',
    variables: ['PADDLES_LOG_LEVEL'],
    fallback: 'info',
    hint: 'LEVEL',
    help: 'fatal, error, warn, info, debug, trace or silent',
    parse: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  },
  log_format: {
    flag: 'log-format',
    variables: ['PADDLES_LOG_FORMAT'],
    fallback: 'auto',
    hint: 'FORMAT',
    help: 'json, pretty, or auto (pretty on a terminal)',
    parse: oneOf(['auto', 'json', 'pretty']),
  },
};

/** A flag that is not a setting of the server but an option of one command. */
export interface CommandFlag {
  name: string;
  hint: string;
  help: string;
}

/** What a command line says: the settings and the command's own flags (text; absent when not given). */
export interface CommandLine {
  config: Config;
  flags: Record<string, string>;
  help: boolean;
}

const configHelp =
  'JSON file with settings, as {"port": 8080} (PADDLES_CONFIG; default ./paddles.json when it is there)';

/** Reads the settings for one command. Throws `BadSetting` with one sentence for the first thing that is wrong. */
export function readCommandLine(args: string[], environment: NodeJS.ProcessEnv, own: CommandFlag[] = []): CommandLine {
  const names = [...Object.values(settings).map((setting) => setting.flag), 'config', ...own.map((flag) => flag.name)];
  const valued = own.filter((flag) => flag.hint !== '').map((flag) => flag.name);
  const flags = parseFlags(args, names, (name) => valued.includes(name) || !own.some((flag) => flag.name === name));
  const file = readConfigFile(flags.config ?? environment.PADDLES_CONFIG);
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [
      key,
      resolve(key, setting as Setting<unknown>, flags, environment, file),
    ]),
  ) as unknown as Config;
  return { config, flags, help: flags.help !== undefined };
}

function parseFlags(args: string[], names: string[], takesValue: (name: string) => boolean): Record<string, string> {
  const options = Object.fromEntries(
    names.map((name) => [name, { type: takesValue(name) ? 'string' : 'boolean' } as const]),
  );
  try {
    const { values } = parseArgs({
      args,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      strict: true,
    });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new BadSetting(`${(error as Error).message.split(/\.\s/)[0]}; see --help`);
  }
}

function resolve(
  key: string,
  setting: Setting<unknown>,
  flags: Record<string, string>,
  environment: NodeJS.ProcessEnv,
  file: Record<string, unknown>,
): unknown {
  const variable = setting.variables.find((name) => environment[name] !== undefined);
  const read = (value: string, source: string) => {
    const parsed = setting.parse(value.trim());
    if ('problem' in parsed) throw new BadSetting(`${source}: '${value.slice(0, 100)}' ${parsed.problem}`);
    return parsed.value;
  };
  const flag = flags[setting.flag];
  if (flag !== undefined) return read(flag, `--${setting.flag}`);
  if (setting.file && existsSync(setting.file)) return read(readFileSync(setting.file, 'utf8'), setting.file);
  if (variable !== undefined) return read(environment[variable] as string, variable);
  if (file[key] !== undefined) return read(String(file[key]), `setting '${key}' of the configuration file`);
  return setting.fallback;
}

function readConfigFile(named: string | undefined): Record<string, unknown> {
  const path = named ?? (existsSync('paddles.json') ? 'paddles.json' : undefined);
  if (path === undefined) return {};
  let values: Record<string, unknown>;
  try {
    values = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BadSetting(`the configuration file ${path} cannot be read: ${(error as Error).message}`);
  }
  if (typeof values !== 'object' || values === null) throw new BadSetting(`${path} must hold a JSON object`);
  const unknown = Object.keys(values).find((key) => !(key in settings));
  if (unknown !== undefined) {
    throw new BadSetting(`${path} has an unknown setting '${unknown}'; known: ${Object.keys(settings).join(', ')}`);
  }
  return values;
}

/** The part of `--help` that lists flags: a command's own, then every setting with its variable and default. */
export function flagsHelp(own: CommandFlag[]): string {
  const line = (flag: string, help: string) => `  ${flag.padEnd(28)} ${help}`;
  const ownLines = own.map((flag) => line(`--${flag.name} ${flag.hint}`, flag.help));
  const lines = Object.values(settings).map((setting) =>
    line(
      `--${setting.flag} ${setting.hint}`,
      `${setting.help} (${setting.variables.join(', ')}; default ${setting.fallback === '' ? 'none' : setting.fallback})`,
    ),
  );
  return [...ownLines, ...lines, line('--config FILE', configHelp), line('--help', 'print this and stop')].join('\n');
}
