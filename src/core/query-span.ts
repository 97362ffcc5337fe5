/** What the values of numbers, durations and times stand for. */
import { type Clock, parseDuration, parseMoment } from './moment.ts';
import type { Value } from './query-value.ts';

/** The span that a text stands for, its end not included; null when it stands for none. */
export type SpanOf = (text: string) => { from: number; to: number } | null;

/** Reads whole numbers, durations in seconds, or times in milliseconds since the epoch. */
export function spanReader(kind: 'number' | 'duration' | 'time', clock: Clock): SpanOf {
  if (kind === 'time') return (text) => parseMoment(text, clock);
  return (text) => {
    const point = kind === 'duration' ? parseDuration(text) : /^-?\d{1,12}$/.test(text) ? Number(text) : null;
    return point === null ? null : { from: point, to: point + 1 };
  };
}

/** What a value allows, from `from` on and before `to`; null when it cannot be read. */
export function valueBounds(value: Value, spanOf: SpanOf): { from: number; to: number } | null {
  const open = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  if (value.type === 'literal') return spanOf(value.text);
  if (value.type === 'above') {
    const span = spanOf(value.value);
    return span && { ...open, from: span.to };
  }
  if (value.type === 'below') {
    const span = spanOf(value.value);
    return span && { ...open, to: span.from };
  }
  if (value.type !== 'range') return null;
  const from = value.from === null ? open : spanOf(value.from);
  const to = value.to === null ? open : spanOf(value.to);
  return from && to && { from: from.from, to: to.to };
}
