/** Databases of earlier versions keep their data and get what later versions derive from it. */
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { open } from '../../src/store/db.ts';
import { engines } from '../helpers/engines.ts';
import { startTeuthology } from './teuthology/start.ts';

describe.each(engines)('a database of an earlier version on $name', (engine) => {
  test('knows for each node how its jobs ended', async () => {
    const database = await engine.createDatabase();
    onTestFinished(() => database.drop());
    const before = await startTeuthology(database.url);
    for (const [job_id, status] of ['pass', 'fail', 'pass', 'running', 'dead'].entries()) {
      const targets = { 'ubuntu@one': 'key', ...(status === 'dead' && { 'ubuntu@two': 'key' }) };
      await before.post('/runs/old/jobs/', { job_id, status, targets });
    }
    // What the migrations 8 and 9 made, which the version before them did not have.
    const made = [
      'job_nodes_status',
      'job_nodes_job',
      'jobs_name',
      'jobs_machine_type',
      'runs_updated',
      'runs_started',
      'runs_priority',
    ];
    const partial = ['fail', 'with_running', 'with_waiting', 'with_dead', 'with_unknown'].map((name) => `runs_${name}`);
    for (const index of [...made, ...partial]) await sql.raw(`drop index ${index}`).execute(before.db.kysely);
    for (const statement of [
      'alter table job_nodes drop column status',
      'create index job_nodes_job on job_nodes (job_id)',
      'create index runs_updated on runs (updated, id)',
      'delete from migrations where id > 7',
    ]) {
      await sql.raw(statement).execute(before.db.kysely);
    }
    await before.stop();

    const { migrated, close } = await open({ url: database.url, poolSize: 1, now: () => 0 });
    expect(migrated).toEqual(['node-results', 'narrow-reads']);
    await close();
    const after = await startTeuthology(database.url);
    onTestFinished(() => after.stop());
    const none = { pass: 0, fail: 0, queued: 0, running: 0, dead: 0, unknown: 0, waiting: 0 };
    expect((await after.get('/nodes/one/job_stats/')).json).toEqual({ ...none, pass: 2, fail: 1, running: 1, dead: 1 });
    expect((await after.get('/nodes/two/job_stats/')).json).toEqual({ ...none, dead: 1 });
  });
});
