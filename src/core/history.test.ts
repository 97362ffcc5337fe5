import { describe, expect, test } from 'vitest';
import { historyRows } from './history.ts';
import { type JobStatus, jobStatuses } from './job.ts';
import { signatureOf } from './signature.ts';

const [fail, dead, pass, running] = (['fail', 'dead', 'pass', 'running'] as const).map((s) => jobStatuses.indexOf(s));

/** A job that failed. */
const cell = { job_id: '1', status: 'fail', signature: null, case_causes: [] } as const;

function history(runs: number, cells: [run: number, status: JobStatus, description: string | null, reason?: string][]) {
  const rows = historyRows(runs);
  for (const [at, [run, status, description, reason]] of cells.entries()) {
    const signature = reason === undefined ? null : signatureOf(reason);
    rows.add(run, { job_id: String(at), status, description, signature, case_causes: [] });
  }
  return rows;
}

describe('a history of descriptions', () => {
  test('has a cell for each run, empty when the run has no such job', () => {
    const rows = history(3, [
      [0, 'pass', 'x'],
      [2, 'fail', 'x', 'File is closed'],
    ]);
    expect(rows.rows()).toEqual([
      { description: 'x', status: [pass, -1, fail], job_id: ['0', null, '1'], signature: [-1, -1, 0], case_causes: [] },
    ]);
    expect(rows.signatures()).toEqual([signatureOf('File is closed')]);
  });

  test('keeps the first descriptions, with all their runs, if there are too many', () => {
    const rows = history(2, [[0, 'pass', 'x']]);
    for (let at = 0; at < 25_000; at++) rows.add(1, { ...cell, description: String(at) });
    rows.add(1, { ...cell, description: 'x' });
    expect(rows.rows().length).toBe(20_000);
    expect(rows.rows().find(({ description }) => description === 'x')?.status).toEqual([pass, fail]);
    const long = history(1, []);
    for (let at = 0; at < 3000; at++) long.add(0, { ...cell, description: `${'x'.repeat(4090)}${at}` });
    expect(long.rows().length).toBeLessThan(2000);
  });

  test('leaves out jobs without a description', () => {
    expect(history(1, [[0, 'fail', null]]).rows()).toEqual([]);
  });

  test('has each cause once', () => {
    const rows = history(2, [
      [0, 'fail', 'x', 'Failed to reconnect to smithi001'],
      [1, 'dead', 'y', 'File is closed'],
      [1, 'fail', 'x', 'Failed to reconnect to smithi002'],
    ]);
    expect(rows.rows().map(({ signature }) => signature)).toEqual([
      [0, 0],
      [-1, 1],
    ]);
    expect(rows.signatures().map(({ title }) => title)).toEqual(['Failed to reconnect to <host>', 'File is closed']);
  });

  test.each<[string, JobStatus[], number | undefined, string]>([
    ['a failing one in any position', ['pass', 'fail', 'pass'], fail, '1'],
    ['the first of several failing ones', ['dead', 'fail'], dead, '0'],
    ['the first when none fails', ['running', 'pass'], running, '0'],
  ])('shows for several jobs in one run %s', (_outcome, statuses, status, id) => {
    const cells = statuses.map((one): [number, JobStatus, string] => [0, one, 'x']);
    expect(history(1, cells).rows()).toMatchObject([{ status: [status], job_id: [id] }]);
  });

  test('is ordered by the last result, the latest failure, the number of failures and the name', () => {
    const p = 'pass';
    const f = 'fail';
    const lines: [string, (JobStatus | null)[]][] = [
      ['never b', [p, p, p]],
      ['never a', [p, p, p]],
      ['once, early', [f, p, p]],
      ['once, late', [p, f, p]],
      ['twice, late', [f, f, p]],
      ['now, but not before', [p, p, f]],
      ['now, and always', [f, f, f]],
      ['now, as far as it is known', [p, f, null]],
      ['dead now', [p, p, 'dead']],
      ['still running', [f, f, 'running']],
    ];
    const cells = lines.flatMap(([description, statuses]) =>
      statuses.flatMap((status, run) => (status ? [[run, status, description] as [number, JobStatus, string]] : [])),
    );
    expect(
      history(3, cells)
        .rows()
        .map(({ description }) => description),
    ).toEqual([
      'now, and always',
      'dead now',
      'now, but not before',
      'now, as far as it is known',
      'still running',
      'twice, late',
      'once, late',
      'once, early',
      'never a',
      'never b',
    ]);
  });
});
