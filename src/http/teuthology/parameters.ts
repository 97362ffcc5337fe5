/** Query parameters: what cannot be read is a 400 with its name (teuthology contract §1.8, §7.22). */
import type { FastifyRequest } from 'fastify';
import { type Failure, invalid, isFailure } from '../../core/errors.ts';
import { storable } from '../../core/name.ts';
import type { Page } from '../../store/runs.ts';
import { readBody } from '../body.ts';

/** The most entries in one answer; pulpito asks for 9,999. */
const mostEntries = 10_000;

/** Reads one parameter as text; undefined when it is absent, `invalid` when it cannot be read. */
export type ReadParameter = (request: FastifyRequest, key: string) => string | undefined | Failure;

/** A parameter of the query; `invalid` when it is repeated. */
export const parameter: ReadParameter = (request, key) => {
  const value = (request.query as Record<string, string | string[] | undefined>)[key];
  return Array.isArray(value) ? invalid(key, `parameter '${key}' must be given once`) : value;
};

/** A parameter of the query, or a key of the JSON body of a POST (teuthology contract §1.4). */
export const parameterOrKey: ReadParameter = (request, key) => {
  const value = parameter(request, key);
  if (value !== undefined || request.method !== 'POST') return value;
  const body = readBody(request, { acceptNaN: true });
  const sent = isFailure(body) ? undefined : body.values[key];
  return sent === undefined || sent === null ? undefined : storable(String(sent));
};

/** One parameter as a whole number; undefined when it is absent, `invalid` when it is none. */
export function integerParameter(
  request: FastifyRequest,
  key: string,
  read: ReadParameter = parameter,
): number | undefined | Failure {
  const text = read(request, key);
  if (text === undefined || isFailure(text)) return text;
  const number = /^\s*[+-]?\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(number) ? invalid(key, `${key} must be an integer`) : number;
}

/**
 * `count` and `page` as a part of a list; `defaultCount` undefined = everything unless `count` is given (then `page` is
 * ignored, as it always was).
 */
export function pageParameters(
  request: FastifyRequest,
  defaultCount: number | undefined,
  read: ReadParameter = parameter,
): Page | Failure {
  const count = integerParameter(request, 'count', read);
  if (isFailure(count)) return count;
  const page = integerParameter(request, 'page', read);
  if (isFailure(page)) return page;
  if (count !== undefined && count < 0) return invalid('count', 'count must not be negative');
  const limit = count ?? defaultCount;
  if (limit === undefined) return { limit: Number.MAX_SAFE_INTEGER, offset: 0 };
  const size = Math.min(limit, mostEntries);
  return { limit: size, offset: Math.min(size * (Math.max(page ?? 1, 1) - 1), Number.MAX_SAFE_INTEGER) };
}
