/** Queues between the wire (teuthology contract §2.19 to §2.22) and the core. */
import type { FastifyRequest } from 'fastify';
import { type Failure, invalid, isFailure } from '../../core/errors.ts';
import { isPaused, type PauseChange } from '../../core/queue.ts';
import { formatTimestamp, parseTimestamp } from '../../core/time.ts';
import type { QueueFilter } from '../../store/queues.ts';
import type { QueueRow } from '../../store/schema.ts';
import { type JsonBody, readBody } from '../body.ts';
import { parameter } from './parameters.ts';
import { textValue } from './values.ts';

/** The JSON text of a list of queues; `at` = now. */
export function printQueues(queues: QueueRow[], at: number): string {
  return JSON.stringify(queues.map((row) => ({ queue: row.queue, paused: isPaused(row, at), ...shownPause(row) })));
}

/** `/queue/stats` (teuthology contract §2.21): who paused it only while it is paused. */
export function printQueueStats(row: QueueRow, queued_jobs: number, at: number): string {
  const { queue } = row;
  if (!isPaused(row, at)) return JSON.stringify({ queue, queued_jobs, paused: false });
  return JSON.stringify({ queue, paused: true, ...shownPause(row), queued_jobs });
}

function shownPause({ paused_by, paused_since, paused_until }: QueueRow): object {
  return {
    paused_by,
    paused_since: formatTimestamp(paused_since),
    paused_until: formatTimestamp(paused_until),
  };
}

/** The conditions of `GET /queue/`: several machine types share the queue `multi`. */
export function parseQueueFilter(request: FastifyRequest): QueueFilter | Failure {
  const machineType = parameter(request, 'machine_type');
  if (isFailure(machineType)) return machineType;
  const pausedBy = parameter(request, 'paused_by');
  if (isFailure(pausedBy)) return pausedBy;
  const queue = machineType?.includes('|') ? 'multi' : machineType;
  return { queue: queue || undefined, paused_by: pausedBy || undefined };
}

/** The pause in a body of `/queue/`; `invalid` names the first key that cannot be read. */
export function parsePauseChange(body: JsonBody): PauseChange | Failure {
  const change: PauseChange = {};
  if (Object.hasOwn(body.values, 'paused_by')) {
    const pausedBy = textValue(body, 'paused_by');
    if (isFailure(pausedBy)) return pausedBy;
    change.paused_by = pausedBy;
  }
  for (const key of ['paused_since', 'paused_until'] as const) {
    if (!Object.hasOwn(body.values, key)) continue;
    const value = body.values[key];
    const time = typeof value === 'string' ? parseTime(value) : null;
    if (time === null && value !== null) {
      return invalid(key, `invalid value for key '${key}': must look like 2024-03-01 20:00:15`);
    }
    change[key] = time;
  }
  if (Object.hasOwn(body.values, 'pause_duration')) {
    const seconds = parseDuration(body.values.pause_duration);
    if (isFailure(seconds)) return seconds;
    change.pause_duration = seconds;
  }
  return change;
}

/** A number, or one as text; what null means depends on the queue. */
function parseDuration(value: unknown): number | null | Failure {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (number === null || (typeof number === 'number' && Number.isFinite(number))) return number;
  return invalid('pause_duration', "invalid value for key 'pause_duration': must be a number of seconds");
}

/** A UTC time as this server prints it, or as ISO 8601 writes it; microseconds since the Unix epoch, or null. */
function parseTime(text: string): number | null {
  const found = /^(\d{4}-\d{1,2}-\d{1,2})(?:[ T](\d{1,2}:\d{1,2}:\d{1,2})(\.\d{1,9})?)?(?:Z|\+00:00)?$/.exec(
    text.trim(),
  );
  if (!found) return null;
  const [, day, time = '00:00:00', fraction = ''] = found;
  const whole = parseTimestamp(`${day} ${time}`, 'updated');
  return whole === null ? null : whole + Math.round(Number(`0${fraction}`) * 1_000_000);
}

/**
 * A parameter of `/queue/…` from the path, the query or the body of anything but GET (teuthology contract §1.4);
 * undefined when it is nowhere, `invalid` when it is given twice.
 */
export function anyParameter(request: FastifyRequest, key: string): string | undefined | Failure {
  const query = parameter(request, key);
  if (isFailure(query)) return query;
  const body = readBody(request, { acceptNaN: true });
  const sent = isFailure(body) ? null : textValue(body, key);
  if (isFailure(sent)) return sent;
  const path = (request.params as Record<string, string | undefined>)[key];
  const given = [path, query, sent ?? undefined].filter((value) => value !== undefined);
  return given.length > 1 ? invalid(key, `parameter '${key}' must be given once`) : given[0];
}
