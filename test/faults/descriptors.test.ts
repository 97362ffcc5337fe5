/** A server that has no more file descriptors for clients. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { logLines, newFolder, startService } from '../contracts/program.ts';

test('a server with more clients than it may open files for says so once, goes on, and recovers', async () => {
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

async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}
