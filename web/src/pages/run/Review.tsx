import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { isSettled } from '../../../../src/core/verdicts/bands.ts';
import type { ReviewItem, ReviewList } from '../../../../src/http/api/reviews.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import { useUrlState } from '../../lib/address.ts';
import { sendJson, useApi, useAttempt } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/Toast.tsx';
import type { Patch } from './triage.ts';
import { NotSaved, useWho, WhoField } from './Who.tsx';

interface ReviewProps {
  page: RunPage;
  patch: Patch;
}

/** The last review, and a button to review a run in which all causes are decided. */
export function Review({ page, patch }: ReviewProps) {
  const { run, verdicts } = page;
  const [at] = useUrlState('at', '');
  const [asked, setAsked] = useState(false);
  const isOver = run.status.startsWith('finished');
  const isReady = at === '' && isOver && verdicts.every(isSettled);
  useKeys({ r: () => setAsked(true) }, isReady);
  return (
    <>
      {run.review !== null && (
        <span>
          reviewed: <b>{run.review.verdict}</b> by {run.review.author},{' '}
          <Link href={pagePath.run(run.name, { at: String(run.review.created) })}>
            <Time at={run.review.created} />
          </Link>
        </span>
      )}
      {isReady && (
        <Button onClick={() => setAsked(true)}>
          Mark reviewed… <kbd>r</kbd>
        </Button>
      )}
      <Dialog open={asked} title="Review this run" onClose={() => setAsked(false)}>
        <ReviewForm page={page} patch={patch} onDone={() => setAsked(false)} />
      </Dialog>
    </>
  );
}

const choices = ['ok to merge', 'not ok', ''];

function useReview({ page, patch }: ReviewProps) {
  const [key] = useState(() => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`);
  return async (verdict: string) => {
    // A retry with the same words has the same key, so that it does not add a review if only the first response was lost.
    const body = { verdict, key: `${key}-${verdict}`.slice(0, 64) };
    const made = await sendJson<ReviewItem>(apiPath.review(page.run.name), 'POST', body);
    const { author, verified, created } = made;
    patch((old) => ({ ...old, run: { ...old.run, review: { verdict, author, verified, created } } }));
    toast(`Reviewed: ${verdict}`);
  };
}

/** React focuses the input before the dialog is shown, and the dialog then focuses its first button. The attribute makes it focus the input. */
function focusFirst(input: HTMLInputElement | null): void {
  input?.setAttribute('autofocus', '');
}

function ReviewForm({ page, patch, onDone }: ReviewProps & { onDone: () => void }) {
  const [choice, setChoice] = useState(choices[0] ?? '');
  const [words, setWords] = useState('');
  const { problem, attempt } = useAttempt();
  const who = useWho();
  const review = useReview({ page, patch });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const isSaved = await attempt(async () => {
      await who.give();
      await review(choice === '' ? words.replace(/\s+/g, ' ').trim() : choice);
    });
    if (isSaved) onDone();
  };
  return (
    <form className="decide" onSubmit={(event) => void send(event)}>
      <p>The review records the current verdicts and decisions of the run.</p>
      <fieldset className="choices">
        <legend>Verdict</legend>
        {choices.map((one, index) => (
          <label key={one} className="choice">
            <input
              type="radio"
              name="verdict"
              ref={index === 0 ? focusFirst : undefined}
              checked={choice === one}
              onChange={() => setChoice(one)}
            />{' '}
            {one === '' ? 'other words' : one}
          </label>
        ))}
      </fieldset>
      {choice === '' && (
        <label className="decide-line">
          Words <input required maxLength={300} value={words} onChange={(event) => setWords(event.target.value)} />
        </label>
      )}
      <WhoField who={who} />
      <NotSaved problem={problem} />
      <p className="line">
        <Button type="submit">
          Save <kbd>Enter</kbd>
        </Button>
      </p>
    </form>
  );
}

/** Says that the page shows the decisions of an earlier time. If there is a review of that time, also shows its verdicts. */
export function Frozen({ page }: { page: RunPage }) {
  const [at, setAt] = useUrlState('at', '');
  const time = Number(at);
  const isFrozen = at !== '' && Number.isFinite(time);
  const { data } = useApi<ReviewList>(isFrozen ? apiPath.reviews(page.run.name) : null);
  if (!isFrozen) return null;
  const review = data?.reviews.find(({ created }) => created === time);
  return (
    <div className="frozen">
      <p className="line">
        <b>
          Decisions as of <Time at={time} />
        </b>
        {review && (
          <span>
            reviewed: <b>{review.verdict}</b> by {review.author}
          </span>
        )}
        <Button onClick={() => setAt('')}>Show current decisions</Button>
      </p>
      {review && (
        <details>
          <summary>
            At that time: {plural(review.frozen.causes.length + review.frozen.more, 'cause')}, {review.frozen.undecided}{' '}
            undecided
          </summary>
          <ul className="plain-list">
            {review.frozen.causes.map(({ cause, title, jobs, sentence, decision }) => (
              <li key={cause}>
                <b>{jobs}×</b> <span className="mono">{title}</span> {sentence}{' '}
                {decision === null ? 'Undecided.' : `${decision.class}, by ${decision.author}.`}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
