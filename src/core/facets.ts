/** One choice that a job's description names: `objectstore` = `bluestore-comp`. */
export interface Facet {
  key: string;
  value: string;
}

/** Descriptions come from clients; no suite nests as deep as this. */
const deepest = 20;

/**
 * The choices of a description: braces hold alternatives of a folder, `a/{b c/{d e}}` is `a/b`, `a/c/d` and `a/c/e`. The key is
 * the path up to the last part, without the `$` that marks a random choice. None without a description.
 */
export function parseFacets(description: string | null): Facet[] {
  const facets: Facet[] = [];
  const folders: string[] = [''];
  let word = '';
  const end = () => {
    if (word !== '') facets.push(facetOf((folders.at(-1) ?? '') + word));
    word = '';
  };
  for (const character of description ?? '') {
    if (character === '{' && folders.length < deepest) {
      folders.push((folders.at(-1) ?? '') + word);
      word = '';
    } else if (character === '}' && folders.length > 1) {
      end();
      folders.pop();
    } else if (character === ' ') end();
    else word += character;
  }
  end();
  return facets;
}

function facetOf(path: string): Facet {
  const at = path.lastIndexOf('/');
  return { key: path.slice(0, Math.max(at, 0)).replace(/\$/g, ''), value: path.slice(at + 1) };
}

/** A facet as the filter language and the pages write it. */
export function facetText({ key, value }: Facet): string {
  return key === '' ? value : `${key.split('/').at(-1)}=${value}`;
}

/** Reads many descriptions; equal facets are one object in all of them. */
export function parseAllFacets(descriptions: readonly (string | null)[]): Facet[][] {
  const known = new Map<string, Facet>();
  return descriptions.map((description) =>
    parseFacets(description).map((facet) => {
      const name = `${facet.key}/${facet.value}`;
      const first = known.get(name);
      if (first === undefined) known.set(name, facet);
      return first ?? facet;
    }),
  );
}

/**
 * For each description the facets that not all of them have, the most informative ones (of the highest entropy) first:
 * hundreds of descriptions share their first 60 characters.
 */
export function differingFacets(descriptions: readonly (string | null)[]): Facet[][] {
  return differingOf(parseAllFacets(descriptions));
}

/** The same for lists that one call of `parseAllFacets` returned: a browser does this with every letter of a filter. */
export function differingOf(lists: readonly (readonly Facet[])[]): Facet[][] {
  const counts = new Map<Facet, { count: number; last: number }>();
  for (const [at, list] of lists.entries()) {
    for (const facet of list) {
      const counted = counts.get(facet);
      if (counted === undefined) counts.set(facet, { count: 1, last: at });
      // A description that repeats a facet counts once.
      else if (counted.last !== at) {
        counted.count++;
        counted.last = at;
      }
    }
  }
  const weights = weightsOf(counts, lists);
  return lists.map((list) => {
    const differing = [...new Set(list)].filter((facet) => counts.get(facet)?.count !== lists.length);
    return differing.sort((a, b) => (weights.get(b.key) ?? 0) - (weights.get(a.key) ?? 0));
  });
}

/** How informative each key is. A key with several values in a description, a folder of parts, counts no more than one with a single value. */
function weightsOf(
  counts: ReadonlyMap<Facet, { count: number }>,
  lists: readonly (readonly Facet[])[],
): Map<string, number> {
  const keys = new Map<string, { entropy: number; values: number; holders: number; last: number }>();
  for (const [facet, { count }] of counts) {
    const sum = keys.get(facet.key) ?? { entropy: 0, values: 0, holders: 0, last: -1 };
    const share = count / lists.length;
    sum.entropy -= share * Math.log(share);
    sum.values += count;
    keys.set(facet.key, sum);
  }
  for (const [at, list] of lists.entries()) {
    for (const { key } of list) {
      const sum = keys.get(key);
      if (sum === undefined || sum.last === at) continue;
      sum.holders++;
      sum.last = at;
    }
  }
  return new Map([...keys].map(([key, { entropy, values, holders }]) => [key, (entropy * holders) / values]));
}
