/** The statements of the reader of logs. */
import { expect } from 'vitest';
import { createPacker, gatherCases, type PackedCases } from '../../src/archive/junit.ts';
import type { Db } from '../../src/store/db.ts';
import {
  countWaitingLogs,
  jobsToRefine,
  jobsWithEvidence,
  jobToRead,
  knownLog,
} from '../../src/store/read/excerpts.ts';
import { keepCases, refineJob } from '../../src/store/write/evidence.ts';
import {
  askForLogs,
  type ClaimedLog,
  claimLog,
  dropLog,
  failedRunsSince,
  isClaimed,
  keepExcerpt,
  postponeLog,
} from '../../src/store/write/excerpts.ts';

/** Queues logs, claims one, stores its excerpt, and refines the cause of its job; `at` in microseconds. */
export async function readLogs(db: Db, run: string, at: number): Promise<void> {
  await failedRunsSince(db, { since: at - 7 * 86_400_000_000, skip: 0, limit: 100 });
  await askForLogs(db, { run, job_ids: ['nothing'], at });
  const failed = await db.kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(['jobs.id', 'jobs.job_id', 'runs.name'])
    .where('jobs.status', '=', 'fail')
    .orderBy('jobs.id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  await askForLogs(db, { run: failed.name, job_ids: null, at, again: true });
  const claimed = (await claimLog(db, { at, until: at + 1 })) as ClaimedLog;
  const { job_id } = claimed;
  expect(await jobToRead(db, job_id)).not.toBe(null);
  const error = 'lamp.cc: 1: FAILED ceph_assert(lit)';
  const excerpt = { version: 1, file: 'teuthology.log', kind: 'crash', error, byte: 1, sure: true } as const;
  expect(await keepExcerpt(db, claimed, { ...excerpt, others: [], context: '' })).toBe(true);
  expect(await isClaimed(db, claimed)).toBe(true);
  await refineJob(db, job_id);
  expect(await knownLog(db, job_id)).toMatchObject({ excerpt, unread: null });
  await jobsWithEvidence(db, failed.name, [failed.job_id]);
  await jobsToRefine(db, failed.name);
  await countWaitingLogs(db);
  await dropLog(db, claimed);
  await postponeLog(db, claimed, at + 2);
  const failure = { name: 'test_a', result: 'fail', seconds: 1, message: null } as const;
  const packer = createPacker();
  const cases = gatherCases(packer.write);
  cases.add(failure);
  const packed = (await packer.done([cases.done()])) as PackedCases;
  await keepCases(db, failed.id, packed, 'posted');
}
