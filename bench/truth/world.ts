/**
 * Planted truth: runs in which it is known why each job failed. Nothing in here knows how the server groups, compares or
 * blames; a world is what a lab sees, and `Truth` is what only the generator knows.
 */
import { chance, createRandom, hex, int, pick, type Random, sample } from '../../demo/random.ts';

/** A run of a world, times in milliseconds. */
export interface WorldRun {
  id: string;
  name: string;
  suite: string;
  branch: string;
  sha1: string;
  scheduled: number;
}

/** A job of a world; `class` is that of its cause. */
export interface WorldJob {
  id: string;
  run: string;
  description: string;
  start: number;
  type: string;
  nodes: string[];
  status: 'pass' | 'fail' | 'dead';
  cause: string | null;
  class: 'product' | 'unclear' | 'support' | 'infra' | null;
}

/** What the server sees. */
export interface World {
  bases: string[];
  runs: WorldRun[];
  jobs: WorldJob[];
}

/** Why something fails. */
export interface Planted {
  id: string;
  kind: 'bug' | 'flake' | 'chronic' | 'lab';
  class: 'product' | 'unclear' | 'support' | 'infra';
  /** Of which suite; null: of all. */
  suite: string | null;
  /** The branches that have it, by the base of a run or by its own branch; null: all. */
  branches: readonly string[] | null;
  /** The choices that a job needs to meet it. */
  scope: readonly string[];
  /** How likely a job in the scope ends with it. */
  rate: number;
  /** When it is there. */
  times: { from: number; to: number }[];
}

/** What only the generator knows. */
export interface Truth {
  planted: Map<string, Planted>;
  /** The base of each run, by its id. */
  base: Map<string, string>;
  /** Why each failed job failed, by its id; its `cause` differs where it was grouped wrongly. */
  why: Map<string, string>;
  /** The choices of each job, by its id. */
  choices: Map<string, ReadonlySet<string>>;
  badNodes: Map<string, { from: number; to: number; rate: number }>;
  /** The node that is to blame, by the id of the job. */
  byNode: Map<string, string>;
  outages: { cause: string; from: number; to: number }[];
}

const day = 86_400_000;
const hour = 3_600_000;
const begin = Date.UTC(2026, 8, 1);
const days = 60;
const bases = ['main', 'squid', 'reef'];
/** Suites on base branches, with the days from one run to the next. */
const nightly: [suite: string, base: string, every: number][] = [
  ['rados', 'main', 1],
  ['rados', 'squid', 2],
  ['fs', 'main', 3],
  ['fs', 'squid', 4],
  ['rbd', 'main', 4],
];
const wipRuns = 60;
const subSuites: Record<string, string[]> = {
  rados: ['basic', 'mgr', 'singleton', 'thrash', 'thrash-erasure-code', 'verify'],
  fs: ['functional', 'snaps', 'thrash', 'workload'],
  rbd: ['cli', 'mirror', 'qemu'],
};
/** The folders that descriptions choose from. */
const folders: Record<string, string[]> = {
  'msgr-failures': ['fastclose', 'few', 'osd-delay'],
  mon_election: ['classic', 'connectivity'],
  msgr: ['async', 'async-v1only', 'async-v2only'],
  objectstore: ['bluestore-bitmap', 'bluestore-comp', 'bluestore-hybrid', 'bluestore-stupid', 'seastore'],
  'supported-random-distro$': ['centos_latest', 'rocky_10', 'ubuntu_latest'],
};
const thrashers = ['careful', 'default', 'mapgap', 'morepggrow', 'pggrow'];
const nodeNames = Array.from({ length: 80 }, (_, n) => `smithi${String(n + 1).padStart(3, '0')}`);

/** A world from a seed, with a share of the failures grouped wrongly; with `runs` only so many, all of one suite and branch. */
export function plantWorld(
  seed: number,
  { jobsPerRun = 300, wrong = 0.05, runs: most = 0 } = {},
): { world: World; truth: Truth } {
  const random = createRandom('truth', seed);
  const truth: Truth = {
    planted: new Map(),
    base: new Map(),
    ...{ why: new Map(), choices: new Map(), badNodes: new Map(), byNode: new Map(), outages: [] },
  };
  const planned = planRuns(random, truth);
  const isAlike = ({ suite, branch }: WorldRun) => suite === 'rados' && branch === 'main';
  const runs = most === 0 ? planned : planned.filter(isAlike).slice(0, most);
  plant(random, truth, runs);
  const jobs = runs.flatMap((run) => runJobs(random, run, jobsPerRun, truth));
  groupWrongly(random, jobs, truth, wrong);
  return { world: { bases, runs, jobs }, truth };
}

function planRuns(random: Random, { base }: Truth): WorldRun[] {
  const runs: WorldRun[] = [];
  const add = (suite: string, branch: string, of: string, scheduled: number) => {
    const id = `run-${runs.length}`;
    runs.push({ id, name: `${id}-${suite}-${branch}`, suite, branch, sha1: hex(random, 40), scheduled });
    base.set(id, of);
  };
  for (const [suite, branch, every] of nightly) {
    for (let at = int(random, 0, every - 1); at < days; at += every) {
      add(suite, branch, branch, begin + at * day + 20 * hour + int(random, 0, 2 * hour));
    }
  }
  for (let n = 0; n < wipRuns; n++) {
    const [suite, of] = pick(random, nightly);
    const branch = `wip-${pick(random, ['anna', 'bo', 'chen', 'dana'])}-${n}${of === 'main' ? '' : `-${of}`}`;
    // Most branches are tested once, some again after a few days.
    const at = begin + random() * days * day;
    for (let again = 0; again < (chance(random, 0.2) ? 3 : 1); again++) add(suite, branch, of, at + again * 1.5 * day);
  }
  return runs.sort((a, b) => a.scheduled - b.scheduled);
}

/** Facets as choices, of one job of a suite: what a bug needs is drawn from a job that exists. */
function drawChoices(random: Random, suite: string): { description: string; choices: string[]; order: number } {
  const subs = subSuites[suite]!;
  const order = Math.floor(random() ** 1.3 * subs.length);
  const sub = subs[order]!;
  const parts: string[] = ['ceph'];
  const choices = [`${suite}/${sub}`];
  const choose = (folder: string, values: string[]) => {
    const value = pick(random, values);
    const yaml = suite === 'rbd' ? '.yaml' : '';
    parts.push(folder.endsWith('$') ? `${folder}/{${value}${yaml}}` : `${folder}/${value}${yaml}`);
    choices.push(`${folder.replace('$', '')}=${value}`);
  };
  for (const [folder, values] of Object.entries(folders)) choose(folder, values);
  if (sub.startsWith('thrash')) choose('thrashers', thrashers);
  choose(
    'workloads',
    Array.from({ length: 4 + order }, (_, n) => `${sub.slice(0, 4)}_${'abcdefghij'[n]}`),
  );
  return { description: `${suite}/${sub}/{${parts.sort().join(' ')}}`, choices, order };
}

/** A facet or, rarely, a pair that some jobs of a suite have; mostly one that few of them have. */
function drawScope(random: Random, suite: string): string[] {
  const { choices } = drawChoices(random, suite);
  if (chance(random, 0.3)) return sample(random, choices, 2).sort();
  const rare = choices.filter((one) => !/^(mon_election|msgr|msgr-failures|supported)/.test(one));
  return [pick(random, chance(random, 0.85) ? rare : choices)];
}

const always = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];

function plant(random: Random, truth: Truth, runs: readonly WorldRun[]): void {
  const add = (one: Omit<Planted, 'id'>) => {
    const id = `${one.kind}-${truth.planted.size}`;
    truth.planted.set(id, { id, ...one });
    return id;
  };
  const kinds = ['product', 'product', 'unclear'] as const;
  // Suite rbd has nothing that depends on a choice.
  for (const [suite, bugs] of [
    ['rados', 14],
    ['fs', 7],
  ] as const) {
    for (let n = 0; n < bugs; n++) {
      const from = begin + int(random, 0, 56) * day;
      const to = chance(random, 0.8) ? from + int(random, 4, 30) * day : Number.POSITIVE_INFINITY;
      const times = [{ from, to }];
      if (chance(random, 0.25)) times.push({ from: to + int(random, 8, 20) * day, to: Number.POSITIVE_INFINITY });
      const branches = chance(random, 0.7) ? ['main'] : chance(random, 0.5) ? ['squid'] : ['main', 'squid'];
      const scope = drawScope(random, suite);
      add({ kind: 'bug', class: pick(random, kinds), suite, branches, scope, rate: 0.2 + 0.8 * random(), times });
    }
    for (let n = 0; n < 2; n++) {
      const { choices } = drawChoices(random, suite);
      const scope = [choices.at(-1)!, pick(random, choices.slice(1, -1))];
      add({
        kind: 'chronic',
        class: 'product',
        suite,
        branches: null,
        scope,
        rate: 0.5 + 0.5 * random(),
        times: always,
      });
    }
  }
  for (const suite of Object.keys(subSuites)) {
    for (let n = 0; n < 7; n++) {
      const scope = suite !== 'rbd' && chance(random, 0.6) ? drawScope(random, suite) : [];
      // A flake of every job with 30 % would hide everything else.
      const rate = scope.length === 0 ? 0.002 + 0.015 * random() : 0.01 + 0.29 * random() ** 3;
      add({ kind: 'flake', class: pick(random, kinds), suite, branches: null, scope, rate, times: always });
    }
  }
  for (const { branch, suite } of runs) {
    if (!branch.startsWith('wip-') || suite === 'rbd' || chance(random, 0.6)) continue;
    const scope = drawScope(random, suite);
    const common = { kind: 'bug', class: 'product', suite, branches: [branch], times: always } as const;
    add({ ...common, scope, rate: 0.2 + 0.8 * random() });
  }
  plantLab(random, truth, add);
}

/** Bad nodes, outages, and what now and then happens in any lab. */
function plantLab(random: Random, truth: Truth, add: (one: Omit<Planted, 'id'>) => string): void {
  const common = { kind: 'lab', suite: null, branches: null, scope: [], times: always } as const;
  for (let n = 0; n < 4; n++) add({ ...common, class: n < 2 ? 'infra' : 'support', rate: 0.0005 });
  for (const node of sample(random, nodeNames, 8)) {
    const from = begin + int(random, 0, 50) * day;
    truth.badNodes.set(node, { from, to: from + int(random, 3, 14) * day, rate: 0.05 + 0.35 * random() });
  }
  const known = [...truth.planted.values()].filter(({ kind }) => kind === 'lab').map(({ id }) => id);
  for (let n = 0; n < 14; n++) {
    // In the night, when runs are under way.
    const from = begin + int(random, 1, days - 1) * day + int(random, 20, 27) * hour;
    const fresh = () => add({ ...common, class: 'support', rate: 0 });
    const cause = chance(random, 0.4) ? fresh() : pick(random, known);
    truth.outages.push({ cause, from, to: from + 2 * hour });
  }
}

function runJobs(random: Random, run: WorldRun, count: number, truth: Truth): WorldJob[] {
  const base = truth.base.get(run.id)!;
  const isThere = ({ suite, branches, times }: Planted) =>
    (suite === null || suite === run.suite) &&
    (branches === null || branches.includes(base) || branches.includes(run.branch)) &&
    times.some(({ from, to }) => run.scheduled >= from && run.scheduled < to);
  const active = [...truth.planted.values()].filter(isThere);
  // Sub-suites run in order, in about eight hours.
  const drawn = Array.from({ length: count }, () => drawChoices(random, run.suite)).sort((a, b) => a.order - b.order);
  const lab = active.filter(({ kind, rate }) => kind === 'lab' && rate > 0);
  return drawn.map(({ description, choices }, at) => {
    const start = Math.round(run.scheduled + (at / count) * 8 * hour + random() * 0.5 * hour);
    const nodes = sample(random, nodeNames, pick(random, [1, 1, 2, 2, 3]));
    const held = new Set(choices);
    const hit = active.filter(({ scope, rate }) => scope.every((one) => held.has(one)) && chance(random, rate));
    const ids = hit.map(({ id }) => id);
    for (const { cause, from, to } of truth.outages) {
      if (start >= from && start < to && chance(random, 0.7)) ids.push(cause);
    }
    const id = `${run.id}-${at}`;
    for (const node of nodes) {
      const bad = truth.badNodes.get(node);
      if (!bad || start < bad.from || start >= bad.to || !chance(random, bad.rate)) continue;
      // A node that loses its connection ends the job, whatever else would have.
      ids.splice(0, ids.length, pick(random, lab).id);
      truth.byNode.set(id, node);
    }
    const cause = ids.length === 0 ? null : pick(random, ids);
    if (cause !== null) truth.why.set(id, cause);
    truth.choices.set(id, held);
    const kind = cause === null ? null : truth.planted.get(cause)!.class;
    const status = cause === null ? 'pass' : kind === 'support' ? 'dead' : 'fail';
    return { id, run: run.id, description, start, type: 'smithi', nodes, status, cause, class: kind };
  });
}

/** Half of the wrong ones look like another cause of the suite, the others like nothing else. */
function groupWrongly(random: Random, jobs: readonly WorldJob[], { planted }: Truth, share: number): void {
  const suites = Map.groupBy(planted.values(), ({ suite }) => suite);
  for (const job of jobs) {
    const cause = job.cause === null ? undefined : planted.get(job.cause);
    if (cause === undefined || cause.suite === null || !chance(random, share)) continue;
    const other = pick(random, suites.get(cause.suite)!);
    job.cause = chance(random, 0.5) ? other.id : `alone-${job.id}`;
    if (job.cause === other.id) job.class = other.class;
  }
}
