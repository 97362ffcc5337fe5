/** Queues between the wire (teuthology contract §2.19 to §2.22) and the core. */
import type { FastifyRequest } from 'fastify';
import { readNumber } from '../../core/input.ts';
import { isPaused, type PauseChange } from '../../core/queue.ts';
import { formatTimestamp, parseTimestamp } from '../../core/time.ts';
import type { QueueRow } from '../../store/engine/schema.ts';
import type { QueueFilter } from '../../store/read/queues.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { refuse } from '../refusal.ts';
import { bodyIfAny, parameter } from './parameters.ts';
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
export function parseQueueFilter(request: FastifyRequest): QueueFilter {
  const machineType = parameter(request, 'machine_type');
  const pausedBy = parameter(request, 'paused_by');
  const queue = machineType?.includes('|') ? 'multi' : machineType;
  return { queue: queue || undefined, paused_by: pausedBy || undefined };
}

/** The pause in a body of `/queue/`. */
export function parsePauseChange(body: JsonBody): PauseChange {
  const change: PauseChange = {};
  if (body.texts.has('paused_by')) change.paused_by = textValue(body, 'paused_by');
  for (const key of ['paused_since', 'paused_until'] as const) {
    if (!body.texts.has(key)) continue;
    const value = bodyValue(body, key);
    const time = typeof value === 'string' ? parseTime(value) : null;
    if (time === null && value !== null) {
      refuse(key, `invalid value for key '${key}': must look like 2024-03-01 20:00:15`);
    }
    change[key] = time;
  }
  if (body.texts.has('pause_duration')) {
    change.pause_duration = parseDuration(bodyValue(body, 'pause_duration'));
  }
  return change;
}

/** A number, or one as text; what null means depends on the queue. */
function parseDuration(value: unknown): number | null {
  if (value === null) return null;
  const problem = "invalid value for key 'pause_duration': must be a number of seconds";
  return readNumber(value) ?? refuse('pause_duration', problem);
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
 * undefined when it is nowhere. One that is given twice is refused.
 */
export function anyParameter(request: FastifyRequest, key: string): string | undefined {
  const query = parameter(request, key);
  const body = bodyIfAny(request);
  const sent = body && textValue(body, key);
  const path = (request.params as Record<string, string | undefined>)[key];
  const given = [path, query, sent ?? undefined].filter((value) => value !== undefined);
  return given.length > 1 ? refuse(key, `parameter '${key}' must be given once`) : given[0];
}
