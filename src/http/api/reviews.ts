import { type Static, Type } from 'typebox';
import { storable } from '../../core/input.ts';
import { milliseconds } from '../../core/time.ts';
import { isSettled } from '../../core/verdicts/bands.ts';
import { verdictNames } from '../../core/verdicts/verdict.ts';
import { reviewsOf } from '../../store/pages/decisions.ts';
import { findRun } from '../../store/pages/run-page.ts';
import { review } from '../../store/write/decisions.ts';
import { orThrow, refuse } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { large, ordinary } from '../turns.ts';
import { type ApiContext, type ApiServer, jsonBody } from './context.ts';
import { clientKey, type DecisionItem, named } from './decisions.ts';
import { readVerdicts } from './run-verdicts.ts';
import { answers, Counts, integer, latestOf, only, runPath, text, textOrNull } from './schema.ts';

const FrozenCause = shape('FrozenCause', {
  cause: text,
  title: text,
  jobs: integer,
  verdict: Type.Enum([...verdictNames]),
  sentence: text,
  decision: orNull(Type.Object({ class: text, issue_url: textOrNull, note: text, author: text })),
});

/** The results of a run and the decisions on them at the time of a review. */
const Frozen = shape('Frozen', {
  sha1: textOrNull,
  base: text,
  counts: Counts,
  undecided: integer,
  causes: Type.Array(FrozenCause),
  /** The number of causes that are left out. */
  more: integer,
});
type Frozen = Static<typeof Frozen>;

/** A review of a run with its results at that time. `verdict` is "ok to merge", "not ok" or any other text. */
const ReviewItem = shape('ReviewItem', {
  id: integer,
  run: text,
  verdict: text,
  author: text,
  verified: Type.Boolean(),
  created: Type.Number(),
  frozen: Frozen,
});
export type ReviewItem = Static<typeof ReviewItem>;

/** The reviews of a run, newest first; at most the last 100, with at most 2 MB of frozen results. */
const ReviewList = shape('ReviewList', { reviews: Type.Array(ReviewItem) });
export type ReviewList = Static<typeof ReviewList>;

const reviewList = {
  summary: 'The reviews of a run, with its results at that time',
  params: runPath,
  querystring: only(latestOf),
  response: answers(ReviewList),
};

const makeReview = {
  summary: 'Adds a review of a run and returns it with the current results of the run',
  params: runPath,
  body: only({
    verdict: Type.String({ minLength: 1, maxLength: 300, description: '"ok to merge", "not ok" or any other text' }),
    key: clientKey,
  }),
  response: answers(ReviewItem),
};

/** The most reviews in a list, and the most causes that a review keeps: the first ones in the order of the page. */
const shownReviews = 100;
const keptCauses = 200;

/** `POST /runs/:run/review` and `GET /runs/:run/reviews`. */
export function reviewRoutes(app: ApiServer, context: ApiContext): void {
  const { db, now } = context;
  app.get(
    '/runs/:run/reviews',
    { schema: reviewList, config: ordinary },
    async ({ params, query }): Promise<ReviewList> => {
      const run = orThrow(await findRun(db, params.run, query));
      return { reviews: await readReviews(context, run.name) };
    },
  );
  const writing = { config: { ...large, scope: 'triage' } as const, preValidation: jsonBody };
  app.post('/runs/:run/review', { schema: makeReview, ...writing }, async (request): Promise<ReviewItem> => {
    const by = named(request);
    const { key = null } = request.body;
    const verdict = storable(request.body.verdict).replace(/\s+/g, ' ').trim();
    if (verdict === '') refuse('verdict', "key 'verdict' must not be empty");
    const { run, frozen } = await freeze(context, request.params.run);
    const kept = { run, verdict, frozen: JSON.stringify(frozen) };
    const id = orThrow(await review(db, kept, { by, at: now(), key: key && storable(key) }));
    const [made] = await readReviews(context, run, id);
    return made as ReviewItem;
  });
}

async function readReviews({ db }: ApiContext, run: string, id?: number): Promise<ReviewItem[]> {
  const rows = await reviewsOf(db, run, { id, limit: shownReviews });
  return rows.map(({ client_key: _, frozen, verified, created, ...row }) => ({
    ...row,
    verified: Boolean(verified),
    created: milliseconds(created),
    frozen: JSON.parse(frozen) as Frozen,
  }));
}

/** The current results of a run. */
async function freeze(context: ApiContext, name: string): Promise<{ run: string; frozen: Frozen }> {
  const { run, baseline, verdicts } = await readVerdicts(context, name, {});
  const causes = verdicts.slice(0, keptCauses).map(({ id, title, jobs, verdict, sentence, decision }) => {
    return { cause: id, title, jobs, verdict, sentence, decision: decision && frozenDecision(decision) };
  });
  const undecided = verdicts.filter((verdict) => !isSettled(verdict)).length;
  const frozen = { sha1: run.sha1, base: baseline.base, counts: run.counts, undecided, causes };
  return { run: run.name, frozen: { ...frozen, more: verdicts.length - causes.length } };
}

function frozenDecision({ class: kind, issue_url, note, author }: DecisionItem) {
  return { class: kind, issue_url, note, author };
}
