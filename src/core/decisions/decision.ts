/** What people say of a cause of failures, and where that holds. */
import type { CauseClass } from '../signature-class.ts';
import { baseOf } from '../verdicts/baseline.ts';
import type { Verdict } from '../verdicts/verdict.ts';

/** What a failure is. */
export const decisionClasses = [
  'product bug',
  'test bug',
  'infra',
  'known flaky',
  'caused by this branch',
  'unclear',
  'nothing to do',
] as const;
/** One of `decisionClasses`. */
export type DecisionClass = (typeof decisionClasses)[number];

/** How far a decision reaches, the narrowest first: `base` is a base branch and the branches that are compared with it. */
export const decisionScopes = ['run', 'branch', 'base', 'everywhere'] as const;
/** One of `decisionScopes`. */
export type DecisionScope = (typeof decisionScopes)[number];

/** A decision. Apart from its withdrawal it never changes. Times in milliseconds since the Unix epoch. */
export interface Decision {
  id: number;
  scope: DecisionScope;
  /** The run or the branch that it holds for; null for `everywhere`. */
  scope_of: string | null;
  /** The id, version, kind and title of the cause when it was made. */
  cause: string;
  version: number;
  kind: string;
  title: string;
  class: DecisionClass;
  issue_url: string | null;
  note: string;
  /** The run in which it was made. */
  run: string;
  author: string;
  /** Whether a token or a proxy vouched for the author. */
  verified: boolean;
  created: number;
  /** The decision that it takes the place of. */
  replaces: number | null;
  /** It does not hold in runs that are scheduled later. */
  until: number | null;
  withdrawn_by: string | null;
  withdrawn_at: number | null;
}

/** A run as far as decisions go. `base` is the base of its branch. */
export interface Place {
  name: string;
  branch: string;
  base: string;
}

/** A run as far as decisions go; `bases` are the base branches. */
export function placeOf({ name, branch }: Omit<Place, 'base'>, bases: readonly string[]): Place {
  return { name, branch, base: baseOf(branch, bases) };
}

/** The scope of a decision that is made in a run, or why it cannot have this one, in words. */
export function reachOf(scope: DecisionScope, place: Place): Pick<Decision, 'scope' | 'scope_of'> | string {
  if (scope === 'everywhere') return { scope, scope_of: null };
  if (scope === 'branch' && place.branch === '') return 'the run has no branch';
  return { scope, scope_of: { run: place.name, branch: place.branch, base: place.base }[scope] };
}

/** The scope that a decision has when nobody says another: what a branch itself has caused does not reach its base. */
export function usualScope(kind: DecisionClass, { branch }: Pick<Place, 'branch'>): DecisionScope {
  if (branch === '') return 'run';
  return kind === 'caused by this branch' ? 'branch' : 'base';
}

/** Whether a decision reaches a run. One of a branch never reaches its base, nor other branches of that. */
export function reaches(
  { scope, scope_of }: Pick<Decision, 'scope' | 'scope_of'>,
  { name, branch, base }: Place,
): boolean {
  if (scope === 'everywhere') return true;
  return scope_of === { run: name, branch, base }[scope];
}

/** Whether a scope is as wide as another one, or wider. */
export function isAsWide(a: DecisionScope, b: DecisionScope): boolean {
  return decisionScopes.indexOf(a) >= decisionScopes.indexOf(b);
}

/** The longest address of an issue, in UTF-16 units. */
export const longestIssue = 500;

/** Whether a text is the address of an issue: of http or https, without spaces. */
export function isIssue(text: string): boolean {
  return text.length <= longestIssue && /^https?:\/\/[^\s/<>"`][^\s<>"`]*$/i.test(text) && URL.canParse(text);
}

/** An issue in few words: "#61233", or its address without what stands before the host. */
export function issueName(url: string): string {
  const number = /[/#=-](\d{1,12})\/?$/.exec(url)?.[1];
  return number === undefined ? url.replace(/^https?:\/\//i, '').slice(0, 60) : `#${number}`;
}

/** A decision in one line: "product bug, https://…, by ana: see the log". */
export function decisionText({
  class: kind,
  issue_url,
  author,
  note,
}: Pick<Decision, 'class' | 'issue_url' | 'author' | 'note'>): string {
  const where = issue_url === null ? '' : `, ${issue_url}`;
  return `${kind}${where}, by ${author}${note === '' ? '' : `: ${note}`}`;
}

/** A decision in few words: "#61233", or its class. */
export function decisionName({ issue_url, class: kind }: Pick<Decision, 'issue_url' | 'class'>): string {
  return issue_url === null ? kind : issueName(issue_url);
}

/** The class that a decision on a cause probably gets: what the server believes, which people accept or correct. */
export function believed(
  { verdict, class: kind }: Pick<Verdict, 'verdict'> & { class: CauseClass },
  { branch, base }: Pick<Place, 'branch' | 'base'>,
): DecisionClass {
  if (verdict === 'INFRA') return 'infra';
  if (verdict === 'FLAKY' || verdict === 'KNOWN') return 'known flaky';
  // What begins on a branch of its own began with the branch; SINCE counts runs of the base.
  if ((verdict === 'NEW' || verdict === 'ROSE') && branch !== base) return 'caused by this branch';
  return kind === 'product' && verdict !== 'UNSEEN' ? 'product bug' : 'unclear';
}
