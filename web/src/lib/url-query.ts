import { queryText } from '../../../src/core/paths.ts';

/** The query of an address with some parameters changed; null removes one. */
export function changedQuery(search: string, values: Record<string, string | null>): string {
  const params = new URLSearchParams(search);
  for (const [key, value] of Object.entries(values)) {
    if (value === null) params.delete(key);
    else params.set(key, value);
  }
  return queryText(params);
}
