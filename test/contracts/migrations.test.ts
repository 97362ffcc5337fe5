/** Databases with an older schema than this program's, which are not changed. For newer schemas see service.test.ts. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { open } from '../../src/store/db.ts';
import { engines } from '../helpers/engines.ts';
import { newFolder, runProgram } from './program.ts';

describe.each(engines)('a database on $name', (engine) => {
  test('is created once and is up to date afterwards', async () => {
    const database = await engine.createDatabase();
    onTestFinished(() => database.drop());
    for (const migrated of [
      [
        'tables',
        'access',
        'run-digests',
        'imported-runs',
        'causes',
        'analyst-views',
        'decisions',
        'log-excerpts',
        'test-cases',
        'monthly-totals',
        'notifications',
        'locked-nodes',
        'case-causes',
        'refused-addresses',
        'months-by-suite',
        'views-of-any-number',
      ],
      [],
    ]) {
      const db = await open({ url: database.url, poolSize: 1, now: () => 0 });
      expect(db.migrated).toEqual(migrated);
      await db.close();
    }
  });

  test('from before the first release is refused with one sentence that says to create a new one', async () => {
    const database = await engine.createDatabase();
    onTestFinished(() => database.drop());
    const { folder, remove } = newFolder();
    onTestFinished(remove);
    const db = await open({ url: database.url, poolSize: 1, now: () => 0 });
    // The migrations of that program, in order. The tables do not matter.
    const names = ['runs-and-jobs', 'nodes-and-queues', 'signatures'];
    await db.kysely.deleteFrom('migrations').execute();
    const rows = names.map((name, index) => ({ id: index + 1, name, applied: 0 }));
    await db.kysely.insertInto('migrations').values(rows).execute();
    await db.close();
    for (const command of ['serve', 'migrate', 'reindex']) {
      const anyPort = command === 'serve' ? ['--port', '0'] : [];
      const { code, stderr } = await runProgram([command, ...anyPort, '--database', database.url], { folder });
      expect({ command, code, stderr }).toEqual({
        command,
        code: 2,
        stderr: expect.stringMatching(/^paddles: [^\n]* before the first release[^\n]*; create a new one\n$/),
      });
    }
  });
});
