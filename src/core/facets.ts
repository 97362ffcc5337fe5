/** One choice that a job's description names: `objectstore` = `bluestore-comp`. */
export interface Facet {
  key: string;
  value: string;
}

/** Descriptions come from clients; no suite nests as deep as this. */
const deepest = 20;

/**
 * The choices of a description: braces hold alternatives of a folder, `a/{b c/{d e}}` is `a/b`, `a/c/d` and `a/c/e`. The key is
 * the path up to the last part, without the `$` that marks a random choice.
 */
export function parseFacets(description: string): Facet[] {
  const facets: Facet[] = [];
  const folders: string[] = [''];
  let word = '';
  const end = () => {
    if (word !== '') facets.push(facetOf((folders.at(-1) ?? '') + word));
    word = '';
  };
  for (const character of description) {
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

/**
 * For each description the facets that are not the same in all of them, those that tell most (of the highest entropy)
 * first: hundreds of descriptions share their first 60 characters.
 */
export function differingFacets(descriptions: string[]): Facet[][] {
  return differingOf(descriptions.map(parseFacets));
}

/** The same for descriptions that have been read: lists of facets, one for each. */
export function differingOf(lists: readonly (readonly Facet[])[]): Facet[][] {
  const counts = new Map<string, { facet: Facet; count: number }>();
  for (const list of lists) {
    for (const facet of list) {
      const name = `${facet.key}=${facet.value}`;
      const counted = counts.get(name);
      if (counted) counted.count++;
      else counts.set(name, { facet, count: 1 });
    }
  }
  const entropy = entropies([...counts.values()], lists);
  return lists.map((list) =>
    list
      .filter(({ key, value }) => (counts.get(`${key}=${value}`)?.count ?? 0) < lists.length)
      .sort((a, b) => (entropy.get(b.key) ?? 0) - (entropy.get(a.key) ?? 0)),
  );
}

/** How much each key tells; one with several values in each description, a folder of parts, no more than one with a single one. */
function entropies(counts: readonly { facet: Facet; count: number }[], lists: readonly (readonly Facet[])[]) {
  const sums = new Map<string, number>();
  const values = new Map<string, number>();
  for (const { facet, count } of counts) {
    const share = count / lists.length;
    sums.set(facet.key, (sums.get(facet.key) ?? 0) - share * Math.log(share));
    values.set(facet.key, (values.get(facet.key) ?? 0) + count);
  }
  const holders = new Map<string, number>();
  for (const list of lists) {
    for (const key of new Set(list.map(({ key }) => key))) holders.set(key, (holders.get(key) ?? 0) + 1);
  }
  return new Map([...sums].map(([key, sum]) => [key, (sum * (holders.get(key) ?? 1)) / (values.get(key) ?? 1)]));
}
