import { expect, test } from 'vitest';
import { createLargeBodies } from './large-body.ts';

test('others go on while a large body is read', async () => {
  const bodies = createLargeBodies();
  const body = Buffer.from(`{"job_id": "1", "overrides": [${'{},'.repeat(2 << 20)}{}]}`);
  let turns = 0;
  let reading = true;
  const goOn = () => {
    turns++;
    if (reading) setImmediate(goOn);
  };
  setImmediate(goOn);
  const { read, beginning } = await bodies.read(body);
  reading = false;
  expect(turns).toBeGreaterThan(100);
  if ('problem' in read) throw new Error(read.problem);
  expect([...read.texts.keys()]).toEqual(['job_id', 'overrides']);
  expect({ ...read.values }).toEqual({ job_id: '1', overrides: {} });
  expect(Buffer.from(beginning).toString()).toMatch(/^\{"job_id": "1", "overrides": \[\{\},/);
  await bodies.close();
});

test('a body is read after the thread has ended', async () => {
  const bodies = createLargeBodies();
  for (const job_id of ['1', '2']) {
    const { read } = await bodies.read(Buffer.from(JSON.stringify({ job_id })));
    expect(read).toMatchObject({ lenient: false, values: { job_id } });
    await bodies.close();
  }
});
