/** Which values of jobs are coerced, kept and refused (teuthology contract §3.2, §7.5, §7.15, §7.43, §7.47, §7.53). */
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { change, listed, newJob, newRunName, type Shown, shown } from './report.ts';
import { expectRefused, useTeuthology } from './start.ts';

const texts = [
  ...['archive_path', 'branch', 'cbt_perf_url', 'comment', 'description', 'email', 'failure_reason', 'flavor'],
  ...['issue_url', 'machine_type', 'name', 'os_type', 'os_version', 'owner', 'package_source', 'pcp_grafana_url'],
  ...['pid', 'queue', 'repo', 'sentry_event', 'sha1', 'subset', 'suite', 'suite_branch', 'suite_path'],
  ...['suite_relpath', 'suite_repo', 'suite_sha1', 'teuthology_branch', 'teuthology_sha1', 'user'],
];
const integers = ['duration', 'priority', 'seed', 'sleep_before_teardown'];
const booleans = ['first_in_suite', 'last_in_suite', 'no_nested_subset', 'nuke_on_error', 'verbose'];
const documents = ['failure_reason_detail', 'kernel', 'overrides', 'roles', 'targets', 'tasks'];

describe.each(engines)('values of jobs on $name', (engine) => {
  const server = useTeuthology(engine);

  /** Expects keys of a job to show a value after POST and after PUT, and null if they are absent. */
  async function expectShown(keys: string[], raw: string, expected: unknown): Promise<void> {
    const run = newRunName();
    const values = keys.map((key) => `${JSON.stringify(key)}: ${raw}`).join(', ');
    expect(await server.post(`/runs/${run}/jobs/`, `{"job_id": 1, ${values}}`)).toMatchObject({ status: 200 });
    const put = await newJob(server, { status: 'queued' });
    await change(server, put, `{${values}}`);
    for (const job of [await shown(server, `/runs/${run}/jobs/1/`), await shown(server, put.path)]) {
      const seen = keys.map((key) => [key, job[key.replaceAll('-', '_')] ?? null]);
      expect(seen).toEqual(keys.map((key) => [key, expected]));
    }
  }

  async function expectBad(key: string, raw: string, what: string): Promise<void> {
    const message = `invalid value for key '${key}': ${what}`;
    const run = newRunName();
    await expectRefused(server.post(`/runs/${run}/jobs/`, `{"job_id": 1, "${key}": ${raw}}`), 400, message);
    expect((await server.get(`/runs/${run}/`)).status).toBe(404);
    const { path } = await newJob(server, { owner: 'before', [key]: null });
    const before = await shown(server, path);
    await expectRefused(server.put(path, `{"owner": "after", "${key}": ${raw}}`), 400, message);
    expect(await shown(server, path)).toEqual(before);
  }

  test.each<[string, unknown]>([
    ['"text"', 'text'],
    ['""', ''],
    ['5', '5'],
    ['-22.04', '-22.04'],
    ['12345678901234567890', undefined],
    ['true', 'true'],
    ['false', 'false'],
    ['["a", "b"]', '["a","b"]'],
    ['{"a": 1}', '{"a":1}'],
    ['null', null],
    ['"\\u00fc \\ud83d\\ude00 \\u2028"', 'ü 😀 \u2028'],
  ])('text keys show %s as %j', async (raw, expected) => {
    // Above 2^53 some keys keep all digits and others are rounded.
    if (expected === undefined) await expectShown(['branch', 'os_version', 'description'], raw, raw);
    else await expectShown(texts, raw, expected);
  });

  test('texts can be longer than the old columns; those that lists filter by are truncated to 512 characters', async () => {
    const text = 'é"\\x '.repeat(60_000);
    for (const key of ['description', 'failure_reason', 'subset', 'owner', 'name'])
      await expectShown([key], JSON.stringify(text), text);
    // Hashes, because PostgreSQL would compress regular text.
    const long = Array.from({ length: 100 }, (_, index) => hash('sha256', `${index}`)).join('');
    const indexed = ['branch', 'sha1', 'flavor', 'machine_type', 'user', 'queue'];
    await expectShown(indexed, JSON.stringify(long), long.slice(0, 512));
    await expectShown(['suite'], JSON.stringify(long), long);
  });

  test('characters that PostgreSQL cannot store are replaced in columns', async () => {
    await expectShown(['description', 'failure_reason', 'sha1', 'subset'], '"a\\u0000b\\ud800c"', 'a\ufffdb\ufffdc');
  });

  test.each<[string, unknown]>([
    ['5', 5],
    ['-5', -5],
    ['0', 0],
    ['1.5', 2],
    ['2.5', 3],
    ['-1.5', -2],
    ['-0.2', 0],
    ['"42"', 42],
    ['" 42.4 "', 42],
    ['5000000000', 5_000_000_000],
    ['null', null],
    ['NaN', null],
    ['Infinity', null],
    ['-Infinity', null],
  ])('whole numbers show %s as %j', (raw, expected) => expectShown(integers, raw, expected));

  test.each<[string, unknown]>([
    ['true', true],
    ['false', false],
    ['1', true],
    ['0', false],
    ['null', null],
    ['NaN', null],
  ])('booleans show %s as %j', (raw, expected) => expectShown(booleans, raw, expected));

  test.each([
    '{"b":1,"a":[{"z":null,"y":1.5}]}',
    '[["mon.a","osd.0"],["client.0"]]',
    '{}',
    '[]',
    '""',
    '"text"',
    '0',
    'false',
    'null',
  ])('JSON keys show %s unchanged', async (raw) => {
    await expectShown(documents, raw, JSON.parse(raw));
  });

  test('NaN in a JSON value becomes null, and stays inside texts', async () => {
    await expectShown(['overrides'], '{"a": [NaN, -Infinity, 1], "b": "NaN"}', { a: [null, null, 1], b: 'NaN' });
    await expectShown(['description'], '"to Infinity \\" NaN"', 'to Infinity " NaN');
  });

  test.each<[string, string[], string]>([
    ['a whole number or null', integers.slice(1), '["x", "", " ", "0x10", true, [], {}, 1e300]'],
    ['a number or null', ['duration'], '["x", "", "0x10", true, [], {}]'],
    ['true, false or null', booleans, '["true", 2, "1", [], {}, 0.5]'],
    ['a time like 2024-03-01_20:00:15 or null', ['timestamp'], '["2024-03-01 20:00:15", 5, "2024-02-30_00:00:00", []]'],
  ])('%s is refused with other values, and nothing is stored', async (what, keys, values) => {
    for (const key of keys) {
      for (const value of JSON.parse(values)) await expectBad(key, JSON.stringify(value), `must be ${what}`);
    }
  });

  test('invalid values of status and success are refused', async () => {
    await expectBad('status', '"finished"', '"finished" is no job status');
    await expectBad('status', '1', '1 is no job status');
    await expectBad('status', '"Pass"', '"Pass" is no job status');
    for (const raw of ['"true"', '2', '[]']) await expectBad('success', raw, 'must be true or false');
    for (const raw of ['"2024-03-01T20:00:15"', '5', '"now"', '"2024-02-30 00:00:00"']) {
      await expectBad('updated', raw, 'must look like 2024-03-01 20:00:15');
    }
  });

  test('keys can contain dashes and are case-sensitive; unknown keys are ignored', async () => {
    await expectShown(['nuke-on-error', 'last-in-suite'], 'true', true);
    await expectShown(['suite-branch', 'machine-type', 'pcp-grafana-url', 'os-version'], '"x"', 'x');
    const job = await newJob(server, {
      Status: 'pass',
      OWNER: 'o',
      tube: 'x',
      __proto__x: 1,
      constructor: 1,
      run: 'x',
    });
    const before = Object.keys(await shown(server, job.path));
    expect(await shown(server, job.path)).toMatchObject({ status: 'unknown', owner: null });
    expect(before).not.toContain('tube');
    // `job-id` is not accepted for `job_id` (teuthology contract §3.2), and `mon.a_kernel_sha1` is ignored.
    const posted = await server.post(`${job.runPath}jobs/`, { 'job-id': 'dashed', 'mon.a_kernel_sha1': 'x' });
    expect(posted.json).not.toEqual({ job_id: 'dashed' });
    await change(server, job, { posted: '2020-01-01 00:00:00', started: '2020-01-01 00:00:00', id: 5, run_id: 5 });
    expect(await shown(server, job.path)).toMatchObject({
      started: null,
      posted: expect.stringMatching(/^2024-03-01/),
    });
  });

  test('the timestamp of a job is returned in the format of all times', async () => {
    await expectShown(['timestamp'], '"2024-02-03_4:05:06"', '2024-02-03 04:05:06.000000');
    await expectShown(['timestamp'], 'null', null);
  });

  test('keys that the old server ignored are stored, changed and cleared (teuthology contract §7.47)', async () => {
    const sent: Shown = {
      ...{ failure_reason_detail: { signature: ['a', { b: 1 }] }, teuthology_sha1: 'abc', no_nested_subset: true },
      ...{ repo: 'https://github.com/ceph/ceph.git', sleep_before_teardown: 60, cbt_perf_url: 'http://perf/1' },
      ...{ first_in_suite: true, issue_url: 'https://tracker/1', comment: 'ü' },
    };
    const job = await newJob(server, sent);
    expect(await shown(server, job.path)).toMatchObject(sent);
    await change(server, job, { owner: 'o' });
    expect(await shown(server, job.path)).toMatchObject({ ...sent, owner: 'o' });
    await change(server, job, { ...sent, comment: 'other', issue_url: null });
    const { issue_url: _, ...kept } = sent;
    expect(await shown(server, job.path)).toMatchObject({ ...kept, comment: 'other' });
    // A key without a value is left out, because teuthology-suite --rerun fails when no_nested_subset is null.
    expect(await shown(server, job.path)).not.toHaveProperty('issue_url');
    expect(await listed(server, `${job.runPath}jobs/?fields=issue_url`)).toEqual([{ issue_url: null }]);
    const [listedJob] = (await shown(server, job.runPath)).jobs as Shown[];
    expect(listedJob).toEqual(await shown(server, job.path));
  });
});
