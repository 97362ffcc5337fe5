/** What a person decides on the causes of a run, before it is sent; pure functions of their arguments. */
import {
  believed,
  type DecisionClass,
  type DecisionScope,
  decisionName,
  isAsWide,
  isIssue,
  issueName,
  type Place,
  placeOf,
  usualScope,
} from '../../../../src/core/decisions/decision.ts';
import { decided, standingAfter } from '../../../../src/core/decisions/standing.ts';
import { isSettled } from '../../../../src/core/verdicts/bands.ts';
import type { DecisionItem, ListedDecision, NewDecision } from '../../../../src/http/api/decisions.ts';
import type { LiveEvents } from '../../../../src/http/api/events.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { PageVerdict } from '../../../../src/http/api/run-verdicts.ts';
import type { FailureRow } from './failure-rows.ts';
import type { Group } from './groups.ts';

/** A decision as it is typed. */
export interface Draft {
  class: DecisionClass;
  issue_url: string;
  note: string;
  scope: DecisionScope;
  /** What was decided when the form was opened. */
  before: DecisionItem | null;
}

/** Changes the page as it is shown, until the server sends it again. */
export type Patch = (change: (page: RunPage) => RunPage) => void;

/** The run as far as decisions go. */
export function placeIn({ run, baseline }: RunPage): Place {
  return placeOf(run, baseline.bases);
}

/** What the form has at first: what was decided, or what the server believes. */
export function draftOf(verdict: PageVerdict, page: RunPage): Draft {
  const { decision } = verdict;
  if (decision !== null) {
    const { class: kind, issue_url, note, scope } = decision;
    return { class: kind, issue_url: issue_url ?? '', note, scope, before: decision };
  }
  const place = placeIn(page);
  const kind = believed(verdict, place);
  return { class: kind, issue_url: '', note: '', scope: usualScope(kind, place), before: null };
}

/** The draft with another class: what a branch has caused goes no further, everything else as far as usual. */
export function withClass(draft: Draft, kind: DecisionClass, place: Place): Draft {
  const isNarrow = kind === 'caused by this branch' && !isAsWide('branch', draft.scope);
  const wasNarrow = draft.class === 'caused by this branch' && draft.scope === usualScope(draft.class, place);
  return { ...draft, class: kind, scope: isNarrow || wasNarrow ? usualScope(kind, place) : draft.scope };
}

/** What is sent. A decision as wide as the one before takes its place; a narrower one leaves it to others. */
export function bodyOf(draft: Draft, cause: string, run: string, key: string): NewDecision {
  const { issue_url, note, before, ...rest } = draft;
  return {
    ...{ run, cause, ...rest, key },
    ...(issue_url.trim() !== '' && { issue_url: issue_url.trim() }),
    ...(note.trim() !== '' && { note: note.trim() }),
    ...(before !== null && isAsWide(draft.scope, before.scope) && { replaces: before.id }),
  };
}

/** Why a draft cannot be sent, or null. */
export function problemOf({ issue_url }: Draft): string | null {
  const text = issue_url.trim();
  return text === '' || isIssue(text) ? null : 'The issue must be an address that begins with https:// or http://.';
}

/** The scopes in words, those that a class can have. */
export function scopesFor(kind: DecisionClass, { branch, base }: Place): [DecisionScope, string][] {
  const all: [DecisionScope, string][] = [
    ['base', `${base} and its branches`],
    ['branch', `branch ${branch}`],
    ['run', 'this run'],
    ['everywhere', 'everywhere'],
  ];
  return all.filter(([scope]) => {
    if (scope === 'branch') return branch !== '';
    return kind !== 'caused by this branch' || scope === 'run';
  });
}

/** The page with a decision on one of its causes, until the server sends the page again. */
export function withDecision(page: RunPage, cause: string, decision: DecisionItem | null): RunPage {
  const verdicts = page.verdicts.map((verdict) =>
    verdict.cause === cause
      ? { ...verdict, ...decided({ ...verdict, ...measuredOf(verdict) }, { decision, past: null }) }
      : verdict,
  );
  return { ...page, verdicts };
}

function measuredOf(verdict: PageVerdict) {
  return { verdict: verdict.measured, sentence: plainSentence(verdict) };
}

/** The page after what an event told of decisions: the causes, and those that were made on them; null when it must be read again. */
export function withTold(page: RunPage, { names, made }: LiveEvents['decisions']): RunPage | null {
  const run = { ...placeIn(page), scheduled: page.run.scheduled };
  const onPage = new Map(page.verdicts.map((verdict) => [verdict.cause, verdict.decision]));
  let shown = page;
  for (const cause of names.filter((name) => onPage.has(name))) {
    const before = onPage.get(cause) ?? null;
    const said = made.find((one) => one.cause === cause);
    const after = said && standingAfter(before, said, run);
    if (after === undefined) return null;
    if (after?.id !== before?.id) shown = withDecision(shown, cause, after);
  }
  return shown;
}

/** The page with what was said of a cause before a decision on it, until the server sends the page again. */
export function withVerdict(page: RunPage, before: PageVerdict): RunPage {
  return { ...page, verdicts: page.verdicts.map((verdict) => (verdict.cause === before.cause ? before : verdict)) };
}

/** The sentence of a verdict without the name of the issue that a decision puts before it. */
export function plainSentence({ sentence, decision }: Pick<PageVerdict, 'sentence' | 'decision'>): string {
  const name = decision?.issue_url ? `${decisionName(decision)}: ` : '';
  return sentence.startsWith(name) ? sentence.slice(name.length) : sentence;
}

/** What people said of a cause in one line: "#61233 product bug · ana"; empty for nothing. */
export function decidedWords({ decision, past }: Pick<PageVerdict, 'decision' | 'past'>): string {
  if (decision === null) return past ?? '';
  const name = decision.issue_url === null ? '' : `${decisionName(decision)} `;
  return `${name}${decision.class} · ${decision.author}`;
}

/** Whether nobody has decided on a group. */
export function isUndecided({ verdict }: Pick<Group, 'verdict'>): boolean {
  return verdict !== null && verdict.decision === null;
}

function isLeft({ verdict }: Pick<Group, 'verdict'>): boolean {
  return verdict !== null && !isSettled(verdict);
}

/**
 * The cause to decide on after or before a row in a list, which goes on at its other end: what is known without a decision comes when
 * nothing else is left. Null when there is none. `from` is the key of the group that the row belongs to.
 */
export function nextUndecided(rows: readonly FailureRow[], from: string | null, step: 1 | -1): Group | null {
  const groups = rows.flatMap((row) => (row.kind === 'group' ? [row.group] : []));
  const at = groups.findIndex(({ id }) => id === from);
  const start = at === -1 ? (step === 1 ? 0 : groups.length - 1) : at + step;
  const inOrder = groups.map((_, moved) => groups.at((start + step * moved) % groups.length) as Group);
  const others = inOrder.filter(({ id }) => id !== from);
  return others.find(isLeft) ?? others.find(isUndecided) ?? null;
}

/** An issue, what it was named for, and whether that was this cause. */
export interface SuggestedIssue {
  url: string;
  why: string;
  isSame: boolean;
}

const mostSuggested = 20;

/** Issues that were named for the cause come first, then those of other causes of the run, then the newest of any. */
export function suggestedIssues(
  cause: string,
  here: readonly DecisionItem[],
  elsewhere: readonly ListedDecision[],
): SuggestedIssue[] {
  const valid = elsewhere.filter((one) => one.withdrawn_at === null && !one.replaced);
  const all = [...here, ...valid].sort((a, b) => Number(b.cause === cause) - Number(a.cause === cause));
  const found = new Map<string, SuggestedIssue>();
  for (const { issue_url: url, class: kind, scope_of, author, title, ...one } of all) {
    if (url === null || found.has(url)) continue;
    const isSame = one.cause === cause;
    const why = isSame ? `${kind}${scope_of === null ? '' : ` on ${scope_of}`}, by ${author}` : title;
    found.set(url, { url, why: `${issueName(url)} ${why}`, isSame });
  }
  return [...found.values()].slice(0, mostSuggested);
}
