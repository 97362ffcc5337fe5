import { storable } from '../../core/input.ts';
import { milliseconds } from '../../core/time.ts';
import { isSettled } from '../../core/verdicts/bands.ts';
import { reviewsOf } from '../../store/pages/decisions.ts';
import { findRun } from '../../store/pages/run-page.ts';
import { review } from '../../store/write/decisions.ts';
import { orThrow, refuse } from '../refusal.ts';
import { large, ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { type Frozen, makeReview, type ReviewItem, type ReviewList, reviewList } from './decision-schema.ts';
import { named } from './decisions.ts';
import { jsonBody } from './json-body.ts';
import { readVerdicts } from './run-verdicts.ts';

/** The reviews of a run that are listed, and the causes that one keeps: the first, in the order of the page. */
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

/** What a run says now. */
async function freeze(context: ApiContext, name: string): Promise<{ run: string; frozen: Frozen }> {
  const { run, baseline, verdicts } = await readVerdicts(context, name, {});
  const causes = verdicts.slice(0, keptCauses).map(({ id, title, jobs, verdict, sentence, decision }) => {
    const said = decision && {
      class: decision.class,
      issue_url: decision.issue_url,
      note: decision.note,
      author: decision.author,
    };
    return { cause: id, title, jobs, verdict, sentence, decision: said };
  });
  const undecided = verdicts.filter((verdict) => !isSettled(verdict)).length;
  const frozen = { sha1: run.sha1, base: baseline.base, counts: run.counts, undecided, causes };
  return { run: run.name, frozen: { ...frozen, more: verdicts.length - causes.length } };
}
