/** The reading of the logs of failed jobs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Archive } from '../../src/archive/archive.ts';
import { archiveForReader, type LogReader, readNext, startLogReader } from '../../src/cli/log-reader.ts';
import { logRulesVersion } from '../../src/core/logs/first-error.ts';
import { caseCause } from '../../src/core/signature.ts';
import type { JobExcerpt } from '../../src/http/api/job-log.ts';
import type { JobPage } from '../../src/http/api/job-page.ts';
import type { RunVerdicts } from '../../src/http/api/run-verdicts.ts';
import { countWaitingLogs } from '../../src/store/read/excerpts.ts';
import { isIndexed, reindex } from '../../src/store/upkeep/reindex.ts';
import { askForLogs, claimLog } from '../../src/store/write/excerpts.ts';
import { runOn } from '../api/pages.ts';
import { engines } from '../helpers/engines.ts';
import { distinctTimes, startServer, type TestServer } from '../helpers/server.ts';

const run = runOn(24);
const generic = "Command failed (workunit test lamps.sh) on smithi001 with status 1: 'lamps.sh'";
const assertion = (condition: string) => `src/osd/Lamp.cc: 12: FAILED ceph_assert(${condition})`;
const log = { warn: (entry: unknown) => expect.fail(String(entry)) } as never;
const now = distinctTimes();
const xml = { 'content-type': 'application/xml' };

describe.each(engines)('logs on $name', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'paddles-archive-'));
  let server: TestServer;
  let readers: LogReader[] = [];

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology', archive: folder });
  });
  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()));
    readers = [];
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const start = (setting = folder) => {
    const reader = startLogReader({ db: server.db, archive: archiveForReader(setting), log, now });
    readers.push(reader);
  };
  const put = (job_id: string, lines: string[]) => {
    mkdirSync(join(folder, run, job_id), { recursive: true });
    writeFileSync(join(folder, run, job_id, 'teuthology.log'), `${lines.join('\n')}\n`);
  };
  const junit = (name: string) => `<testsuite><testcase name="${name}"><failure/></testcase></testsuite>`;
  const report = async (job: Record<string, unknown>) =>
    expect((await server.post(`/runs/${run}/jobs/`, job)).status).toBe(200);
  const page = async (job_id: string) => (await server.get(`/api/runs/${run}/jobs/${job_id}`)).json as JobPage;
  const excerpt = async (job_id: string) =>
    ((await server.get(`/api/runs/${run}/jobs/${job_id}/excerpt`)).json as { excerpt: JobExcerpt | null }).excerpt;
  const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 50 });
  const isRead = (job_id: string) => eventually(async () => expect(await excerpt(job_id)).not.toBe(null));
  const isCause = (job_id: string, title: string) =>
    eventually(async () => expect((await page(job_id)).job.signature).toMatchObject({ title }));

  test('are read when a job fails, and refine a generic cause', async () => {
    start();
    for (const [id, condition] of Object.entries({ 1: 'lit', 2: 'lit', 3: 'burning' })) {
      put(id, ['INFO:x:before', `INFO:tasks.ceph.osd.1.smithi001.stderr:${assertion(condition)}`, 'INFO:x:after']);
      await report({ job_id: id, status: 'fail', failure_reason: generic });
    }
    put('4', ['INFO:x:nothing to see', 'INFO:x:the last line']);
    await report({ job_id: '4', status: 'fail', failure_reason: generic });
    for (const id of ['1', '2', '3', '4']) await isRead(id);
    expect(await excerpt('1')).toEqual({
      file: 'teuthology.log',
      kind: 'crash',
      error: assertion('lit'),
      byte: 14,
      sure: true,
      others: [],
      context: `INFO:x:before\nINFO:tasks.ceph.osd.1.smithi001.stderr:${assertion('lit')}\nINFO:x:after`,
      version: logRulesVersion,
    });
    expect(await excerpt('4')).toMatchObject({ kind: 'none', context: expect.stringContaining('the last line') });
    const causes = await vi.waitFor(async () => {
      const found = await Promise.all(['1', '2', '3', '4'].map(async (id) => (await page(id)).job.signature));
      expect(found[2]?.title).toContain('burning');
      expect(await countWaitingLogs(server.db)).toBe(0);
      return found;
    });
    const title = expect.stringContaining('ceph_assert(lit)');
    expect(causes[0]).toMatchObject({ kind: 'crash', class: 'product', title });
    expect(causes[1]).toEqual(causes[0]);
    expect(causes[3]?.title).toContain('workunit test lamps.sh');
    const found = await server.get(`/api/runs/${run}/jobs?q=text:burning`);
    expect((found.json as { jobs: { job_id: string }[] }).jobs.map(({ job_id }) => job_id)).toEqual(['3']);

    const { verdicts } = (await server.get(`/api/runs/${run}/verdicts`)).json as RunVerdicts;
    expect(verdicts.find(({ id }) => id === causes[0]?.id)?.error).toBe(assertion('lit'));
    expect(verdicts.find(({ id }) => id === causes[3]?.id)?.error).toBe(null);
    const markdown = (await server.get(`/api/runs/${run}/verdicts.md`)).text;
    expect(markdown).toMatch(
      /ceph\\_assert\\\(lit\\\).* Log: src\/osd\/Lamp\.cc\\: 12\\: FAILED ceph\\_assert\\\(lit\\\)\n/,
    );

    // Repeated reports and a reindex keep the refined cause.
    await server.put(`/runs/${run}/jobs/1/`, { status: 'fail', failure_reason: generic });
    expect(await reindex(server.db, { all: true })).toMatchObject({ changed: 0 });
    expect((await page('1')).job.signature).toEqual(causes[0]);
  });

  test('of jobs that failed while no reader ran are found after a start, and two readers read each of them once', async () => {
    put('10', [`INFO:x:${assertion('found')}`]);
    put('11', [`INFO:x:${assertion('claimed')}`]);
    await report({ job_id: '10', status: 'dead' });
    await report({ job_id: '11', status: 'dead' });
    await askForLogs(server.db, { run, job_ids: ['11'], at: 1 });
    const soon = now();
    // A reader that has claimed a log dies.
    expect(await claimLog(server.db, { at: 2, until: soon })).toMatchObject({ tries: 1 });
    expect(await claimLog(server.db, { at: 2, until: soon })).toBe(null);
    start();
    start();
    await isRead('10');
    await isRead('11');
    await vi.waitFor(async () => {
      const rows = await server.db.kysely.selectFrom('log_excerpts').select('tries').where('due', 'is', null).execute();
      expect(rows.map(({ tries }) => tries).sort()).toEqual([1, 1, 1, 1, 1, 2]);
    });
    await vi.waitFor(async () => expect((await page('10')).job.signature?.title).toContain('found'));
  });

  test('that are missing or unreachable are tried again later, but not forever', async () => {
    await report({ job_id: '20', status: 'fail', failure_reason: generic });
    await askForLogs(server.db, { run, job_ids: ['20'], at: 1 });
    const archive = archiveForReader(folder);
    let at = 2;
    for (let tries = 0; tries < 5; tries++) {
      expect(await readNext({ db: server.db, archive, log, now: () => at })).toBe(true);
      expect(await readNext({ db: server.db, archive, log, now: () => at })).toBe(false);
      at += 7 * 3600 * 1_000_000;
    }
    expect(await readNext({ db: server.db, archive, log, now: () => at })).toBe(false);
    expect(await page('20')).toMatchObject({ excerpt: null, unread: 'given up' });
    put('20', [`INFO:x:${assertion('there')}`]);
    await askForLogs(server.db, { run, job_ids: ['20'], at, again: true });
    expect(await page('20')).toMatchObject({ excerpt: null, unread: 'waiting' });
    expect(await readNext({ db: server.db, archive, log, now: () => at })).toBe(true);
    await archive.close();
    expect(await page('20')).toMatchObject({ excerpt: { error: assertion('there') }, unread: null });
  });

  test('are not given up because servers are stopped while they read', async () => {
    put('70', [`INFO:x:${assertion('stopped')}`]);
    await report({ job_id: '70', status: 'fail', failure_reason: generic });
    await askForLogs(server.db, { run, job_ids: ['70'], at: 1 });
    const real = archiveForReader(folder);
    for (let stops = 0; stops < 7; stops++) {
      const asked = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<never>();
      const ask = () => {
        asked.resolve();
        return closed.promise;
      };
      const close = async () => closed.reject(new Error('the archive is closed'));
      const reader = startLogReader({ db: server.db, archive: { ...real, ask, close }, log, now });
      await asked.promise;
      await reader.stop();
    }
    while ((await excerpt('70')) === null)
      expect(await readNext({ db: server.db, archive: real, log, now })).toBe(true);
    await real.close();
  });

  test('explain the newest failure of a job, and nothing for a job that came back to life', async () => {
    const archive = archiveForReader(folder);
    let at = 5_000_000_000_000_000;
    const read = (from: Archive = archive) => readNext({ db: server.db, archive: from, log, now: () => ++at });
    const comesBack = () => server.put(`/runs/${run}/jobs/30/`, { status: 'running' });
    const fails = async (failure_reason: string) => {
      await server.put(`/runs/${run}/jobs/30/`, { status: 'dead', failure_reason });
      await askForLogs(server.db, { run, job_ids: ['30'], at: 1 });
    };
    put('30', [`INFO:x:${assertion('first')}`]);
    writeFileSync(join(folder, run, '30', 'lamps.xml'), junit('test_first'));
    await report({ job_id: '30', status: 'running' });
    await fails(generic);
    expect(await read()).toBe(true);
    expect(await page('30')).toMatchObject({ excerpt: { error: assertion('first') }, tests: { fail: 1 } });
    await comesBack();
    expect(await page('30')).toMatchObject({ excerpt: null, unread: null, tests: null });

    // It fails again while the log of its previous failure is being read.
    rmSync(join(folder, run, '30', 'lamps.xml'));
    await fails(generic);
    const ask: Archive['ask'] = async (...question) => {
      const answer = await archive.ask(...question);
      await comesBack();
      await fails(generic);
      put('30', [`INFO:x:${assertion('second')}`]);
      return answer;
    };
    expect(await read({ ...archive, ask })).toBe(true);
    expect(await page('30')).toMatchObject({ excerpt: null, unread: 'waiting' });
    expect(await read()).toBe(true);
    const again = await page('30');
    expect(again).toMatchObject({ excerpt: { error: assertion('second') }, tests: null });
    expect(again.job).toMatchObject({ signature: { title: expect.stringContaining('second') }, case_causes: [] });
    // The same failure gets another reason.
    put('30', [`INFO:x:${assertion('third')}`]);
    await fails('hit max job timeout');
    expect(await read()).toBe(true);
    expect((await page('30')).job.signature?.title).toContain('third');
    await archive.close();
  });

  test('refine the cause even if their reader dies before it has read the test cases, and are then read again', async () => {
    put('40', [`INFO:x:${assertion('killed')}`]);
    writeFileSync(join(folder, run, '40', 'lamps.xml'), '<testsuite><testcase name="test_lit"/></testsuite>');
    await report({ job_id: '40', status: 'fail', failure_reason: generic });
    await askForLogs(server.db, { run, job_ids: ['40'], at: 1 });
    const archive = archiveForReader(folder);
    const read = (from: Archive, at: number) => readNext({ db: server.db, archive: from, log, now: () => at });
    const asked = Promise.withResolvers<void>();
    const deadly: Archive = {
      ...archive,
      ask(kind, ...question) {
        if (kind === 'first') return archive.ask(kind, ...question);
        asked.resolve();
        return new Promise(() => {});
      },
    };
    void read(deadly, 2);
    await asked.promise;
    expect((await page('40')).job.signature?.title).toContain('killed');
    const later = 400 * 1_000_000;
    expect(await read(archive, later)).toBe(true);
    expect(await read(archive, 2 * later)).toBe(false);
    await archive.close();
    const { json } = await server.get(`/api/runs/${run}/jobs/40/tests`);
    expect(json).toMatchObject({ total: 1, source: 'lamps.xml' });
  });

  const putCases = async (job_id: string, name: string) =>
    expect((await server.put(`/api/runs/${run}/jobs/${job_id}/tests`, junit(name), xml)).status).toBe(200);

  test('are not needed to find the cause of a job whose test cases were posted before', async () => {
    const fails = (job_id: string) =>
      server.put(`/runs/${run}/jobs/${job_id}/`, { success: false, failure_reason: generic });
    for (const job_id of ['50', '51']) {
      await report({ job_id, status: 'running' });
      await putCases(job_id, `test_dark_${job_id}`);
    }
    // No reader is told of the first failure.
    const told = Promise.withResolvers<void>();
    server.db.live.subscribe((event) => JSON.stringify(event).includes('"50","status":"fail"') && told.resolve());
    await fails('50');
    await told.promise;
    start('');
    await fails('51');
    for (const job_id of ['50', '51']) await isCause(job_id, `test_dark_${job_id}`);
  });

  test('yield the same causes of failed cases as documents do, and a reindex updates an older database accordingly', async () => {
    start();
    const [name, other] = ['lamp 3 of /tmp/smithi001 is lit', 'lamp 4 of /tmp/smithi001 is lit'];
    await report({ job_id: '60', status: 'running' });
    await putCases('60', name);
    await server.put(`/runs/${run}/jobs/60/`, { success: false, failure_reason: generic });
    await report({ job_id: '61', status: 'fail', failure_reason: generic });
    await putCases('61', name);
    put('62', ['INFO:x:before', 'INFO:x:Error EINVAL: no lamp', 'INFO:x:after']);
    writeFileSync(join(folder, run, '62', 'lamps.xml'), junit(name));
    put('63', ['INFO:x:before', `INFO:x:not ok 7 - ${name}`, 'INFO:x:after']);
    put('64', ['INFO:x:before', `INFO:x:not ok 7 - ${other}`, 'INFO:x:after']);
    for (const job_id of ['62', '63', '64']) await report({ job_id, status: 'fail', failure_reason: generic });
    await report({ job_id: '65', status: 'fail', failure_reason: `not ok 7 - ${name}` });
    const { id } = caseCause(name);
    const agree = async () => {
      for (const job of ['60', '61', '62', '63', '65']) await isCause(job, name);
      await isCause('64', other);
      const found = (await server.get(`/api/runs/${run}/jobs?q=cause:${id}`)).json as { jobs: { job_id: string }[] };
      expect(found.jobs.map(({ job_id }) => job_id)).toEqual(['60', '61', '62', '63', '65']);
      const { verdicts } = (await server.get(`/api/runs/${run}/verdicts`)).json as RunVerdicts;
      const jobs = verdicts.flatMap(({ title, jobs }) => (title.startsWith('lamp ') ? [[title, jobs]] : []));
      expect(jobs).toEqual([
        [name, 5],
        [other, 1],
      ]);
    };
    await agree();
    const { kysely } = server.db;
    for (const old of ['0a0a0a0a', '0b0b0b0b'])
      await kysely.insertInto('signatures').values({ id: old, version: 2, kind: 'test', title: old }).execute();
    await kysely.updateTable('jobs').set({ signature: '0a0a0a0a' }).where('signature', 'is not', null).execute();
    await kysely.updateTable('failed_cases').set({ signature: '0b0b0b0b' }).where('signature', '<>', '').execute();
    await kysely.updateTable('indexed').set({ version: 2, up_to: Number.MAX_SAFE_INTEGER }).execute();
    expect(await isIndexed(server.db)).toBe(false);
    await reindex(server.db, { all: false });
    await agree();
  });
});
