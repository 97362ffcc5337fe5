/** Query parameters: what cannot be read is a 400 with its name (teuthology contract §1.8, §7.22). */
import type { FastifyRequest } from 'fastify';
import { storable } from '../../core/input.ts';
import type { Page } from '../../store/read/runs.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { Refusal, refuse } from '../refusal.ts';
import { bodyOf } from './answers.ts';

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
