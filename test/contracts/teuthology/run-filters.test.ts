/** Filters of runs (teuthology contract §2.9): every facet, every chain of two facets, and longer chains. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { listed, newJob, type Shown } from './report.ts';
import { expectRefused, useTeuthology } from './start.ts';

const facets = ['branch', 'date', 'machine_type', 'status', 'suite', 'sha1', 'user', 'flavor'] as const;
type Facet = (typeof facets)[number];

/** The values of a run by facet; `sha1` and `flavor` are those of all its jobs. */
type Values = Record<Facet, string[]>;

/** The runs of this suite, last scheduled first. */
const runs: { name: string; jobs: Shown[]; values: Values }[] = [
  {
    name: 'ana-2024-02-29_10:00:00-rados-main-distro-default-smithi',
    jobs: [
      { job_id: '1', status: 'pass', sha1: 'abc1', flavor: 'default' },
      { job_id: '2', status: 'pass', sha1: 'abd2', flavor: 'debug' },
    ],
    values: {
      ...{ branch: ['main'], date: ['2024-02-29'], machine_type: ['smithi'], status: ['finished pass'] },
      ...{ suite: ['rados'], sha1: ['abc1', 'abd2'], user: ['ana'], flavor: ['default', 'debug'] },
    },
  },
  {
    name: 'bob-2024-02-29_00:00:00-rados-main-distro-default-mira',
    jobs: [{ job_id: '1', status: 'queued', sha1: 'ABC1', flavor: 'default', branch: 'wip/slash', user: 'carl' }],
    values: {
      ...{ branch: ['wip/slash'], date: ['2024-02-29'], machine_type: ['mira'], status: ['queued'] },
      ...{ suite: ['rados'], sha1: ['ABC1'], user: ['bob'], flavor: ['default'] },
    },
  },
  {
    name: 'bob-2024-02-28_23:59:59-fs-main-distro-default-mira',
    jobs: [
      { job_id: '1', status: 'fail', sha1: 'a%c1', flavor: 'a+b' },
      { job_id: '2', status: 'queued', machine_type: 'smithi,mira', suite: 'fs:work_load' },
    ],
    values: {
      ...{ branch: ['main'], date: ['2024-02-28'], machine_type: ['smithi,mira'], status: ['finished fail'] },
      ...{ suite: ['fs:work_load'], sha1: ['a%c1'], user: ['bob'], flavor: ['a+b'] },
    },
  },
  {
    name: 'ana-2024-02-28_00:00:00-rgw-wip-x-distro-default-smithi',
    jobs: [],
    values: {
      ...{ branch: ['wip-x'], date: ['2024-02-28'], machine_type: ['smithi'], status: ['empty'] },
      ...{ suite: ['rgw'], sha1: [], user: ['ana'], flavor: [] },
    },
  },
];

const matches = ({ values }: (typeof runs)[number], facet: Facet, value: string) =>
  values[facet].some((own) => (facet === 'sha1' ? own.startsWith(value) : own === value));

const everyValue = (facet: Facet) => [...new Set(runs.flatMap(({ values }) => values[facet]))].sort();

type Chain = [Facet, string][];

const pathOf = (chain: Chain) => chain.map(([facet, value]) => `${facet}/${encodeURIComponent(value)}/`).join('');
const selected = (chain: Chain) => runs.filter((run) => chain.every(([facet, value]) => matches(run, facet, value)));

describe.each(engines)('filters of runs on $name', (engine) => {
  const server = useTeuthology(engine);
  const names = async (path: string) => (await listed(server, `/runs/${path}`)).map(({ name }) => name);
  const index = async (path: string) => (await server.get(`/runs/${path}`)).json;
  const expectRuns = async (chain: Chain) => {
    expect([chain, await names(pathOf(chain))]).toEqual([chain, selected(chain).map(({ name }) => name)]);
  };

  beforeAll(async () => {
    for (const { name, jobs } of runs.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      expect((await server.post('/runs/', { name })).status).toBe(200);
      for (const job of jobs) await newJob(server, job, name);
    }
  });

  test.each(facets)('the values of %s are distinct and sorted', async (facet) => {
    expect(await index(`${facet}/`)).toEqual(everyValue(facet));
    expect(await index(facet)).toEqual(everyValue(facet));
  });

  test.each(facets)('each value of %s finds its runs, last scheduled first', async (facet) => {
    expect(everyValue(facet).length).toBeGreaterThan(1);
    for (const value of everyValue(facet)) await expectRuns([[facet, value]]);
  });

  test('unknown values find nothing', async () => {
    for (const facet of facets) {
      expect(await names(`${facet}/${facet === 'date' ? '2020-01-01' : 'nothing'}/`)).toEqual([]);
    }
    // `%` and `_` are literal, `+` is not a space, case matters, and a list of machine types is one value (teuthology contract
    // §7.26, §1.1, §2.9).
    const other = ['sha1/a_c1', 'sha1/%25', 'sha1/a%25c1x', 'suite/fs:work%25', 'flavor/a%20b', 'branch/MAIN'];
    for (const path of [...other, 'machine_type/smithi%7Cmira', 'branch/wip']) {
      expect([path, await names(`${path}/`)]).toEqual([path, []]);
    }
  });

  test('sha1 matches a prefix, case-sensitively', async () => {
    for (const sha1 of ['a', 'ab', 'abc1', 'A', 'a%']) await expectRuns([['sha1', sha1]]);
    expect(await names('sha1/ab/')).toEqual([runs[0]?.name]);
  });

  test('filtered runs are complete, without their jobs', async () => {
    const [run] = await listed(server, '/runs/user/bob/date/2024-02-28/');
    const { jobs, ...whole } = (await server.get(`/runs/${run?.name}/`)).json as Shown;
    expect(jobs).toHaveLength(2);
    expect(Object.entries(run ?? {})).toEqual(Object.entries(whole));
  });

  describe('chains', () => {
    for (const first of facets) {
      test(`${first} can be followed by any other facet, as index and with a value`, async () => {
        for (const second of facets.filter((facet) => facet !== first)) {
          for (const value of everyValue(first)) {
            const chain: Chain = [[first, value]];
            const values = selected(chain).flatMap((run) => run.values[second]);
            expect([chain, await index(`${pathOf(chain)}${second}/`)]).toEqual([chain, [...new Set(values)].sort()]);
            for (const other of everyValue(second)) await expectRuns([...chain, [second, other]]);
          }
        }
      });
    }

    test('a chain finds the runs that match all of it', async () => {
      const link = fc
        .constantFrom(...facets)
        .chain((facet) => fc.constantFrom(...everyValue(facet)).map((value): [Facet, string] => [facet, value]));
      const chains = fc
        .array(link, { minLength: 3, maxLength: 8 })
        .filter((chain) => chain.every(([facet], at) => facet !== chain[at - 1]?.[0]));
      // Random values rarely match a run, so half of the chains consist of values of one run.
      const ofOneRun = fc
        .tuple(fc.constantFrom(...runs), fc.shuffledSubarray([...facets], { minLength: 3 }))
        .map(([{ values }, chosen]) =>
          chosen.flatMap((facet): Chain => values[facet].slice(-1).map((value) => [facet, value])),
        )
        .filter((chain) => chain.length > 0);
      await fc.assert(fc.asyncProperty(fc.oneof(chains, ofOneRun), expectRuns), { numRuns: 150 });
    });

    test('a repeated facet must match too, but cannot follow itself directly', async () => {
      expect(await names('branch/main/suite/rados/branch/main/')).toEqual([runs[0]?.name]);
      expect(await names('branch/main/suite/rados/branch/wip-x/')).toEqual([]);
      expect(await names('sha1/abc/flavor/debug/sha1/abd/')).toEqual([runs[0]?.name]);
      for (const facet of facets) {
        const value = facet === 'date' ? '2024-02-28' : 'x';
        expect((await server.get(`/runs/${facet}/${value}/${facet}/${value}/`)).status).toBe(404);
      }
    });

    test.each([
      ...['branch/main/nothing/', 'branch/main/queued/', 'branch/main/name/x/', 'branch/main/id/1/', 'queued/branch/'],
      ...['date/from/2024-02-28/to/2024-02-29/branch/main/', 'date/from/2024-02-28/until/2024-02-29/'],
      'flavors/default/flavor/debug/',
    ])('%s is 404', async (path) => {
      const { status, json } = await server.get(`/runs/${path}`);
      expect({ status, json }).toEqual({ status: 404, json: { message: expect.any(String) } });
    });

    test('flavor and flavors are synonyms (teuthology contract §7.25)', async () => {
      for (const name of ['flavor', 'flavors']) {
        expect(await index(`${name}/`)).toEqual(everyValue('flavor'));
        expect(await index(`user/bob/${name}/`)).toEqual(['a+b', 'default']);
        expect(await names(`${name}/debug/`)).toEqual([runs[0]?.name]);
        expect(await names(`user/ana/${name}/debug/`)).toEqual([runs[0]?.name]);
      }
    });
  });

  test('count and page select a part of a filtered list, by default 25 runs', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `eve-2023-05-01_10:00:${10 + i}-big-main-distro-default-saya`);
    for (const name of many) expect((await server.post('/runs/', { name })).status).toBe(200);
    const newest = many.toReversed();
    expect(await names('user/eve/')).toEqual(newest.slice(0, 25));
    expect(await names('user/eve/?page=2')).toEqual(newest.slice(25));
    expect(await names('date/2023-05-01/?page=2&count=8')).toEqual(newest.slice(8, 16));
    expect(await names('machine_type/saya/suite/big/?count=9999')).toEqual(newest);
    expect(await names('user/eve/?count=10&page=4')).toEqual([]);
    expect(await names('user/eve/?count=10&page=5')).toEqual([]);
    expect(await names('user/eve/?count=0')).toEqual([]);
    await expectRefused(server.get('/runs/user/eve/?count=-1'), 400, 'count must not be negative');
    await expectRefused(server.get('/runs/user/eve/?page=one'), 400, 'page must be an integer');
    // A range is complete unless count is given (teuthology contract §1.8).
    expect(await names('date/from/2023-04-30/to/2023-05-02/')).toEqual(newest);
    expect(await names('user/eve/date/from/2023-04-30/to/2023-05-02/?count=4&page=2')).toEqual(newest.slice(4, 8));
    expect(await names('date/from/2023-05-01/to/2023-05-01/')).toEqual(newest);
  });

  test('a chain of too many filters is refused', async () => {
    const chain = (filters: number) => `/runs/${'branch/x/suite/x/'.repeat(filters / 2)}`;
    expect(await server.get(chain(20))).toMatchObject({ status: 200, json: [] });
    for (const filters of [22, 600]) {
      const message = 'a path can have at most 20 filters';
      expect(await server.get(chain(filters))).toMatchObject({ status: 400, json: { message } });
    }
  });

  test('an undecodable path is refused', async () => {
    for (const path of ['branch/%zz/', 'branch/main/suite/%ff/']) {
      expect((await server.get(`/runs/${path}`)).status).toBe(400);
    }
  });
});
