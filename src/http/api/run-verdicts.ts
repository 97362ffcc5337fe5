import { type Static, Type } from 'typebox';
import { decisionText } from '../../core/decisions/decision.ts';
import { plural } from '../../core/plural.ts';
import { causeClasses } from '../../core/signature-class.ts';
import { isNew } from '../../core/verdicts/bands.ts';
import { blameText, facetsText } from '../../core/verdicts/sentence.ts';
import { type Verdict, verdictNames } from '../../core/verdicts/verdict.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { allOf } from '../../store/pages/job-lines.ts';
import { headOf, judgedJobs } from '../../store/pages/run-digests.ts';
import { findRun, type LatestOf } from '../../store/pages/run-page.ts';
import { basesOf, type Compared, comparedWith, type Judged, verdictsOf } from '../../store/pages/verdicts.ts';
import { errorsOfCauses } from '../../store/read/excerpts.ts';
import { orThrow, refuse } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { large } from '../turns.ts';
import { csvLine, csvTime, escapeMarkdown, sendText } from './answers.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { standingFacts } from './decisions.ts';
import {
  answers,
  integer,
  KnownCause,
  latestOf,
  numberOrNull,
  only,
  optional,
  RunItem,
  runItem,
  runPath,
  text,
  textAnswers,
  textOrNull,
} from './schema.ts';

/** The parameter that names the branch to compare with. */
export const baseParameter = optional(
  'the branch to compare with, instead of the one derived from the name of the branch',
);

/** The parameter that selects decisions by time. */
export const atParameter = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 8_640_000_000_000,
    description: 'use the decisions in force at this time, in milliseconds since the epoch',
  }),
);

/** A run that a verdict names. */
const NamedRun = shape('NamedRun', {
  id: text,
  name: text,
  suite: text,
  branch: text,
  sha1: textOrNull,
  scheduled: Type.Number(),
});
const NamedRunOrNull = orNull(NamedRun);

const Count = shape('Count', { k: integer, n: integer });

/** `Blame` of core/verdicts/blame.ts. */
export const Blame = shape('Blame', {
  facets: Type.Array(Type.Array(text)),
  with: Count,
  without: Count,
  runs: integer,
  p: Type.Number(),
});

const Outage = shape('Outage', {
  jobs: integer,
  hits: integer,
  hit: Type.Array(Type.Object({ suite: text, branch: text, jobs: integer, hits: integer })),
  from: Type.Number(),
  to: Type.Number(),
});

/** The numbers behind a verdict, as `Verdict` of core/verdicts/verdict.ts explains them. */
const verdictFacts = {
  verdict: Type.Enum([...verdictNames]),
  /** The verdict according to the numbers alone, without the decision. */
  measured: Type.Enum([...verdictNames]),
  sentence: text,
  blame: orNull(Blame),
  c: integer,
  m: integer,
  k: integer,
  n: integer,
  lo: Type.Number(),
  hi: Type.Number(),
  p: numberOrNull,
  runs: integer,
  runs_with: integer,
  since: orNull(Type.Object({ run: NamedRun, k: integer, n: integer })),
  last_without: NamedRunOrNull,
  last_with: NamedRunOrNull,
  outage: orNull(Outage),
  ...standingFacts,
};

/** The verdict on a cause; `cause` is its id. */
export const PageVerdict = shape('PageVerdict', { cause: text, class: Type.Enum([...causeClasses]), ...verdictFacts });
export type PageVerdict = Static<typeof PageVerdict>;

const BaselineRun = orNull(Type.Object({ name: text, scheduled: Type.Number() }));

/** The runs that a run is compared with: the last `runs` runs of its suite on `base`, from `first` to `last`. */
export const Baseline = shape('Baseline', {
  base: text,
  /** The branches to choose from. */
  bases: Type.Array(text),
  /** Whether the request named the branch. */
  chosen: Type.Boolean(),
  runs: integer,
  first: BaselineRun,
  last: BaselineRun,
});
export type Baseline = Static<typeof Baseline>;

const RunVerdict = shape('RunVerdict', {
  ...KnownCause.properties,
  /** The number of jobs of the run that ended with it. */
  jobs: integer,
  is_new: Type.Boolean(),
  /** The first error in the log of one of them, if known, in at most 300 characters. */
  error: textOrNull,
  ...verdictFacts,
});

type RunVerdict = Static<typeof RunVerdict>;

/** The verdicts on all causes of a run, new causes first, then by number of jobs. */
const RunVerdicts = shape('RunVerdicts', {
  run: RunItem,
  baseline: Baseline,
  /** The number of failed jobs. A job with several failed test cases counts under several causes. */
  failed: integer,
  verdicts: Type.Array(RunVerdict),
});
export type RunVerdicts = Static<typeof RunVerdicts>;

const runVerdicts = {
  summary: 'Verdicts on the failures of a run (new, since a run, flaky, known or the lab), with their numbers',
  params: runPath,
  querystring: only({ base: baseParameter, at: atParameter, ...latestOf }),
  response: answers(RunVerdicts),
};

const runVerdictsCsv = {
  ...runVerdicts,
  summary: 'The verdicts on the failures of a run as CSV',
  response: textAnswers('text/csv'),
};

const runVerdictsText = {
  ...runVerdicts,
  summary: 'The verdicts on the failures of a run as Markdown',
  response: textAnswers('text/markdown'),
};

/** `GET /runs/:run/verdicts?base=`, also with the endings `.json`, `.csv` and `.md`. */
export function runVerdictRoutes(app: ApiServer, context: ApiContext): void {
  for (const path of ['/runs/:run/verdicts', '/runs/:run/verdicts.json'] as const) {
    app.get(path, { schema: runVerdicts, config: large }, async ({ params, query }) =>
      readVerdicts(context, params.run, query),
    );
  }
  app.get('/runs/:run/verdicts.csv', { schema: runVerdictsCsv, config: large }, async ({ params, query }, reply) => {
    const found = await readVerdicts(context, params.run, query);
    const file = encodeURIComponent(`${found.run.name}-verdicts.csv`);
    reply.header('content-disposition', `attachment; filename*=UTF-8''${file}`);
    return sendText(reply, 'text/csv', csvOf(found));
  });
  app.get('/runs/:run/verdicts.md', { schema: runVerdictsText, config: large }, async ({ params, query }, reply) =>
    sendText(reply, 'text/markdown', markdownOf(await readVerdicts(context, params.run, query))),
  );
}

/** The runs that a run is compared with. Refuses a `base` that is neither a base branch nor has earlier runs of this suite. */
export async function comparisonOf({ db, config }: ApiContext, run: RunRow, base = ''): Promise<Compared> {
  const bases = await basesOf(db, config.base_branches);
  const compared = await comparedWith(db, run, bases, base === '' ? undefined : base);
  if (base !== '' && !bases.includes(base) && compared.baseline.length === 0) {
    refuse('base', "parameter 'base' must be a branch on which this suite ran in the previous 60 days");
  }
  return compared;
}

/** The time of a parameter `at`, in microseconds: the end of its millisecond. */
export function decidedAt(at: number | undefined): number | undefined {
  return at === undefined ? undefined : at * 1000 + 999;
}

/** A comparison as `/api` shows it. */
export function baselineItem({ base, bases, chosen, baseline }: Compared): Baseline {
  const named = (row: RunRow | undefined) => {
    if (row === undefined) return null;
    const { name, scheduled } = headOf(row);
    return { name, scheduled };
  };
  return { base, bases, chosen, runs: baseline.length, first: named(baseline[0]), last: named(baseline.at(-1)) };
}

/** Verdicts as the page of a run shows them. */
export function verdictItems(judged: readonly Judged[]): PageVerdict[] {
  return judged.map(({ cause, verdict }) => ({ ...rounded(verdict), class: cause.class }));
}

/** Rounds shares and probabilities to three digits. Further digits are not significant, and compress worst. */
function rounded<Said extends Verdict>(verdict: Said): Said {
  const digits = (value: number) => Number(value.toPrecision(3));
  const { lo, hi, p, blame } = verdict;
  return {
    ...{ ...verdict, lo: digits(lo), hi: digits(hi), p: p === null ? null : digits(p) },
    blame: blame && { ...blame, p: digits(blame.p) },
  };
}

/** The verdicts on the failures of a run, given by its name. `at`, in milliseconds, selects the decisions in force at that time. */
export async function readVerdicts(
  context: ApiContext,
  name: string,
  { base, at, ...latest }: LatestOf & { base?: string; at?: number },
): Promise<RunVerdicts> {
  const { db, now } = context;
  const run = orThrow(await findRun(db, name, latest));
  const compared = await comparisonOf(context, run, base);
  const jobs = await allOf(judgedJobs(db, run.id));
  const judged = await verdictsOf(db, compared, jobs, now(), decidedAt(at));
  const errors = await errorsOfCauses(db, run.id);
  const head = headOf(run);
  const verdicts = judged.map(({ cause, jobs, verdict: exact }) => {
    const { cause: _, ...verdict } = rounded(exact);
    return { ...cause, jobs, is_new: isNew(verdict, head), error: errors.get(cause.id) ?? null, ...verdict };
  });
  verdicts.sort((a, b) => Number(b.is_new) - Number(a.is_new) || b.jobs - a.jobs || (a.title < b.title ? -1 : 1));
  const failed = jobs.filter(({ signature }) => signature !== null).length;
  return { run: runItem(run), baseline: baselineItem(compared), failed, verdicts };
}

const csvColumns = [
  'run,base,verdict,is_new,id,kind,class,title,jobs,sentence,c,m,k,n,lo,hi,p,runs,runs_with',
  'since,since_scheduled,last_without,last_with,facets,in_common',
  'decision,decided_class,issue_url,decided_by,note,past,error',
]
  .join(',')
  .split(',');

function csvOf({ run, baseline, verdicts }: RunVerdicts): string {
  const row = (one: RunVerdict) => [
    ...[run.name, baseline.base, one.verdict, String(one.is_new), one.id, one.kind, one.class, one.title, one.jobs],
    ...[one.sentence, one.c, one.m, one.k, one.n, one.lo, one.hi, one.p, one.runs, one.runs_with],
    ...[one.since?.run.name ?? null, csvTime(one.since?.run.scheduled ?? null)],
    ...[one.last_without?.name ?? null, one.last_with?.name ?? null],
    ...[one.blame && facetsText(one.blame.facets), one.blame && blameText(one)],
    ...[one.decision?.id ?? null, one.decision?.class ?? null, one.decision?.issue_url ?? null],
    ...[one.decision?.author ?? null, one.decision?.note ?? null, one.past, one.error],
  ];
  return [csvColumns, ...verdicts.map(row)].map(csvLine).join('');
}

function markdownOf({ run, baseline: { base, runs, first, last }, failed, verdicts }: RunVerdicts): string {
  const fresh = verdicts.filter((one) => one.is_new).length;
  const compared =
    first === null || last === null
      ? `There is no earlier run of ${escapeMarkdown(run.suite)} on ${escapeMarkdown(base)} to compare with.`
      : `Compared with ${plural(runs, 'run')} on ${escapeMarkdown(base)}, ${escapeMarkdown(first.name)} to ${escapeMarkdown(last.name)}.`;
  const line = (one: RunVerdict) => {
    const common =
      one.blame === null ? '' : ` In common: ${escapeMarkdown(`${facetsText(one.blame.facets)}; ${blameText(one)}`)}`;
    const count = plural(one.jobs, 'job');
    const said = one.decision === null ? (one.past ?? '') : decisionText(one.decision);
    const people = said === '' ? '' : ` Decided: ${escapeMarkdown(said)}.`;
    const cause = `${escapeMarkdown(one.title)} (${one.id})`;
    const log = one.error === null ? '' : ` Log: ${escapeMarkdown(one.error)}`;
    return `- **${one.verdict}** ${count}: ${cause}. ${escapeMarkdown(one.sentence)}${common}${people}${log}\n`;
  };
  const head = `# ${escapeMarkdown(run.name)}\n\n${plural(verdicts.length, 'cause')} in ${plural(failed, 'job')}, ${fresh} of them new. ${compared}\n`;
  return `${head}${verdicts.length > 0 ? '\n' : ''}${verdicts.map(line).join('')}`;
}
