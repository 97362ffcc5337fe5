/** Decisions on the causes of a run before they are sent; pure functions of their arguments. */
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

/** A decision that is being entered. */
export interface Draft {
  class: DecisionClass;
  issue_url: string;
  note: string;
  scope: DecisionScope;
  /** The decision that applied when the form was opened. */
  before: DecisionItem | null;
}

/** Changes the displayed page until the server sends it again. */
export type Patch = (change: (page: RunPage) => RunPage) => void;

/** The properties of the run that determine which decisions apply. */
export function placeIn({ run, baseline }: RunPage): Place {
  return placeOf(run, baseline.bases);
}

/** The initial contents of the form: the current decision, or the one that the server proposes. */
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

/** The draft with another class. Its scope becomes the usual one if the new class requires a narrower scope, or if the old class had narrowed it. */
export function withClass(draft: Draft, kind: DecisionClass, place: Place): Draft {
  const isNarrow = kind === 'caused by this branch' && !isAsWide('branch', draft.scope);
  const wasNarrow = draft.class === 'caused by this branch' && draft.scope === usualScope(draft.class, place);
  return { ...draft, class: kind, scope: isNarrow || wasNarrow ? usualScope(kind, place) : draft.scope };
}

/**
 * The body of the request. The decision replaces the previous one if its scope is at least as wide; otherwise the previous one still applies
 * elsewhere.
 */
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
  return text === '' || isIssue(text) ? null : 'The issue must be a URL that starts with https:// or http://.';
}

/** The possible scopes of a class, in words. */
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

/** The page after an event about decisions: `names` are the causes, `made` the new decisions on them. Null if the page must be read again. */
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

/** The page with an earlier verdict on a cause restored, until the server sends the page again. */
export function withVerdict(page: RunPage, before: PageVerdict): RunPage {
  return { ...page, verdicts: page.verdicts.map((verdict) => (verdict.cause === before.cause ? before : verdict)) };
}

/** The sentence of a verdict without the name of the issue, which a decision puts before it. */
export function plainSentence({ sentence, decision }: Pick<PageVerdict, 'sentence' | 'decision'>): string {
  const name = decision?.issue_url ? `${decisionName(decision)}: ` : '';
  return sentence.startsWith(name) ? sentence.slice(name.length) : sentence;
}

/** The decision on a cause in one line: "#61233 product bug · ana"; empty if there is none. */
export function decidedWords({ decision, past }: Pick<PageVerdict, 'decision' | 'past'>): string {
  if (decision === null) return past ?? '';
  const name = decision.issue_url === null ? '' : `${decisionName(decision)} `;
  return `${name}${decision.class} · ${decision.author}`;
}

/** Whether there is no decision on a group. */
export function isUndecided({ verdict }: Pick<Group, 'verdict'>): boolean {
  return verdict !== null && verdict.decision === null;
}

function isLeft({ verdict }: Pick<Group, 'verdict'>): boolean {
  return verdict !== null && !isSettled(verdict);
}

/**
 * The next or previous cause to decide on, starting from a row of a list and wrapping around at its ends. Causes that are known without a
 * decision come only after all others. Null if there is none. `from` is the key of the group of the row.
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

/** Suggested issues: first those that were named for this cause, then those of other causes of the run, then the newest of any cause. */
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
