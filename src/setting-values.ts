/** What a setting can be: each reads a text, and returns its value or, as `problem`, what it must be instead. */
import { isIP } from 'node:net';
import { readDigits } from './core/input.ts';

/** Reads the text of a setting; `choices` are all values, where these are words. */
export type Parse<Value> = ((text: string) => { value: Value } | { problem: string }) & { choices?: readonly string[] };

/** One of these words. */
export function oneOf<Choice extends string>(...choices: Choice[]): Parse<Choice> {
  const parse = (text: string) => {
    const value = choices.find((one) => one === text);
    return value ? { value } : { problem: `must be one of ${choices.join(', ')}` };
  };
  return Object.assign(parse, { choices });
}

/** A whole number within these bounds. */
export function wholeNumber(least: number, most: number): Parse<number> {
  return (text) => {
    const value = readDigits(text) ?? Number.NaN;
    return value >= least && value <= most ? { value } : { problem: `must be a whole number from ${least} to ${most}` };
  };
}

/** True or false, in the words that people use. */
export const yesOrNo: Parse<boolean> = (text) => {
  if (/^(true|yes|on|1)$/i.test(text)) return { value: true };
  return /^(false|no|off|0)$/i.test(text) ? { value: false } : { problem: 'must be true or false' };
};

/** Any text. */
export const anyText: Parse<string> = (value) => ({ value });

/** A text that passes the test; `problem` says otherwise what it must be. */
export function suchThat(isValid: (text: string) => boolean, problem: string): Parse<string> {
  return (value) => (isValid(value) ? { value } : { problem });
}

/** A text that matches. */
export function matching(pattern: RegExp, problem: string): Parse<string> {
  return suchThat((text) => pattern.test(text), problem);
}

/** Texts with commas between, each of which passes the test. */
export function listOf(isItem: (text: string) => boolean, problem: string): Parse<string> {
  return suchThat((text) => text === '' || text.split(',').every((part) => isItem(part.trim())), problem);
}

/** The same, or nothing. */
export function optional<Value>(parse: Parse<Value>): Parse<Value | null> {
  return (text) => (text === '' ? { value: null } : parse(text));
}

/** A text that a parser has nothing to say against. */
export function readableBy(parse: (text: string) => object | { problem: string }): Parse<string> {
  return (value) => {
    const parsed = parse(value);
    return 'problem' in parsed ? parsed : { value };
  };
}

/** First parts of the paths of this server. */
const ownPaths = ['api', 'c', 'healthz', 'j', 'jobs', 'metrics', 'nodes', 'queue', 'r', 'readyz', 'runs', 'ui'];

/** The address by which people know this server, perhaps below a path, or nothing. */
export const publicAddress: Parse<string> = (value) => {
  if (value === '') return { value };
  const found = /^https?:\/\/[^\s?#/]+(\/[\w.~/-]*)?$/.exec(value);
  if (found === null)
    return { problem: 'must be a URL like https://paddles.example.com or https://example.com/paddles' };
  const first = (found[1] ?? '').split('/').find((part) => part !== '');
  return first !== undefined && ownPaths.includes(first)
    ? { problem: `must not have a path that begins with /${first}, which is one of this server` }
    : { value };
};

/** The address of a project of Sentry, or nothing. */
export const sentryDsn = suchThat((text) => {
  const url = URL.parse(text);
  const usable = url !== null && /^https?:$/.test(url.protocol) && /^\w+$/.test(url.username);
  return text === '' || (usable && /\/\d+$/.test(url.pathname));
}, 'must be a URL with a key, like https://key@sentry.example.com/1');

/** True for an IP address, or for a network like 10.0.0.0/8. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (readDigits(prefix) ?? Number.NaN) <= (version === 4 ? 32 : 128);
}
