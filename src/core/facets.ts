/** One choice that a job's description names: `objectstore` = `bluestore-comp`. */
export interface Facet {
  /** The last folder. Empty for the sub-suite and for a file directly in it. */
  key: string;
  value: string;
}

/** Limits: descriptions come from clients, and no suite nests this deep or has this many or such long facets. */
const deepest = 20;
const mostFacets = 200;
const longestPath = 200;
const longestExamined = 20_000;

/**
 * The distinct facets of a description. `fs/workload/{x mount/kclient/{base/{y}}}` has its sub-suite `fs/workload` (the first two parts), `x`,
 * `base=y` and `mount=kclient`: a choice that is a folder is named like a choice that is a file. The `$` of a random choice and the extension
 * `.yaml` are removed. Empty without a description. Reads the first 20,000 characters, and returns at most 200 facets, from paths of at most 200
 * characters.
 */
export function parseFacets(description: string | null): Facet[] {
  const facets = new Map<string, Facet>();
  const add = (key: string, value: string) => {
    if (value !== '' && facets.size < mostFacets) facets.set(`${key}=${value}`, { key, value });
  };
  for (const path of pathsOf((description ?? '').slice(0, longestExamined).toWellFormed())) {
    if (facets.size === mostFacets) break;
    addPath(path, add);
  }
  return [...facets.values()];
}

function addPath({ root, folders, file }: Path, add: (key: string, value: string) => void): void {
  add('', root.slice(0, 2).join('/'));
  for (let at = 2; at < root.length; at++) add(root[at - 1] as string, root[at] as string);
  add(folders.at(-1) ?? '', file);
  if (folders.length > 1) add(folders[0] as string, folders[1] as string);
}

/** One file that a description names: the folders before the first brace, the folders inside it, and its name (may be empty). */
interface Path {
  root: string[];
  folders: string[];
  file: string;
}

/** Braces hold the alternatives in a folder: `a/{b c/{d e}}` is `a/b`, `a/c/d` and `a/c/e`. */
function* pathsOf(description: string): Generator<Path> {
  const start = description.search(/[^ ]/);
  const begins = start < 0 ? '' : (/^[^{ ]*/.exec(description.slice(start, start + longestPath))?.[0] ?? '');
  const root = partsOf(begins);
  yield { root, folders: [], file: '' };
  const parents: string[] = [];
  let word = '';
  const path = () => ((parents.at(-1) ?? '') + word).slice(0, longestPath);
  const end = function* () {
    const folders = partsOf(path());
    const file = folders.pop();
    if (word !== '' && file !== undefined) yield { root, folders, file: file.replace(/\.yaml$/, '') };
    word = '';
  };
  for (const character of description.slice(Math.max(start, 0) + begins.length)) {
    if (character === '{' && parents.length < deepest) {
      parents.push(path());
      word = '';
    } else if (character === '}' && parents.length > 0) {
      yield* end();
      parents.pop();
    } else if (character === ' ') yield* end();
    else if (word.length < longestPath) word += character;
  }
  yield* end();
}

function partsOf(path: string): string[] {
  return path
    .replaceAll('$', '')
    .split('/')
    .filter((part) => part !== '');
}

/** A facet as written in filters and on pages. */
export function facetText({ key, value }: Facet): string {
  return key === '' ? value : `${key}=${value}`;
}

/** Parses many descriptions. Equal facets are the same object in all results. */
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
 * For each description, the facets that some of the descriptions lack, ordered by entropy (the most informative first). This tells apart hundreds
 * of descriptions with the same first 60 characters.
 */
export function differingFacets(descriptions: readonly (string | null)[]): Facet[][] {
  return differingOf(parseAllFacets(descriptions));
}

/** The same for lists from one call of `parseAllFacets`. The browser calls it with every key that is typed into a filter. */
export function differingOf(lists: readonly (readonly Facet[])[]): Facet[][] {
  const counts = new Map<Facet, number>();
  for (const facet of lists.flat()) counts.set(facet, (counts.get(facet) ?? 0) + 1);
  const weights = weightsOf(counts, lists);
  return lists.map((list) =>
    list
      .filter((facet) => counts.get(facet) !== lists.length)
      .sort((a, b) => (weights.get(b.key) ?? 0) - (weights.get(a.key) ?? 0)),
  );
}

/**
 * How informative each key is. If a description has several values for a key (a folder of parts), the key counts no more than one with a single
 * value.
 */
function weightsOf(counts: ReadonlyMap<Facet, number>, lists: readonly (readonly Facet[])[]): Map<string, number> {
  const keys = new Map<string, { entropy: number; values: number; holders: number; last: number }>();
  for (const [facet, count] of counts) {
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
