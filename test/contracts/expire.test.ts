/** Jobs that have not reported for a long time end, and are revived by their next report. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../src/http/api/audit.ts';
import { type Db, open } from '../../src/store/db.ts';
import { expire } from '../../src/store/upkeep/expire.ts';
import { engines } from '../helpers/engines.ts';
import { someone, startServer, type TestServer } from '../helpers/server.ts';
import { complaint, newFolder, runProgram } from './program.ts';

const day = 86_400;
const ages = { running: 3 * day, waiting: 3 * day, queued: 14 * day };
const reason = 'no news from its worker for 3 days (expired)';
const run = 'ana-2026-11-20_20:00:00-rados-main-distro-default-smithi';

describe.each(engines)('jobs without news on $name', (engine) => {
  let server: TestServer;
  const dbs: Db[] = [];

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
    dbs.push(server.db);
    // A second server. A SQLite file has only one server, whose passes can still overlap.
    dbs.push(
      engine.name === 'sqlite'
        ? server.db
        : await open({ url: server.database, poolSize: 2, now: () => Date.now() * 1000 }),
    );
    for (const [job_id, status] of ['running', 'waiting', 'queued', 'running', 'pass', 'unknown'].entries())
      expect((await server.post(`/runs/${run}/jobs/`, { job_id: `${job_id}`, status })).status).toBe(200);
  });
  afterAll(async () => {
    if (dbs[0] !== dbs[1]) await dbs[1]?.close();
    await server.stop();
  });

  const pass = (db: Db, days: number, dryRun = false) =>
    expire(db, { ages, dryRun, at: (Date.now() + days * day * 1000) * 1000, by: someone });
  const job = async (id: number) => (await server.get(`/runs/${run}/jobs/${id}/`)).json as Record<string, unknown>;
  const statuses = async () => Promise.all([0, 1, 2, 3, 4, 5].map(async (id) => (await job(id)).status));

  test('end once, however many servers check, unless a report has arrived meanwhile', async () => {
    const before = await job(0);
    const inThreeDays = new Date(Date.now() + 3 * day * 1000).toISOString().slice(0, 19).replace('T', ' ');
    expect((await server.put(`/runs/${run}/jobs/3/`, { status: 'running', updated: inThreeDays })).status).toBe(200);
    expect(await pass(server.db, 2.9)).toBe(0);
    expect(await pass(server.db, 4, true)).toBe(2);
    expect(await statuses()).toEqual(['running', 'waiting', 'queued', 'running', 'pass', 'unknown']);
    const heard: unknown[] = [];
    server.db.jobWriter.subscribe((event) => heard.push(event));
    const ended = await Promise.all(dbs.map((db) => pass(db, 4)));
    expect(ended.reduce((sum, count) => sum + count)).toBe(2);
    expect(await statuses()).toEqual(['dead', 'dead', 'queued', 'running', 'pass', 'unknown']);
    expect(await job(0)).toMatchObject({ failure_reason: reason, updated: before.updated });
    expect((await server.get(`/runs/${run}/`)).json).toMatchObject({
      status: 'running',
      results: { dead: 2, queued: 1, running: 1, waiting: 0, pass: 1, unknown: 1 },
    });
    expect(heard.length).toBe(engine.name === 'sqlite' ? 2 : ended[0]);
    const { changes } = (await server.get('/api/audit?q=action:expire')).json as AuditList;
    expect(changes.map(({ target, before, after }) => [target, before, after]).sort()).toEqual([
      [`${run}/0`, { status: 'running' }, { status: 'dead' }],
      [`${run}/1`, { status: 'waiting' }, { status: 'dead' }],
    ]);
  });

  test('have a cause of class lab', async () => {
    const { verdicts } = (await server.get(`/api/runs/${run}/verdicts`)).json as { verdicts: unknown[] };
    expect(verdicts).toEqual([expect.objectContaining({ title: 'no news from its worker (expired)', class: 'infra' })]);
  });

  test('that are queued end later', async () => {
    expect(await pass(server.db, 15)).toBe(2);
    expect(await job(2)).toMatchObject({ status: 'dead', failure_reason: 'no worker took it for 14 days (expired)' });
  });

  test('are revived without the failure reason when their worker reports', async () => {
    for (const [id, report, status] of [
      [0, { status: 'running' }, 'running'],
      [1, { success: true }, 'pass'],
    ] as const) {
      expect((await server.put(`/runs/${run}/jobs/${id}/`, report)).status).toBe(200);
      expect(await job(id)).toMatchObject({ status, failure_reason: null });
    }
    expect((await server.put(`/runs/${run}/jobs/2/`, { success: false, failure_reason: 'it broke' })).status).toBe(200);
    expect(await job(2)).toMatchObject({ status: 'fail', failure_reason: 'it broke' });
  });
});

test('the command does nothing without an age, without a database, or with --read-only', async () => {
  const { folder, remove } = newFolder();
  try {
    const [off, readOnly] = await Promise.all([
      runProgram(['expire'], { folder, env: { PADDLES_EXPIRE_AFTER: 'off' } }),
      runProgram(['expire', '--read-only'], { folder }),
    ]);
    expect(complaint(off, 2)).toContain('PADDLES_EXPIRE_AFTER: with');
    expect(complaint(readOnly, 2)).toContain('--read-only');
    for (const args of [['expire'], ['token', 'list'], ['doctor']]) {
      expect(complaint(await runProgram(args, { folder }), 2)).toMatch(/there is no database .*paddles\.db/);
    }
    expect(readdirSync(folder)).toEqual([]);
    await runProgram(['migrate'], { folder });
    const { code, stdout } = await runProgram(['expire', '--dry-run'], { folder });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/: 0 jobs would end\n$/)]);
  } finally {
    remove();
  }
});
