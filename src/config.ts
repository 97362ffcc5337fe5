/** Reads and validates the settings. Precedence: flag > secret file > environment > configuration file > default. */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseTokensFile } from './core/access.ts';
import { type Config, type Setting, settings } from './settings.ts';

export type { Config } from './settings.ts';

/** An invalid setting. The message is one sentence that names the setting and its source. */
export class BadSetting extends Error {}

/** A flag that is not a setting of the server but an option of one command. */
export interface CommandFlag {
  name: string;
  hint: string;
  help: string;
}

/** A command. Its help, the shell completion and the manual page are generated from this. */
export interface Command {
  summary: string;
  flags: CommandFlag[];
  /** The names of its operands, in order. */
  operands?: string[];
  /** The settings that it uses; all of them if absent. */
  settings?: (keyof Config)[];
  /** Returns the exit code. */
  run: (line: CommandLine) => Promise<number>;
}

/** A parsed command line: the settings and the command's own flags (text; absent when not given). */
export interface CommandLine {
  config: Config;
  /** Where each setting came from, as shown to the user; absent for a default. */
  sources: Partial<Record<keyof Config, string>>;
  flags: Record<string, string>;
  /** The arguments that are not flags, as many as the command has operands. */
  operands: string[];
  help: boolean;
}

const configHelp = 'JSON file with settings, like {"port": 8080} (PADDLES_CONFIG; default ./paddles.json if it exists)';

/**
 * Reads the command line of a command that has these flags of its own and these operands. Throws `BadSetting` for the first error.
 */
export function readCommandLine(
  args: string[],
  environment: NodeJS.ProcessEnv,
  own: CommandFlag[] = [],
  operands: string[] = [],
): CommandLine {
  const names = [...Object.values(settings).map((setting) => setting.flag), 'config', ...own.map((flag) => flag.name)];
  const valued = own.filter((flag) => flag.hint !== '').map((flag) => flag.name);
  const takesValue = (name: string) => valued.includes(name) || !own.some((flag) => flag.name === name);
  const { flags, positionals } = parseFlags(args, names, takesValue);
  const help = flags.help !== undefined;
  if (!help && positionals.length !== operands.length) {
    const wanted = operands.length === 0 ? 'no operands' : operands.join(' ');
    throw new BadSetting(`this command takes ${wanted}, not '${positionals.join(' ').slice(0, 100)}'; see --help`);
  }
  const file = readConfigFile(flags.config, environment.PADDLES_CONFIG);
  const found = Object.entries(settings).map(
    ([key, setting]) => [key, resolve(key, setting as Setting<unknown>, flags, environment, file)] as const,
  );
  return {
    config: Object.fromEntries(found.map(([key, { value }]) => [key, value])) as unknown as Config,
    sources: Object.fromEntries(found.map(([key, { source }]) => [key, source])),
    flags,
    operands: positionals,
    help,
  };
}

function parseFlags(
  args: string[],
  names: string[],
  takesValue: (name: string) => boolean,
): { flags: Record<string, string>; positionals: string[] } {
  const options = Object.fromEntries(
    names.map((name) => [name, { type: takesValue(name) ? 'string' : 'boolean' } as const]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: args.map((arg, index) => (isBareSwitch(arg, args[index + 1]) ? `${arg}=true` : arg)),
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      strict: true,
      allowPositionals: true,
    });
    const flags = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
    return { flags, positionals };
  } catch (error) {
    throw new BadSetting(`${(error as Error).message.split(/\.\s/)[0]}; see --help`);
  }
}

/** True for the flag of a boolean setting that is not followed by a value. */
function isBareSwitch(arg: string, next: string | undefined): boolean {
  const isSwitch = Object.values(settings).some(({ flag, fallback }) => `--${flag}` === arg && fallback === false);
  return isSwitch && (next === undefined || next.startsWith('-'));
}

/** Control characters except white space. No name or address contains one. */
const controls = /(?!\s)\p{Cc}/u;

function resolve(
  key: string,
  setting: Setting<unknown>,
  flags: Record<string, string>,
  environment: NodeJS.ProcessEnv,
  file: ConfigFile,
): { value: unknown; source?: string } {
  const variable = setting.variables.find((name) => environment[name] !== undefined);
  const read = (value: string, source: string) => {
    const parsed = controls.test(value)
      ? { problem: 'must not contain control characters' }
      : setting.parse(value.trim());
    if ('problem' in parsed) {
      const shown = `'${value.slice(0, 100).replace(/\p{Cc}/gu, ' ')}'`;
      throw new BadSetting(`${source}: ${setting.secret ? 'it' : shown} ${parsed.problem}`);
    }
    return { value: parsed.value, source };
  };
  const flag = flags[setting.flag];
  if (flag !== undefined) return read(flag, `--${setting.flag}`);
  if (setting.file && existsSync(setting.file)) return read(readSecret(setting.file), setting.file);
  if (variable !== undefined) return read(environment[variable] as string, variable);
  const inFile = file.values[key];
  if (inFile === undefined) return { value: setting.fallback };
  const source = `setting '${key}' of the configuration file ${file.path}`;
  const problem = typeProblem(inFile, setting.fallback);
  if (problem !== null) throw new BadSetting(`${source}: ${problem}`);
  return read(String(inFile ?? ''), source);
}

/** Checks the type of a value in the configuration file; null if it is valid. A text setting needs a string: `false` is not a file name. */
function typeProblem(value: unknown, fallback: unknown): string | null {
  const isText = typeof fallback === 'string';
  if (value === null || typeof value === 'string' || (!isText && typeof value !== 'object')) return null;
  const what = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : String(value);
  return `it must be ${isText ? 'a string in quotes' : 'a string, a number, true or false'}, not ${what}`;
}

function readSecret(path: string, source = ''): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadSetting(`${source && `${source}: `}${path} cannot be read: ${(error as Error).message}`);
  }
}

interface ConfigFile {
  path: string;
  values: Record<string, unknown>;
}

function readConfigFile(flag: string | undefined, variable: string | undefined): ConfigFile {
  const named = flag ?? variable;
  const path = named ?? 'paddles.json';
  if (named === undefined && !existsSync(path)) return { path, values: {} };
  let values: Record<string, unknown>;
  try {
    values = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const source = named === undefined ? '' : flag === undefined ? 'PADDLES_CONFIG: ' : '--config: ';
    throw new BadSetting(`${source}the configuration file ${path} cannot be read: ${(error as Error).message}`);
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new BadSetting(`the configuration file ${path} must contain a JSON object`);
  }
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(settings, key));
  if (unknown !== undefined) {
    throw new BadSetting(`${path} has an unknown setting '${unknown}'; known: ${Object.keys(settings).join(', ')}`);
  }
  return { path, values };
}

/** A command-line option, with its default and the other sources of its value. */
export interface Option {
  flag: string;
  /** Placeholder of the value; empty if the flag takes none. */
  hint: string;
  help: string;
  /** Environment variables that set the same value. */
  variables: readonly string[];
  /** The default as text; empty when there is none. */
  fallback: string;
  /** All valid values if they are words, otherwise empty. */
  choices: readonly string[];
}

/** The options of a command in the order of `--help`: its own flags, then the settings that it uses. */
export function optionsOf(own: CommandFlag[], used = Object.keys(settings) as (keyof Config)[]): Option[] {
  const plain = { variables: [], fallback: '', choices: [] };
  const ownOptions = own.map(({ name, hint, help }) => ({ ...plain, flag: name, hint, help }));
  const shared = used.map((key) => {
    const { flag, hint, help, variables, fallback, parse } = settings[key] as Setting<unknown>;
    const choices = parse.choices ?? (hint === 'true|false' ? ['true', 'false'] : []);
    return { flag, hint, help, variables, fallback: String(fallback ?? ''), choices };
  });
  const file = { ...plain, flag: 'config', hint: 'FILE', help: configHelp, variables: ['PADDLES_CONFIG'] };
  const help = { ...plain, flag: 'help', hint: '', help: 'print this help and exit' };
  return [...ownOptions, ...shared, ...(used.length > 0 ? [file] : []), help];
}

/** The list of options that `--help` prints. */
export function flagsHelp(own: CommandFlag[], used?: (keyof Config)[]): string {
  const lines = optionsOf(own, used).map(({ flag, hint, help, variables, fallback }) => {
    const isSetting = variables.length > 0 && flag !== 'config';
    const where = isSetting ? ` (${variables.join(', ')}; default ${fallback === '' ? 'none' : fallback})` : '';
    return `  ${`--${flag} ${hint}`.padEnd(30)} ${help}${where}`;
  });
  return lines.join('\n');
}

/** Throws `BadSetting` if both contracts of the server are set to the same port. */
export function checkPorts({ contract, port, teuthology_port }: Config): void {
  // If the main port speaks the teuthology contract, the second one is not opened.
  if (contract === 'teuthology' || port === 0 || port !== teuthology_port) return;
  const cause = port === settings.teuthology_port.fallback ? ', the default of --teuthology-port' : '';
  throw new BadSetting(
    `--port and --teuthology-port are both ${port}${cause}; change one of them, or close the second port with --teuthology-port ''`,
  );
}

/** Throws `BadSetting` if the access settings are incomplete or the tokens file cannot be read. */
export function checkAccess({ config, sources }: Pick<CommandLine, 'config' | 'sources'>): void {
  const { auth_header, tokens_file } = config;
  // By default every program on this machine is a trusted proxy and could claim to be any user.
  if (auth_header !== '' && sources.trusted_proxies === undefined) {
    throw new BadSetting(
      `${sources.auth_header}: set --trusted-proxies too, to the addresses that may send this header`,
    );
  }
  if (tokens_file === '') return;
  const [problem] = parseTokensFile(readSecret(tokens_file, sources.tokens_file)).problems;
  if (problem) throw new BadSetting(`${sources.tokens_file}: ${tokens_file}: ${problem}`);
}

const known = ['PADDLES_CONFIG', ...Object.values(settings).flatMap(({ variables }) => variables)];

/** Variables that Kubernetes sets for a service named paddles. */
const ofKubernetes = /^PADDLES_(PORT=\w+:\/\/|PORT_\d|SERVICE_)/;

/** The variables `PADDLES_…` that are not settings, each with the closest name of a setting. */
export function misspelt(environment: NodeJS.ProcessEnv): { name: string; nearest: string }[] {
  return Object.entries(environment)
    .filter(([name]) => name.startsWith('PADDLES_') && !known.includes(name))
    .filter(([name, value]) => !ofKubernetes.test(`${name}=${value}`))
    .map(([name]) => {
      const ranked = known.map((one) => ({ one, rank: difference(part(name), part(one)) }));
      return { name, nearest: ranked.sort((a, b) => a.rank - b.rank)[0]!.one };
    });
}

function part(name: string): string {
  return name.replace(/^PADDLES_/, '').slice(0, 100);
}

/** The edit distance of two names by insertions and deletions, as a share of their letters, from 0 to 1. */
function difference(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (let index = 0; index < to.length; index++) {
      const edits = Math.min(row[index + 1]!, next[index]!) + 1;
      next.push(letter === to[index] ? row[index]! : edits);
    }
    row = next;
  }
  return row.at(-1)! / (from.length + to.length);
}
