/** The issues that a decision probably names: what people said of the cause elsewhere, and of others. */
import { issueName } from '../../../../src/core/decisions/decision.ts';
import type { DecisionItem, ListedDecision } from '../../../../src/http/api/decision-schema.ts';

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
