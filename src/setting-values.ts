/** Parsers of setting values. Each returns the value of a text or, as `problem`, what the text must be instead. */
import { isIP } from 'node:net';
import { readDigits } from './core/input.ts';

/** Parses the text of a setting. `choices` lists all valid values if they are words. */
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

/** A boolean, also written as yes/no, on/off or 1/0. */
export const yesOrNo: Parse<boolean> = (text) => {
  if (/^(true|yes|on|1)$/i.test(text)) return { value: true };
  return /^(false|no|off|0)$/i.test(text) ? { value: false } : { problem: 'must be true or false' };
};

/** Any text. */
export const anyText: Parse<string> = (value) => ({ value });

/** A text that passes the test. `problem` says what it must be. */
export function suchThat(isValid: (text: string) => boolean, problem: string): Parse<string> {
  return (value) => (isValid(value) ? { value } : { problem });
}

/** A text that matches the pattern. */
export function matching(pattern: RegExp, problem: string): Parse<string> {
  return suchThat((text) => pattern.test(text), problem);
}

/** A comma-separated list whose items all pass the test. */
export function listOf(isItem: (text: string) => boolean, problem: string): Parse<string> {
  return suchThat((text) => text === '' || text.split(',').every((part) => isItem(part.trim())), problem);
}

/** A value of this parser, or null for an empty text. */
export function optional<Value>(parse: Parse<Value>): Parse<Value | null> {
  return (text) => (text === '' ? { value: null } : parse(text));
}

/** A text that this parser accepts. */
export function readableBy(parse: (text: string) => object | { problem: string }): Parse<string> {
  return (value) => {
    const parsed = parse(value);
    return 'problem' in parsed ? parsed : { value };
  };
}

/** The first segments of the paths that this server uses. */
const ownPaths = ['api', 'c', 'healthz', 'j', 'jobs', 'metrics', 'nodes', 'queue', 'r', 'readyz', 'runs', 'ui'];

/** The public URL of this server, optionally with a path, or an empty text. */
export const publicAddress: Parse<string> = (value) => {
  if (value === '') return { value };
  const found = /^https?:\/\/[^\s?#/]+(\/[\w.~/-]*)?$/.exec(value);
  if (found === null)
    return { problem: 'must be a URL like https://paddles.example.com or https://example.com/paddles' };
  const first = (found[1] ?? '').split('/').find((part) => part !== '');
  return first !== undefined && ownPaths.includes(first)
    ? { problem: `must not have a path that begins with /${first}, which this server uses itself` }
    : { value };
};

/** The DSN of a Sentry project, or an empty text. */
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
