/** Counters of finished jobs, as received by a statsd server. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../helpers/engines.ts';
import { type ServerProcess, spawnServer } from '../../helpers/process.ts';

async function send(url: string, method: string, body: object): Promise<void> {
  const answer = await fetch(url, { method, body: JSON.stringify(body) });
  expect(answer.status, await answer.text()).toBe(200);
}

describe.each(engines)('counters on $name', (engine) => {
  let database: TestDatabase;
  let statsd: Socket;
  let server: ServerProcess;
  const packets: string[] = [];
  let asked = 0;

  beforeAll(async () => {
    database = await engine.createTables();
    statsd = createSocket('udp4').bind(0, '127.0.0.1');
    await once(statsd, 'listening');
    statsd.on('message', (bytes) => packets.push(bytes.toString()));
    const target = ['--statsd-host', '127.0.0.1', '--statsd-port', String(statsd.address().port)];
    server = await spawnServer(database.url, [...target, '--statsd-prefix', 'lab', '--contract', 'teuthology']);
    await send(`${server.url}/runs/`, 'POST', { name: 'counted' });
  });

  afterAll(async () => {
    await server.kill('SIGKILL');
    statsd.close();
    await database.drop();
  });

  /** The packets before that of a final job, which arrives after all others. */
  async function arrived(): Promise<string[]> {
    await send(`${server.url}/runs/counted/jobs/`, 'POST', { job_id: `last-${++asked}`, status: 'dead' });
    while (packets.at(-1) !== 'lab.jobs.status.dead:1|c') await once(statsd, 'message');
    return packets.splice(0).slice(0, -1);
  }

  test.each(['pass', 'fail'])('one packet is sent when a job ends with %s', async (status) => {
    await send(`${server.url}/runs/counted/jobs/`, 'POST', { job_id: status, status: 'queued' });
    await send(`${server.url}/runs/counted/jobs/${status}/`, 'PUT', { status: 'running' });
    await send(`${server.url}/runs/counted/jobs/${status}/`, 'PUT', { status });
    await send(`${server.url}/runs/counted/jobs/${status}/`, 'PUT', { status, description: 'again' });
    await send(`${server.url}/runs/counted/jobs/${status}/`, 'PUT', { description: 'and again' });
    expect(await arrived()).toEqual([`lab.jobs.status.${status}:1|c`]);
  });

  test('one packet is sent when a job becomes dead, and none when it runs', async () => {
    await send(`${server.url}/runs/counted/jobs/`, 'POST', { job_id: 'dying', status: 'running' });
    expect(await arrived()).toEqual([]);
    await send(`${server.url}/runs/counted/jobs/dying/`, 'PUT', { status: 'dead' });
    while (packets.length === 0) await once(statsd, 'message');
    await send(`${server.url}/runs/counted/jobs/`, 'POST', { job_id: 'after', status: 'pass' });
    while (packets.at(-1) !== 'lab.jobs.status.pass:1|c') await once(statsd, 'message');
    expect(packets.splice(0)).toEqual(['lab.jobs.status.dead:1|c', 'lab.jobs.status.pass:1|c']);
  });

  test('an unknown host affects neither writes nor the stop of the process', async () => {
    const { url, drop } = await engine.createTables();
    const lonely = await spawnServer(url, ['--statsd-host', 'nowhere.invalid', '--contract', 'teuthology']);
    await send(`${lonely.url}/runs/`, 'POST', { name: 'lonely' });
    await send(`${lonely.url}/runs/lonely/jobs/`, 'POST', { job_id: '1', status: 'pass' });
    expect(await lonely.kill('SIGTERM')).toBe(0);
    expect(lonely.complaints()).toBe('');
    await drop();
  });
});
