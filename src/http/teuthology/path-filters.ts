/** The filters of runs that stand in the path: `/runs/branch/main/suite/rados/…` (teuthology contract §2.9). */
import { type RunCondition, type RunFacet, runFacets } from '../../core/run.ts';
import { readDay } from '../../core/time.ts';
import { orThrow, refuse } from '../refusal.ts';

/** What a path asks for: the values of a facet, or runs, also those of a range of days; `empty` = none at all. */
export interface RunQuery {
  conditions: RunCondition[];
  form: { index: RunFacet } | 'runs' | 'range' | 'empty';
}

/** More than there are facets, and far fewer than SQLite has room for in a statement. */
const mostConditions = 20;

/**
 * Reads the segments behind `/runs/`. `flavors` and `flavor` mean the same everywhere (teuthology contract §7.25).
 * Refuses a bad day and a chain of more than 20 filters. Returns null for anything that is not a chain of facets.
 */
export function parseFilterPath(segments: string[], now: number): RunQuery | null {
  const conditions: RunCondition[] = [];
  let previous: RunFacet | undefined;
  for (let at = 0; at < segments.length; at += 2) {
    const facet = facetOf(segments[at]);
    if (facet === undefined || facet === previous) return null;
    previous = facet;
    if (conditions.length === mostConditions) refuse('path', `a path can have at most ${mostConditions} filters`);
    const value = segments[at + 1];
    if (value === undefined) return { conditions, form: { index: facet } };
    if (facet === 'date' && value === 'from') return parseDateRange(segments.slice(at + 2), conditions, now);
    if (facet === 'date') {
      conditions.push({ facet, range: orThrow(readDay(value, now, 'date')) });
    } else conditions.push({ facet, value });
  }
  return { conditions, form: 'runs' };
}

function facetOf(segment: string | undefined): RunFacet | undefined {
  const name = segment === 'flavors' ? 'flavor' : segment;
  return runFacets.find((facet) => facet === name);
}

/** `from/<day>/to/<day>` ends a path; `from/<day>` alone has always been an empty list. */
function parseDateRange(segments: string[], conditions: RunCondition[], now: number): RunQuery | null {
  const [first, to, last, ...more] = segments;
  if (more.length > 0 || (to !== undefined && to !== 'to')) return null;
  const from = orThrow(readDay(first ?? '', now, 'date'));
  if (to === undefined) return { conditions, form: 'empty' };
  if (last === undefined) refuse('date', 'date format must match %Y-%m-%d');
  const until = orThrow(readDay(last, now, 'date'));
  return { conditions: [...conditions, { facet: 'date', range: { from: from.from, to: until.to } }], form: 'range' };
}
