import { chance, createRandom, int, pick, pickWeighted, type Random, sample } from './random.ts';
import type { SubSuite, Work } from './suite-parts.ts';
import { suites } from './suites.ts';
import { type Os, operatingSystems } from './vocabulary.ts';

/** The shape of a job: everything that stays the same when the suite runs again. */
export interface JobShape {
  description: string;
  subSuite: string;
  workload: string;
  work: Work;
  os: Os;
  roles: string[][];
  thrashes: boolean;
  mds: boolean;
}

/**
 * The shape of job `index` of a suite. The same index gives the same description in every run, so that a description has a history. Only a random
 * distribution (facets that end in `$`) sometimes differs, depending on `run`.
 */
export function jobShape(seed: number, suite: string, index: number, run: string): JobShape {
  const parts = suites[suite];
  if (!parts) throw new Error(`the demo knows no suite ${suite}`);
  const random = createRandom(seed, 'shape', suite, index);
  const part = pickWeighted(random, parts);
  const workload = pick(random, Object.keys(part.works));
  const redrawn = createRandom(seed, 'distro', run, index);
  const words = part.facets.map(([directory, choices]) => {
    const usual = pick(random, choices);
    const again = directory.endsWith('$') && chance(redrawn, 0.15);
    const choice = again ? pick(redrawn, choices) : usual;
    return directory === '' ? choice : `${directory}/${choice}`;
  });
  words.push(`${part.workload}/${workload}`);
  words.sort();
  return {
    description: `${part.name}/{${words.join(' ')}}`,
    subSuite: part.name,
    workload,
    work: part.works[workload]!,
    os: osOf(random, words),
    roles: roles(random, part),
    thrashes: part.thrashes === true,
    mds: part.mds === true,
  };
}

function osOf(random: Random, words: string[]): Os {
  const named = operatingSystems.find((os) => words.some((word) => word.includes(os.facet)));
  return named ?? pick(random, operatingSystems);
}

function roles(random: Random, part: SubSuite): string[][] {
  const osdsPerNode = part.nodes === 1 ? 3 : part.nodes === 2 ? 4 : int(random, 2, 4);
  return Array.from({ length: part.nodes }, (_, node) => {
    const names = sample(random, ['a', 'b', 'c'], part.nodes === 1 ? 3 : 1).map((_, i) => `mon.${'abcde'[node + i]}`);
    names.push(`mgr.${'xyzwv'[node]}`);
    for (let i = 0; i < osdsPerNode; i++) names.push(`osd.${node * osdsPerNode + i}`);
    if (part.mds) names.push(`mds.${'abcde'[node]}`);
    names.push(`client.${node}`);
    return names;
  });
}
