/** What a setting can be: each reads a text, and returns its value or, as `problem`, what it must be instead. */
import { isIP } from 'node:net';
import { parseScopes, scopes } from './core/access.ts';
import { readDigits } from './core/decimal.ts';
import { parseExpiryAges } from './core/expiry.ts';
import { parseArchive } from './core/logs/places.ts';

/** One setting: where it is read from, its default, what `--help` says, and how its text is understood. */
export interface Setting<Value> {
  flag: string;
  variables: string[];
  file?: string;
  fallback: Value;
  hint: string;
  help: string;
  /** True for what must not be repeated, not even in the complaint about it. */
  secret?: boolean;
  /** Reads the text of a flag, variable or file; returns what is wrong as a string in `problem`. */
  parse: ((text: string) => { value: Value } | { problem: string }) & { choices?: readonly string[] };
}

/** One of these words. */
export const oneOf = <Choice extends string>(...choices: Choice[]) => {
  const parse = (value: string) => {
    const choice = choices.find((one) => one === value);
    return choice ? { value: choice } : { problem: `must be one of ${choices.join(', ')}` };
  };
  return Object.assign(parse, { choices });
};

/** A whole number within these bounds. */
export const wholeNumber = (least: number, most: number) => (value: string) => {
  const number = readDigits(value) ?? Number.NaN;
  return number >= least && number <= most
    ? { value: number }
    : { problem: `must be a whole number from ${least} to ${most}` };
};

/** True or false, in the words that people use. */
export const yesOrNo = (value: string) => {
  if (/^(true|yes|on|1)$/i.test(value)) return { value: true };
  return /^(false|no|off|0)$/i.test(value) ? { value: false } : { problem: 'must be true or false' };
};

/** First parts of the paths of this server. */
const ownPaths = ['api', 'c', 'healthz', 'j', 'jobs', 'metrics', 'nodes', 'queue', 'r', 'readyz', 'runs', 'ui'];

/** The address by which people know this server, perhaps below a path, or nothing. */
export const publicAddress = (value: string) => {
  if (value === '') return { value };
  const found = /^https?:\/\/[^\s?#/]+(\/[\w.~/-]*)?$/.exec(value);
  if (found === null)
    return { problem: 'must be a URL like https://paddles.example.com or https://example.com/paddles' };
  const first = (found[1] ?? '').split('/').find((part) => part !== '');
  return first !== undefined && ownPaths.includes(first)
    ? { problem: `must not have a path that begins with /${first}, which is one of this server` }
    : { value };
};

/** A text that matches; `problem` says otherwise what it must be. */
export const matching = (pattern: RegExp, problem: string) => (value: string) =>
  pattern.test(value) ? { value } : { problem };

/** A port, or nothing for none. */
export const secondPort = (value: string) => (value === '' ? { value: null } : wholeNumber(0, 65_535)(value));

/** The address of a project of Sentry, or nothing. */
export const sentryDsn = (value: string) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const usable = url !== null && /^https?:$/.test(url.protocol) && /^\w+$/.test(url.username);
  return value === '' || (usable && /\/\d+$/.test(url.pathname))
    ? { value }
    : { problem: 'must be a URL with a key, like https://key@sentry.example.com/1' };
};

/** True for an IP address, or for a network like 10.0.0.0/8. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (readDigits(prefix) ?? Number.NaN) <= (version === 4 ? 32 : 128);
}

/** Texts with commas between, each of which passes the test; `problem` says otherwise what the list must be. */
export const listOf = (isItem: (text: string) => boolean, problem: string) => (value: string) =>
  value === '' || value.split(',').every((part) => isItem(part.trim())) ? { value } : { problem };

/** Addresses and networks. */
export const networks = listOf(isNetwork, 'must be a list of addresses and networks like 127.0.0.1,10.0.0.0/8,::1');

/** Origins, as browsers name them. */
export const origins = listOf(
  (text) => URL.canParse(text) && new URL(text).origin === text,
  'must be a list of origins like https://lab.example.com,http://10.0.0.5:8000',
);

/** Scopes of tokens with commas between. */
export const scopeList = (value: string) =>
  parseScopes(value) ? { value } : { problem: `must be a list of ${scopes.join(', ')}` };

/** The name of a header, or nothing. */
export const headerName = matching(/^[\w-]*$/, 'must be the name of a header like X-Forwarded-User');

/** Names of hosts, without ports. */
export const hostNames = listOf(
  (text) => /^[\w-]+(\.[\w-]+)*$/.test(text),
  'must be a list of host names like paddles.example.com,paddles',
);

/** Names of branches. */
export const branchNames = listOf((text) => /^[^\s,]{1,200}$/.test(text), 'must be a list of branches like main,squid');

/** Places of archives with commas between, or nothing. */
export const archives = (value: string) => {
  const bases = parseArchive(value);
  return 'problem' in bases ? bases : { value };
};

/** Ages at which jobs expire, or off. */
export const expiryAges = (value: string) => {
  const ages = parseExpiryAges(value);
  return 'problem' in ages ? ages : { value };
};
