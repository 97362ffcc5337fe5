/** Filters of runs with their meaning, implemented independently of the server's code. */
import fc from 'fast-check';
import type { RunItem } from '../../src/http/api/schema.ts';

/** A filter and a function that says whether a run matches it. */
export interface RunFilter {
  text: string;
  holds(run: RunItem): boolean;
}

type Text = 'suite' | 'branch' | 'user' | 'machine_type' | 'flavor';

const jobStatuses = ['queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown'] as const;
const runStatuses = ['empty', 'finished pass', 'finished fail', 'finished dead'];
const day = 86_400_000;

/** Filters of up to four terms with values of these runs. */
export function runFilters(runs: RunItem[]): fc.Arbitrary<RunFilter> {
  const names = runs.map(({ name }) => name);
  const texts: [string, Text][] = [
    ['suite', 'suite'],
    ['branch', 'branch'],
    ['user', 'user'],
    ['m', 'machine_type'],
    ['flavor', 'flavor'],
  ];
  const times = ['scheduled', 'started', 'updated'] as const;
  const terms = [
    word(names),
    ...texts.map(([key, field]) =>
      keyed(
        key,
        textValue(
          runs.map((run) => run[field] ?? ''),
          (run) => run[field],
        ),
      ),
    ),
    keyed('sha1', sha1Value(runs.flatMap(({ sha1 }) => sha1 ?? []))),
    keyed('s', statusValue),
    keyed(
      'prio',
      span(
        fc.nat(60).map((at) => ({ text: String(at), from: at, to: at + 1 })),
        (run) => run.priority,
      ),
    ),
    ...(['dur', 'wait'] as const).map((key) =>
      keyed(
        key,
        span(
          fc.nat(90).map((at) => ({ text: `${at}s`, from: at, to: at + 1 })),
          ({ posted, started, updated }) => {
            const [from, to] = key === 'dur' ? [started, updated] : [posted, started];
            return from === null || to === null ? null : (to - from) / 1000;
          },
        ),
      ),
    ),
    ...times.map((key) =>
      keyed(
        key,
        span(moments(runs.map(({ scheduled }) => scheduled ?? 0)), (run) => run[key]),
      ),
    ),
  ];
  return fc.array(fc.oneof(...terms), { maxLength: 4 }).map((all) => ({
    text: all.map(({ text }) => text).join(' '),
    holds: (run) => all.every(({ holds }) => holds(run)),
  }));
}

function negatable(term: fc.Arbitrary<RunFilter>): fc.Arbitrary<RunFilter> {
  return fc
    .tuple(fc.boolean(), term)
    .map(([negated, { text, holds }]) =>
      negated ? { text: `-${text}`, holds: (run) => !holds(run) } : { text, holds },
    );
}

function keyed(key: string, value: fc.Arbitrary<RunFilter>): fc.Arbitrary<RunFilter> {
  const term = fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => ({
    text: `${key}:${values.map(({ text }) => text).join(',')}`,
    holds: (run: RunItem) => values.some(({ holds }) => holds(run)),
  }));
  return negatable(term);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function ascii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A part of one of the texts, sometimes slightly changed. */
function partOf(all: string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...all), fc.nat(100), fc.nat(100), fc.constantFrom('', '', '', '%', '_', '\\', 'É', "'"))
    .map(([text, from, length, more]) => {
      const start = from % (text.length + 1);
      return text.slice(start, start + (length % 12)) + more;
    });
}

function word(names: string[]): fc.Arbitrary<RunFilter> {
  const part = fc.oneof(
    partOf(names),
    partOf(names).map((text) => text.toUpperCase()),
  );
  const pattern = globOf(names).filter((text) => !/^\**$/.test(text));
  return negatable(
    fc.oneof(
      part
        .filter((text) => text !== '')
        .map((text) => ({ text: quoted(text), holds: ({ name }: RunItem) => ascii(name).includes(ascii(text)) })),
      pattern.map((text) => ({ text, holds: ({ name }: RunItem) => globHolds(`*${text}*`, name) })),
    ),
  );
}

function globHolds(pattern: string, text: string): boolean {
  const parts = ascii(pattern)
    .split('*')
    .map((part) => part.replace(/[^a-z0-9]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`));
  return new RegExp(`^${parts.join('.*')}$`, 'su').test(ascii(text));
}

function globOf(all: string[]): fc.Arbitrary<string> {
  return fc
    .tuple(partOf(all), partOf(all), fc.constantFrom('*', '**'))
    .map(([head, tail, star]) => `${head}${star}${tail}`.replace(/[\s",:<>]|^-|\.\./g, ''));
}

function textValue(all: string[], read: (run: RunItem) => string | null): fc.Arbitrary<RunFilter> {
  const literal = fc.oneof(fc.constantFrom(...all), partOf(all));
  return fc.oneof(
    literal.map((text) => ({ text: quoted(text), holds: (run: RunItem) => read(run) === text })),
    fc
      .oneof(globOf(all), fc.constantFrom('*', '*\\*', '*%b_c', '*_*', '*É*'))
      .map((glob) => ({ text: glob, holds: (run: RunItem) => read(run) !== null && globHolds(glob, read(run) ?? '') })),
    fc.constant({ text: 'none', holds: (run: RunItem) => !read(run) }),
  );
}

function sha1Value(all: string[]): fc.Arbitrary<RunFilter> {
  const beginning = fc
    .tuple(fc.constantFrom(...all), fc.integer({ min: 1, max: 40 }))
    .map(([sha1, length]) => sha1.slice(0, length));
  return fc.oneof(
    fc
      .oneof(
        beginning,
        beginning.map((text) => text.toUpperCase()),
      )
      .map((text) => ({
        text: quoted(text),
        holds: ({ sha1 }: RunItem) => sha1?.startsWith(text.toLowerCase()) ?? false,
      })),
    beginning.map((text) => ({
      text: `*${text}`,
      holds: ({ sha1 }: RunItem) => sha1?.endsWith(text) ?? false,
    })),
    fc.constant({ text: 'none', holds: ({ sha1 }: RunItem) => !sha1 }),
  );
}

const statusValue: fc.Arbitrary<RunFilter> = fc.oneof(
  fc.constantFrom(...jobStatuses).map((text) => ({ text, holds: ({ counts }: RunItem) => counts[text] > 0 })),
  fc.constantFrom(...runStatuses).map((text) => ({
    text: quoted(text.toUpperCase()),
    holds: ({ status }: RunItem) => status === text,
  })),
  fc.constantFrom('*', 'f*', 'D*', '*n*', 'finished*', '*PASS').map((glob) => ({
    text: glob,
    holds: ({ counts, status }: RunItem) => {
      const meant = jobStatuses.filter((one) => globHolds(glob, one));
      return meant.length > 0 ? meant.some((one) => counts[one] > 0) : globHolds(glob, status);
    },
  })),
);

interface Point {
  text: string;
  from: number;
  to: number;
}

function moments(scheduled: number[]): fc.Arbitrary<Point> {
  const clock = fc.constantFrom(...scheduled).map((time) => {
    const from = Math.floor(time / 60_000) * 60_000;
    return { text: new Date(from).toISOString().slice(0, 16), from, to: from + 60_000 };
  });
  const whole = fc.tuple(fc.constantFrom(...scheduled), fc.integer({ min: -2, max: 2 })).map(([time, days]) => {
    const from = Math.floor(time / day + days) * day;
    return { text: new Date(from).toISOString().slice(0, 10), from, to: from + day };
  });
  // Far enough from every time of the data that the exact current time does not matter.
  const ago = fc.constantFrom<[string, number]>(['-1h', day / 24], ['-3000w', 21_000 * day], ['-14000w', 98_000 * day]);
  return fc.oneof(
    clock,
    whole,
    ago.map(([text, before]) => ({ text, from: Date.now() - before, to: Date.now() - before })),
  );
}

function span(points: fc.Arbitrary<Point>, read: (run: RunItem) => number | null): fc.Arbitrary<RunFilter> {
  const within = (text: string, from: number, to: number): RunFilter => ({
    text,
    holds: (run) => {
      const at = read(run);
      return at !== null && at >= from && at < to;
    },
  });
  const ends = Number.POSITIVE_INFINITY;
  return fc.oneof(
    // An age alone means from then until now.
    points.map(({ text, from, to }) => within(text, from, to > from ? to : ends)),
    points.map(({ text, to }) => within(`>${text}`, to, ends)),
    points.map(({ text, from }) => within(`<${text}`, -ends, from)),
    points.map(({ text, from }) => within(`${text}..`, from, ends)),
    // One that ends before it begins is a problem.
    fc
      .tuple(points, points)
      .map((both) => both.sort((a, b) => a.from - b.from || a.to - b.to))
      .map(([a, b]) => within(`${a.text}..${b.text}`, a.from, b.to)),
    fc.constant({ text: 'none', holds: (run: RunItem) => read(run) === null }),
  );
}
