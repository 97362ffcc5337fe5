import { type Static, type TProperties, Type } from 'typebox';
import { decisionClasses, decisionScopes, longestIssue } from '../../core/decisions/decision.ts';
import { verdictNames } from '../../core/verdicts/verdict.ts';
import { shape } from '../operations.ts';
import {
  answers,
  Counts,
  integer,
  latestOf,
  numberOrNull,
  optional,
  query,
  runPath,
  text,
  textAnswers,
  textOrNull,
} from './schema.ts';

/** What somebody said of a cause; see `Decision` of core/decisions/decision.ts. */
export const DecisionItem = shape('DecisionItem', {
  id: integer,
  cause: text,
  version: integer,
  kind: text,
  title: text,
  class: Type.Enum([...decisionClasses]),
  issue_url: textOrNull,
  note: text,
  scope: Type.Enum([...decisionScopes]),
  /** The run or the branch; null for "everywhere". */
  scope_of: textOrNull,
  run: text,
  author: text,
  /** Whether a token or a proxy vouched for the author. */
  verified: Type.Boolean(),
  created: Type.Number(),
  replaces: numberOrNull,
  until: numberOrNull,
  withdrawn_by: textOrNull,
  withdrawn_at: numberOrNull,
});
export type DecisionItem = Static<typeof DecisionItem>;

/** What people said of a cause in a run. */
export const standingFacts = {
  /** The decision that holds. */
  decision: Type.Union([DecisionItem, Type.Null()]),
  /** Why there is none although there was one. */
  past: textOrNull,
};

/** A decision in a list, with what became of it. */
const ListedDecision = shape('ListedDecision', {
  ...DecisionItem.properties,
  /** Whether another decision has taken its place. */
  replaced: Type.Boolean(),
  /** Causes that its jobs went to when the rules changed, when none of them has most: somebody needs to look. */
  scattered: Type.Array(text),
});
export type ListedDecision = Static<typeof ListedDecision>;

/** One page; `next` goes into `after`. */
export const DecisionList = shape('DecisionList', { decisions: Type.Array(ListedDecision), next: numberOrNull });
export type DecisionList = Static<typeof DecisionList>;

const filters = { cause: optional('id of a cause'), run: optional('a run: only decisions that reach it') };

/** `GET /api/decisions`, also `.json`. */
export const decisionList = {
  summary: 'What people said of causes, newest first, also what was replaced or withdrawn',
  querystring: query({
    ...filters,
    after: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '"next" of the page before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'how many; 50 when it is missing' })),
  }),
  response: answers(DecisionList),
};

/** `GET /api/decisions.csv`. */
export const decisionFile = {
  summary: 'All of them as CSV',
  querystring: query(filters),
  response: textAnswers('text/csv'),
};

/** A text that its author chooses: the same request with the same key is carried out once. */
const key = Type.Optional(
  Type.String({ minLength: 1, maxLength: 64, description: 'chosen by the client: repeating it repeats nothing' }),
);

/** An object with these keys and no others. */
function body<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

/** What a client sends. */
const NewDecision = body({
  run: Type.String({ minLength: 1, maxLength: 512, description: 'a run with the cause' }),
  cause: Type.String({ minLength: 1, maxLength: 64, description: 'id of the cause' }),
  class: Type.Enum([...decisionClasses]),
  issue_url: Type.Optional(Type.String({ maxLength: longestIssue, description: 'of http or https' })),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
  scope: Type.Optional(
    Type.Enum([...decisionScopes], {
      description: 'where it holds; "base" (of the branch of the run) when it is missing, "branch" if that caused it',
    }),
  ),
  until: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 8_640_000_000_000,
      description: 'not for runs that are scheduled later, in milliseconds since the epoch',
    }),
  ),
  replaces: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  key,
});
export type NewDecision = Static<typeof NewDecision>;

/** `POST /api/decisions`. */
export const makeDecision = {
  summary: 'Says what a cause is; answers the decision',
  body: NewDecision,
  querystring: query({}),
  response: answers(DecisionItem),
};

/** `POST /api/decisions/{id}/withdraw`. */
export const withdrawDecision = {
  summary: 'Withdraws a decision; answers it',
  params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
  body: body({}),
  querystring: query({}),
  response: answers(DecisionItem),
};

const FrozenCause = shape('FrozenCause', {
  cause: text,
  title: text,
  jobs: integer,
  verdict: Type.Enum([...verdictNames]),
  sentence: text,
  decision: Type.Union([Type.Object({ class: text, issue_url: textOrNull, note: text, author: text }), Type.Null()]),
});

/** What a run said, and what was decided on it, when it was reviewed. */
export const Frozen = shape('Frozen', {
  sha1: textOrNull,
  base: text,
  counts: Counts,
  undecided: integer,
  causes: Type.Array(FrozenCause),
  /** How many causes are left out. */
  more: integer,
});
export type Frozen = Static<typeof Frozen>;

/** Who reviewed a run; `verdict` is "ok to merge", "not ok" or any other text. */
export const reviewFacts = { verdict: text, author: text, verified: Type.Boolean(), created: Type.Number() };

/** A review with what the run said then. */
const ReviewItem = shape('ReviewItem', { id: integer, run: text, ...reviewFacts, frozen: Frozen });
export type ReviewItem = Static<typeof ReviewItem>;

/** The reviews of a run, newest first; at most the last 100, and 2 MB of what was frozen. */
export const ReviewList = shape('ReviewList', { reviews: Type.Array(ReviewItem) });
export type ReviewList = Static<typeof ReviewList>;

/** `GET /api/runs/{run}/reviews`. */
export const reviewList = {
  summary: 'Who reviewed a run, and what it said then',
  params: runPath,
  querystring: query(latestOf),
  response: answers(ReviewList),
};

/** `POST /api/runs/{run}/review`. */
export const makeReview = {
  summary: 'Says that a run has been reviewed; answers the review with what the run says now',
  params: runPath,
  body: body({
    verdict: Type.String({ minLength: 1, maxLength: 300, description: '"ok to merge", "not ok" or any other text' }),
    key,
  }),
  querystring: query({}),
  response: answers(ReviewItem),
};
