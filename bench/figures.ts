/** One line of the results. */
export interface Figure {
  what: string;
  server: string;
  limit: string;
  /** What the limit is. */
  limitTitle: string;
  ratio: string;
  target: string;
  /** null = there is no target, the line is for orientation. */
  pass: boolean | null;
  note: string;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2;
}

/** A throughput against its limit, from the values of the rounds; `least` is the target as a share, if there is one. */
export function throughput(
  what: string,
  server: number[],
  limit: number[],
  limitTitle: string,
  least: number | null,
  note = '',
): Figure {
  // Round by round, because what disturbs one round disturbs both of its halves.
  const ratio = median(server.map((value, round) => value / limit[round]!));
  return {
    what,
    server: perSecond(server),
    limit: perSecond(limit),
    limitTitle,
    ratio: percent(ratio),
    target: least === null ? '' : `≥ ${percent(least)}`,
    pass: least === null ? null : ratio >= least,
    note,
  };
}

/** What a throughput has to reach, and what the Python server did (both on PostgreSQL), in requests a second. */
export interface Goal {
  target: number;
  python: string;
}

/**
 * A throughput against a fixed goal, beside its limit, if there is one. The best round of each side counts: whatever else the machine does
 * can only take away.
 */
export function atLeast(
  what: string,
  server: number[],
  limit: { values: number[]; title: string } | null,
  goal: Goal | null,
  note: string,
): Figure {
  const best = Math.max(...server);
  const ratios = limit?.values.map((value, round) => server[round]! / value);
  return {
    what,
    server: perSecond([best]),
    limit: limit ? perSecond([Math.max(...limit.values)]) : '',
    limitTitle: limit?.title ?? '',
    ratio: ratios ? percent(median(ratios)) : '',
    target: goal === null ? '' : `≥ ${perSecond([goal.target])}`,
    pass: goal === null ? null : best >= goal.target,
    note: [note, ...(goal === null ? [] : [`Python server: ${goal.python}`])].join('; '),
  };
}

/** A quantity that must stay below a bound. */
export function bounded(what: string, value: number, bound: number, unit: string, note: string): Figure {
  return {
    what,
    server: `${value.toFixed(0)} ${unit}`,
    limit: `${bound} ${unit}`,
    limitTitle: 'the bound',
    ratio: percent(value / bound),
    target: `< ${bound} ${unit}`,
    pass: value < bound,
    note,
  };
}

/** A share that must be at least so much. */
export function share(what: string, value: number, least: number, note: string): Figure {
  const shown = (of: number) => `${(of * 100).toFixed(1)} %`;
  return {
    what,
    server: shown(value),
    limit: shown(1),
    limitTitle: 'all of them',
    ratio: percent(value),
    target: `≥ ${percent(least)}`,
    pass: value >= least,
    note,
  };
}

function perSecond(values: number[]): string {
  const value = median(values);
  return `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')}/s`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
