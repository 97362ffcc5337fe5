/** A server with more clients than its limit, or than it has file descriptors for. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { logLines, newFolder, startService } from '../contracts/program.ts';

test('a server that runs out of file descriptors says so once, continues, and recovers', async () => {
  const { folder, remove } = newFolder();
  onTestFinished(remove);
  const service = await startService([], { folder, through: ['sh', '-c', 'ulimit -n 200; exec "$@"', 'sh'] });
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    service.kill('SIGKILL');
  });
  // This one keeps its connection.
  const kept = await openConnection(service.url);
  for (let count = 0; count < 300; count++) sockets.push(await openConnection(service.url));
  await service.said('too many connections');
  kept.write('POST /runs/ HTTP/1.1\r\nHost: paddles.test\r\nContent-Length: 16\r\n\r\n{"name": "kept"}');
  expect(String((await once(kept, 'data'))[0])).toMatch(/^HTTP\/1.1 200/);
  for (const socket of [kept, ...sockets.splice(0)]) socket.destroy();
  await expect
    .poll(() =>
      fetch(`${service.url}/readyz`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  service.kill('SIGTERM');
  const { code, stdout } = await service.ended;
  expect(code).toBe(0);
  expect(logLines(stdout).filter(({ msg }) => msg.startsWith('too many connections'))).toHaveLength(1);
});

test('connections beyond PADDLES_MAX_CONNECTIONS on all ports together get 503 until another one closes', async () => {
  const { folder, remove } = newFolder();
  onTestFinished(remove);
  const service = await startService(['--max-connections', '10', '--teuthology-port', '0'], { folder });
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    service.kill('SIGKILL');
  });
  const [classic = '', teuthology = ''] = Object.values(service.ready.contracts as Record<string, string>);
  for (let count = 0; count < 10; count++) sockets.push(await openConnection(count % 2 ? classic : teuthology));
  // Each request of this test needs its own connection, but `fetch` would reuse one.
  const ask = (url: string) => fetch(`${url}/healthz`, { headers: { connection: 'close' } });
  for (const url of [classic, teuthology]) {
    const answer = await ask(url);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toEqual({ message: 'too many connections are open' });
  }
  sockets.pop()?.destroy();
  await expect.poll(() => ask(classic).then(({ status }) => status)).toBe(200);
});

async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
