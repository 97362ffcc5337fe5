import { type Static, Type } from 'typebox';
import { causeClasses } from '../../core/signature-class.ts';
import { verdictNames } from '../../core/verdicts/verdict.ts';
import { shape } from '../operations.ts';
import { standingFacts } from './decision-schema.ts';
import {
  answers,
  integer,
  KnownCause,
  latestOf,
  numberOrNull,
  optional,
  query,
  RunItem,
  runPath,
  text,
  textAnswers,
  textOrNull,
} from './schema.ts';

/** The branch to compare with. */
export const baseParameter = optional(
  'the branch to compare with, instead of the one that the name of the branch says',
);

/** When to look at decisions. */
export const atParameter = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: 8_640_000_000_000,
    description: 'decisions as they were then, in milliseconds since the epoch',
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
const NamedRunOrNull = Type.Union([NamedRun, Type.Null()]);

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
  /** What the numbers say without the decision. */
  measured: Type.Enum([...verdictNames]),
  sentence: text,
  blame: Type.Union([Blame, Type.Null()]),
  c: integer,
  m: integer,
  k: integer,
  n: integer,
  lo: Type.Number(),
  hi: Type.Number(),
  p: numberOrNull,
  runs: integer,
  runs_with: integer,
  since: Type.Union([Type.Object({ run: NamedRun, k: integer, n: integer }), Type.Null()]),
  last_without: NamedRunOrNull,
  last_with: NamedRunOrNull,
  outage: Type.Union([Outage, Type.Null()]),
  ...standingFacts,
};

/** What is said of a cause; `cause` is its id. */
export const PageVerdict = shape('PageVerdict', { cause: text, class: Type.Enum([...causeClasses]), ...verdictFacts });
export type PageVerdict = Static<typeof PageVerdict>;

const BaselineRun = Type.Union([Type.Object({ name: text, scheduled: Type.Number() }), Type.Null()]);

/** What a run is compared with: the last `runs` runs of its suite on `base`, of which the `first` and the `last` are named. */
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
  /** How many jobs of the run ended with it. */
  jobs: integer,
  is_new: Type.Boolean(),
  /** The first error in the log of one of them, perhaps, in at most 300 characters. */
  error: textOrNull,
  ...verdictFacts,
});

/** What is said of every cause of a run: new ones first, then by number of jobs. */
export const RunVerdicts = shape('RunVerdicts', {
  run: RunItem,
  baseline: Baseline,
  /** How many jobs failed. A job with several failed test cases counts under several causes. */
  failed: integer,
  verdicts: Type.Array(RunVerdict),
});
export type RunVerdicts = Static<typeof RunVerdicts>;

/** `GET /api/runs/{run}/verdicts`, also `.json`. */
export const runVerdicts = {
  summary: 'What is said of the failures of a run: new, since a run, flaky, known or the lab, with the numbers',
  params: runPath,
  querystring: query({ base: baseParameter, at: atParameter, ...latestOf }),
  response: answers(RunVerdicts),
};

/** `GET /api/runs/{run}/verdicts.csv`. */
export const runVerdictsCsv = { ...runVerdicts, summary: 'The same as CSV', response: textAnswers('text/csv') };

/** `GET /api/runs/{run}/verdicts.md`. */
export const runVerdictsText = {
  ...runVerdicts,
  summary: 'The same as Markdown',
  response: textAnswers('text/markdown'),
};
