/**
 * Single values of requests: query parameters (teuthology contract §1.8, §7.22), and keys of JSON bodies, where harmless values are coerced
 * (teuthology contract §3.2, §7.5). What cannot be read is a 400 with its name.
 */
import type { FastifyRequest } from 'fastify';
import { storable } from '../../core/input.ts';
import type { Page } from '../../store/read/runs.ts';
import { bodyValue, type JsonBody, readBody } from '../body.ts';
import { Refusal, refuse } from '../errors.ts';

/** The most entries in one answer; pulpito asks for 9,999. */
const mostEntries = 10_000;

/** Reads one parameter as text; undefined when it is absent. */
type ReadParameter = (request: FastifyRequest, key: string) => string | undefined;

/** A parameter of the query; refuses a repeated one. */
export const parameter: ReadParameter = (request, key) => {
  const value = (request.query as Record<string, string | string[] | undefined>)[key];
  return Array.isArray(value) ? refuse(key, `parameter '${key}' must be given once`) : value;
};

/** A parameter of the query, or a key of the JSON body of a POST (teuthology contract §1.4). */
export const parameterOrKey: ReadParameter = (request, key) => {
  const value = parameter(request, key);
  if (value !== undefined || request.method !== 'POST') return value;
  const body = bodyIfAny(request);
  const sent = body && bodyValue(body, key);
  if (typeof sent === 'object' && sent !== null) refuse(key, `invalid value for key '${key}': must be a text`);
  return sent === undefined || sent === null ? undefined : storable(String(sent));
};

/** The body, or null when it is no JSON object: where parameters may stand in it, it may be anything. */
export function bodyIfAny(request: FastifyRequest): JsonBody | null {
  try {
    return bodyOf(request);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** One parameter as a whole number; undefined when it is absent. */
export function integerParameter(
  request: FastifyRequest,
  key: string,
  read: ReadParameter = parameter,
): number | undefined {
  const text = read(request, key);
  if (text === undefined) return undefined;
  const number = /^\s*[+-]?\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(number) ? refuse(key, `${key} must be an integer`) : number;
}

/**
 * `count` and `page` as a part of a list; `defaultCount` undefined = everything unless `count` is given (then `page` is
 * ignored, as it always was).
 */
export function pageParameters(
  request: FastifyRequest,
  defaultCount: number | undefined,
  read: ReadParameter = parameter,
): Page {
  const count = integerParameter(request, 'count', read);
  const page = integerParameter(request, 'page', read);
  if (count !== undefined && count < 0) refuse('count', 'count must not be negative');
  const limit = count ?? defaultCount;
  if (limit === undefined) return { limit: Number.MAX_SAFE_INTEGER, offset: 0 };
  const size = Math.min(limit, mostEntries);
  return { limit: size, offset: Math.min(size * (Math.max(page ?? 1, 1) - 1), Number.MAX_SAFE_INTEGER) };
}

/** The body of a request as one JSON object, with the `NaN` and `Infinity` that Python prints as null (teuthology contract §1.4, §7.15). */
export function bodyOf(request: FastifyRequest): JsonBody {
  return readBody(request, { acceptNaN: true });
}

/** Every list of nodes holds all texts of each; the longest that nodes have are public keys of some hundred characters. */
const longestText = 1024;

/** A text, or a number or boolean as text; null for null and for an absent key; refuses lists and objects. */
export function textValue(body: JsonBody, key: string): string | null {
  const value = bodyValue(body, key) ?? null;
  if (value === null) return null;
  if (typeof value === 'object') refuse(key, `invalid value for key '${key}': must be a text or null`);
  // Of numbers the text that was sent: os_version 22.10 must not become 22.1.
  const text = typeof value === 'string' ? value : (body.texts.get(key) as string);
  if (text.length > longestText) {
    refuse(key, `invalid value for key '${key}': must be at most ${longestText} characters long`);
  }
  return storable(text);
}

/** A text that must be there and must not be empty, otherwise it is refused in the words of the contract. */
export function requiredText(body: JsonBody, key: string): string {
  return textValue(body, key) || refuse(key, `could not find required key: '${key}'`);
}

/** True or false, also as 1 or 0 (teuthology contract §7.62); refuses anything else. */
export function booleanValue(body: JsonBody, key: string): boolean {
  const value = bodyValue(body, key);
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  return refuse(key, `invalid value for key '${key}': must be true or false`);
}
