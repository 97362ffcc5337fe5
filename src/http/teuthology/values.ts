/**
 * Parses single values of requests: query parameters (teuthology contract §1.8, §7.22), and keys of JSON bodies, whose harmless values
 * are coerced (teuthology contract §3.2, §7.5). An invalid value is answered 400 with its name.
 */
import type { FastifyRequest } from 'fastify';
import { storable } from '../../core/input.ts';
import type { Page } from '../../store/read/runs.ts';
import { bodyValue, type JsonBody, readBody } from '../body.ts';
import { Refusal, refuse } from '../errors.ts';

/** The most entries in an answer. pulpito requests 9,999. */
const mostEntries = 10_000;

/** Reads a parameter as text; undefined if it is absent. */
type ReadParameter = (request: FastifyRequest, key: string) => string | undefined;

/** Reads a parameter of the query. Refuses repeated parameters. */
export const parameter: ReadParameter = (request, key) => {
  const value = (request.query as Record<string, string | string[] | undefined>)[key];
  return Array.isArray(value) ? refuse(key, `parameter '${key}' must be given once`) : value;
};

/** Reads a parameter of the query, or a key of the JSON body of a POST (teuthology contract §1.4). */
export const parameterOrKey: ReadParameter = (request, key) => {
  const value = parameter(request, key);
  if (value !== undefined || request.method !== 'POST') return value;
  const body = bodyIfAny(request);
  const sent = body && bodyValue(body, key);
  if (typeof sent === 'object' && sent !== null) refuse(key, `invalid value for key '${key}': must be a text`);
  return sent === undefined || sent === null ? undefined : storable(String(sent));
};

/** The body, or null if it is not a JSON object, for routes whose body can contain parameters but is optional. */
export function bodyIfAny(request: FastifyRequest): JsonBody | null {
  try {
    return bodyOf(request);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** Reads a parameter as a whole number; undefined if it is absent. */
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
 * Reads `count` and `page`. If `defaultCount` is undefined and `count` is not given, the page is the whole list and `page` is ignored,
 * as in the old server.
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

/** The body of a request as one JSON object. The `NaN` and `Infinity` that Python prints become null (teuthology contract §1.4, §7.15). */
export function bodyOf(request: FastifyRequest): JsonBody {
  return readBody(request, { acceptNaN: true });
}

/** The longest text of a node, because lists contain all texts of all nodes. The longest in use are public keys of a few hundred characters. */
const longestText = 1024;

/** Reads a text, or a number or boolean as text; null for null and for an absent key. Refuses lists and objects. */
export function textValue(body: JsonBody, key: string): string | null {
  const value = bodyValue(body, key) ?? null;
  if (value === null) return null;
  if (typeof value === 'object') refuse(key, `invalid value for key '${key}': must be a text or null`);
  // Numbers keep the text that was sent: os_version 22.10 must not become 22.1.
  const text = typeof value === 'string' ? value : (body.texts.get(key) as string);
  if (text.length > longestText) {
    refuse(key, `invalid value for key '${key}': must be at most ${longestText} characters long`);
  }
  return storable(text);
}

/** Reads a required text. Refuses a missing or empty one in the words of the contract. */
export function requiredText(body: JsonBody, key: string): string {
  return textValue(body, key) || refuse(key, `could not find required key: '${key}'`);
}

/** Reads a boolean, also as 1 or 0 (teuthology contract §7.62). Refuses anything else. */
export function booleanValue(body: JsonBody, key: string): boolean {
  const value = bodyValue(body, key);
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  return refuse(key, `invalid value for key '${key}': must be true or false`);
}
