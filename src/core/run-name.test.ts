import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRunName, type RunNameParts } from './run-name.ts';
import { formatTimestamp, parseTimestamp } from './time.ts';

const UNPARSABLE: RunNameParts = { user: '', scheduled: null, suite: '', branch: '', machine_type: '' };

// Examples of run names (teuthology contract §3.7). Two lines each: number and name, then
// scheduled | user | suite | branch | machine type | entry of section 7 that explains a difference, and the old server's result.
// Where entry 55 names another branch, the old server had no machine type either. Number 8 is wrong on both servers
// (new-subsub and new-branch were meant), because nothing in the name tells where the suite ends.
const EXAMPLES = `
1 teuthology-2013-10-22_03:00:02-big-next-testing-basic-plana
  2013-10-22 03:00:02 | teuthology | big | next | plana |
2 teuthology-2013-10-22_03:00:02-ceph-deploy-wip-9999-testing-basic-plana
  2013-10-22 03:00:02 | teuthology | ceph-deploy | wip-9999 | plana |
3 teuthology-2013-10-23_00:30:38-rgw-next---basic-saya
  2013-10-23 00:30:38 | teuthology | rgw | next | saya |
4 teuthology-2013-10-22_03:00:02-kittens-next-testing-basic-plana
  2013-10-22 03:00:02 | teuthology | kittens | next | plana | 55: was no machine type
5 whatup
   |  |  |  |  |
6 teuthology-2013-12-22_01:00:02-x-x-x-x-x
  2013-12-22 01:00:02 | teuthology | x | x | x | 55: was no machine type
7 x-2013-12-22_01:00:02-big-x-x-x-plana
  2013-12-22 01:00:02 | x | big | x | plana |
8 teuthology-2014-05-01_07:54:18-new-suite-name:new-subsuite:new-subsub-new-branch-testing-basic-plana
  2014-05-01 07:54:18 | teuthology | new-suite-name:new-subsuite:new | subsub-new-branch | plana | 55: was …:new-subsub-new, branch
9 teuthology-2014-10-06_19:30:01-upgrade:dumpling-firefly-x:stress-split-giant-distro-basic-multi
  2014-10-06 19:30:01 | teuthology | upgrade:dumpling-firefly-x:stress-split | giant | multi | 55: was branch firefly-x:…
10 teuthology-2024-03-01_20:00:15-rados-main-distro-default-smithi
  2024-03-01 20:00:15 | teuthology | rados | main | smithi | 55: was branch main-distro
11 yuriw-2024-03-05_21:14:02-rados-wip-yuri5-testing-2024-03-05-0854-distro-default-smithi
  2024-03-05 21:14:02 | yuriw | rados | wip-yuri5-testing-2024-03-05-0854 | smithi | 55: was branch …-distro
12 teuthology-2024-05-06_00:00:00-fs:workload-main-distro-default-smithi
  2024-05-06 00:00:00 | teuthology | fs:workload | main | smithi | 55: was branch main-distro
13 vshankar-2024-05-06_01:02:03-fs-wip-vshankar-testing-20240506.010203-debug-testing-default-smithi
  2024-05-06 01:02:03 | vshankar | fs | wip-vshankar-testing-20240506.010203-debug | smithi | 55: was branch …-testing
14 teuthology-2024-05-06_00:00:00-rados:thrash-erasure-code-main-distro-default-smithi
  2024-05-06 00:00:00 | teuthology | rados:thrash-erasure-code | main | smithi | 55: was branch erasure-code-…
15 teuthology-2024-05-06_00:00:00-orch:cephadm-squid-distro-default-smithi
  2024-05-06 00:00:00 | teuthology | orch:cephadm | squid | smithi | 55: was no machine type
16 teuthology-2024-05-06_00:00:00-crimson-rados-main-distro-crimson-smithi
  2024-05-06 00:00:00 | teuthology | crimson-rados | main | smithi | 55: was no machine type
17 dis-2024-05-06_00:00:00-krbd-main-testing-default-smithi
  2024-05-06 00:00:00 | dis | krbd | main | smithi | 55: was branch main-testing
18 teuthology-2014-01-01_00:00:00-rados-master-testing-basic-plana-ubuntu
  2014-01-01 00:00:00 | teuthology | rados | master | plana |
19 teuthology-2014-01-01_00:00:00-rados-master-testing-basic-vps-centos
  2014-01-01 00:00:00 | teuthology | rados | master | vps |
20 teuthology-2024-05-06_00:00:00-upgrade:reef-x-main-distro-default-smithi
  2024-05-06 00:00:00 | teuthology | upgrade:reef-x | main | smithi | 55: was suite upgrade:reef, branch x-main-distro
21 teuthology-2024-05-06_00:00:00-upgrade-clients-main-distro-default-smithi
  2024-05-06 00:00:00 | teuthology | upgrade-clients | main | smithi | 55: was suite upgrade, branch clients-main-distro
22 scheduled_bob-2024-05-06_00:00:00-smoke-main-distro-default-gibba
  2024-05-06 00:00:00 | scheduled_bob | smoke | main | gibba | 55: was branch main-distro
23 first-last-2024-05-06_00:00:00-powercycle-quincy-testing-basic-mira
  2024-05-06 00:00:00 | first-last | powercycle | quincy | mira |
24 nouser2024-05-06_00:00:00-rados-main-distro-default-smithi
   |  |  |  |  |
25 -2024-05-06_00:00:00-rados-main-distro-default-smithi
  2024-05-06 00:00:00 |  | rados | main | smithi | 55: was branch main-distro
26 teuthology-2024-13-45_00:00:00-rados-main-distro-default-smithi
   |  |  |  |  | 54: was an internal error
27 teuthology-24-1-2_3:4:5-rbd-main-distro-default-smithi
   |  |  |  |  | 54: was an internal error
28 teuthology-2024-05-06_00:00:00-rados-main-distro-default
  2024-05-06 00:00:00 | teuthology | rados | main |  |
29 teuthology-2024-05-06_00:00:00-rados-main-default-smithi
  2024-05-06 00:00:00 | teuthology | rados | main | smithi | 55: was no machine type
30 teuthology-2024-05-06_00:00:00-rbd-main---default-smithi
  2024-05-06 00:00:00 | teuthology | rbd | main | smithi | 55: was no machine type
31 teuthology-2024-05-06_00:00:00-nosuite-main-distro
   |  |  |  |  |
32 a-2013-01-01_00:00:00-rados-b-2014-02-02_00:00:00-rbd-main-testing-basic-plana
  2014-02-02 00:00:00 | a-2013-01-01_00:00:00-rados-b | rbd | main | plana |
33 teuthology-2024-05-06_00:00:00-rados-main-distro-default-smithi,gibba
  2024-05-06 00:00:00 | teuthology | rados | main | smithi,gibba | 55: was branch main-distro
34 teuthology-2024-05-06_00:00:00-rgw-wip-a-b-c-distro-default-multi
  2024-05-06 00:00:00 | teuthology | rgw | wip-a-b-c | multi | 55: was branch wip-a-b-c-distro
35 teuthology-2024-05-06_00:00:00-nfs-ganesha-main-distro-default-smithi
  2024-05-06 00:00:00 | teuthology | nfs-ganesha | main | smithi | 55: was suite nfs, branch ganesha-main-distro
36 teuthology-2024-05-06_00:00:00-powercyclefoo:bar-main-distro-default-smithi
  2024-05-06 00:00:00 | teuthology | powercyclefoo:bar | main | smithi | 55: was branch main-distro
37 ubuntu-2024-05-06_00:00:00-restful-main-distro-default-smithi
  2024-05-06 00:00:00 | ubuntu | restful | main | smithi | 55: was branch main-distro
38 teuthology-2014-01-01_00:00:00-ceph-deploy:fs-master-testing-basic-vps
  2014-01-01 00:00:00 | teuthology | ceph-deploy:fs | master | vps |
39 name with space-2024-05-06_00:00:00-rados-main-distro-default-smithi
  2024-05-06 00:00:00 | name with space | rados | main | smithi | 55: was branch main-distro
40 teuthology-2024-05-06_00:00:00-dummy-main-distro-default-testnode
  2024-05-06 00:00:00 | teuthology | dummy | main | testnode | 55: was branch main-distro
41 teuthology-2024-02-30_00:00:00-rados-main-distro-default-smithi
   |  |  |  |  | 54: was an internal error
`;

const examples = EXAMPLES.trim()
  .split(/\n(?=\d)/)
  .map((example) => {
    const [head = '', tail = ''] = example.split('\n');
    const [scheduled = '', user = '', suite = '', branch = '', machine_type = ''] = tail
      .split('|')
      .map((s) => s.trim());
    const name = head.slice(head.indexOf(' ') + 1);
    return { name, expected: { scheduled, user, suite, branch, machine_type } };
  });

const shown = (name: string) => {
  const parts = parseRunName(name);
  return { ...parts, scheduled: (formatTimestamp(parts.scheduled) ?? '').slice(0, 19) };
};

const rest = (name: string) => {
  const { suite, branch, machine_type } = parseRunName(`u-2026-01-02_03:04:05-${name}`);
  return [suite, branch, machine_type].join(' | ');
};

describe('the examples of the contract', () => {
  test('are 41', () => expect(examples).toHaveLength(41));
  test.each(examples)('$name', ({ name, expected }) => expect(shown(name)).toEqual(expected));
});

describe('suite and branch', () => {
  test.each([
    [
      'upgrade:hammer-jewel-x:stress-split-erasure-code-main-distro-default-smithi',
      'upgrade:hammer-jewel-x:stress-split-erasure-code | main | smithi',
    ],
    ['upgrade:nautilus-x-singleton-wip-a-b-distro-default-smithi', 'upgrade:nautilus-x-singleton | wip-a-b | smithi'],
    ['upgrade:jewel-client-x-main-distro-default-smithi', 'upgrade:jewel-client-x | main | smithi'],
    ['upgrade:client-upgrade-jewel-mimic-distro-basic-smithi', 'upgrade:client-upgrade-jewel | mimic | smithi'],
    ['upgrade:client-upgrade-hammer-distro-basic-vps', 'upgrade:client-upgrade | hammer | vps'],
    [
      'upgrade-clients:client-upgrade-octopus-pacific-pacific-distro-default-smithi',
      'upgrade-clients:client-upgrade-octopus-pacific | pacific | smithi',
    ],
    [
      'rados:thrash-erasure-code-big-wip-erasure-code-distro-default-smithi',
      'rados:thrash-erasure-code-big | wip-erasure-code | smithi',
    ],
    ['crimson-rados:store-bench-main-distro-crimson-smithi', 'crimson-rados:store-bench | main | smithi'],
    ['fs-upgrade-clients-distro-default-smithi', 'fs | upgrade-clients | smithi'],
    ['upgrade-clientship-main-distro-default-smithi', 'upgrade | clientship-main | smithi'],
    ['nvmeof-jewel-x-distro-default-smithi', 'nvmeof | jewel-x | smithi'],
    ['ceph-deploy-main-default-vps', 'ceph-deploy | main | vps'],
  ])('%s', (name, expected) => expect(rest(name)).toBe(expected));
});

describe('kernel, flavor and machine type', () => {
  test.each([
    ['rados-main-distro-crimson-debug-smithi', 'rados | main | smithi'],
    ['rados-quincy-release-distro-crimson-release-smithi', 'rados | quincy-release | smithi'],
    ['rados-wip-debug-distro-debug-trial', 'rados | wip-debug | trial'],
    ['rados-wip-testing-default-main-basic-plana', 'rados | wip-testing-default | plana'],
    ['rados-wip-a-none-default-ecp', 'rados | wip-a | ecp'],
    ['rados-main--default-smithi', 'rados | main | smithi'],
    ['rados-main-distro-default-my-lab', 'rados | main | my-lab'],
    ['rados-main-distro-default-vps-rocky', 'rados | main | vps'],
    ['rados-main-distro-default-', 'rados | main | '],
    ['rados-main-distro-unheard-smithi', 'rados | main | smithi'],
    ['rados-main-testing-gcov', 'rados | main | '],
    ['rados-a-b-c', ' |  | '],
    ['rados-main-distro-default-host:8080', 'rados | main | host:8080'],
  ])('%s', (name, expected) => expect(rest(name)).toBe(expected));
});

describe('any text', () => {
  const timestamp = '2026-01-02_03:04:05';
  const piece = fc.constantFrom('-', '--', ':', ' ', 'x', 'wip', 'rados', 'distro', 'basic', 'crimson', timestamp);

  test('is parsed into parts of the name', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
        ),
        (name) => {
          const { scheduled, ...texts } = parseRunName(name);
          for (const text of Object.values(texts)) expect(name).toContain(text);
          if (scheduled === null) expect(texts).toEqual({ user: '', suite: '', branch: '', machine_type: '' });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is parsed into what the scheduler joined', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_.]{0,8}$/);
    const suites = fc.constantFrom(
      'rados',
      'fs:workload',
      'rados:thrash-erasure-code',
      'upgrade:reef-x',
      'ceph-deploy',
    );
    const kernels = fc.constantFrom('distro', 'testing', 'none', '-');
    const flavors = fc.constantFrom('basic', 'default', 'debug', 'crimson', 'crimson-debug');
    const branches = fc.array(word, { maxLength: 4 }).map((all) => ['wip', ...all].join('-'));
    const machines = fc.constantFrom('smithi', 'trial', 'multi', 'smithi,gibba');
    fc.assert(
      fc.property(
        word,
        suites,
        branches,
        kernels,
        flavors,
        machines,
        (user, suite, branch, kernel, flavor, machine) => {
          const name = [user, timestamp, suite, branch, kernel, flavor, machine].join('-');
          const scheduled = parseTimestamp(timestamp, 'run-name');
          expect(parseRunName(name)).toEqual({ user, scheduled, suite, branch, machine_type: machine });
        },
      ),
    );
  });

  test.each([
    ['line break', `a\n-${timestamp}-rados-main-distro-default-smithi`],
    ['no text', ''],
    ['too few parts', `a-${timestamp}-rados`],
  ])('%s is unparsable', (_, name) => expect(parseRunName(name)).toEqual(UNPARSABLE));

  test('hostile names are parsed in linear time', () => {
    const pieces = [
      '-',
      ':',
      '-:',
      '1',
      '1-',
      '-1',
      `-${timestamp}`,
      `${timestamp}-`,
      '-2024-02-30_0:0:0',
      '-basic',
      ' -',
      '-x',
    ];
    const before = process.cpuUsage();
    for (const text of pieces) {
      for (const length of [512, 100_000]) {
        const hostile = text.repeat(Math.ceil(length / text.length));
        parseRunName(hostile);
        parseRunName(`u-${timestamp}-${hostile}`);
        parseRunName(`${hostile}-${timestamp}-a-b-c`);
      }
    }
    // In microseconds; it takes 50 ms. A quadratic loop over the timestamps of the long names took 8 s.
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
});
