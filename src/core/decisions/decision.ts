/** Decisions of users on causes of failures, and where they apply. */
import type { CauseClass } from '../signature-class.ts';
import { baseOf } from '../verdicts/baseline.ts';
import type { Verdict } from '../verdicts/verdict.ts';

/** The possible classes of a failure. */
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

/** Where a decision applies, from narrow to wide. `base` is a base branch and the branches that are compared with it. */
export const decisionScopes = ['run', 'branch', 'base', 'everywhere'] as const;
/** One of `decisionScopes`. */
export type DecisionScope = (typeof decisionScopes)[number];

/** A decision. It never changes, except that it can be withdrawn. Times are in milliseconds since the Unix epoch. */
export interface Decision {
  id: number;
  scope: DecisionScope;
  /** The run or branch that it applies to; null for `everywhere`. */
  scope_of: string | null;
  /** The id, version, kind and title that the cause had when the decision was made. */
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
  /** Whether a token or a proxy vouches for the author. */
  verified: boolean;
  created: number;
  /** The decision that it replaces. */
  replaces: number | null;
  /** It does not apply to runs that are scheduled after this time. */
  until: number | null;
  withdrawn_by: string | null;
  withdrawn_at: number | null;
}

/** The properties of a run that determine which decisions apply. `base` is the base of its branch. */
export interface Place {
  name: string;
  branch: string;
  base: string;
}

/** The place of a run; `bases` are the base branches. */
export function placeOf({ name, branch }: Omit<Place, 'base'>, bases: readonly string[]): Place {
  return { name, branch, base: baseOf(branch, bases) };
}

/** The scope of a decision that is made in a run, or a text that says why the scope is not possible. */
export function reachOf(scope: DecisionScope, place: Place): Pick<Decision, 'scope' | 'scope_of'> | string {
  if (scope === 'everywhere') return { scope, scope_of: null };
  if (scope === 'branch' && place.branch === '') return 'the run has no branch';
  return { scope, scope_of: { run: place.name, branch: place.branch, base: place.base }[scope] };
}

/** The default scope of a decision. A failure that a branch itself has caused does not affect its base. */
export function usualScope(kind: DecisionClass, { branch }: Pick<Place, 'branch'>): DecisionScope {
  if (branch === '') return 'run';
  return kind === 'caused by this branch' ? 'branch' : 'base';
}

/** Whether a decision applies to a run. A decision on a branch never applies to its base or to other branches of that base. */
export function reaches(
  { scope, scope_of }: Pick<Decision, 'scope' | 'scope_of'>,
  { name, branch, base }: Place,
): boolean {
  if (scope === 'everywhere') return true;
  return scope_of === { run: name, branch, base }[scope];
}

/** Whether scope `a` is at least as wide as `b`. */
export function isAsWide(a: DecisionScope, b: DecisionScope): boolean {
  return decisionScopes.indexOf(a) >= decisionScopes.indexOf(b);
}

/** The longest URL of an issue, in UTF-16 units. */
export const longestIssue = 500;

/** Whether a text is the URL of an issue: http or https, without spaces. */
export function isIssue(text: string): boolean {
  return text.length <= longestIssue && /^https?:\/\/[^\s/<>"`][^\s<>"`]*$/i.test(text) && URL.canParse(text);
}

/** A short name of an issue: "#61233", or its URL without the scheme. */
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

/** A short name of a decision: "#61233", or its class. */
export function decisionName({ issue_url, class: kind }: Pick<Decision, 'issue_url' | 'class'>): string {
  return issue_url === null ? kind : issueName(issue_url);
}

/** The class that the server proposes for a decision; users accept or correct it. */
export function believed(
  { verdict, class: kind }: Pick<Verdict, 'verdict'> & { class: CauseClass },
  { branch, base }: Pick<Place, 'branch' | 'base'>,
): DecisionClass {
  if (verdict === 'INFRA') return 'infra';
  if (verdict === 'FLAKY' || verdict === 'KNOWN') return 'known flaky';
  // A cause that is new on a branch began with the branch, unless the branch is a base. SINCE is not included because it counts runs of the base.
  if ((verdict === 'NEW' || verdict === 'ROSE') && branch !== base) return 'caused by this branch';
  return kind === 'product' && verdict !== 'UNSEEN' ? 'product bug' : 'unclear';
}
