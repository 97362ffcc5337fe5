import { createServer } from 'node:net';

/** Throws what listening on one of these ports throws, before anything else is done; 0 stands for any free port. */
export async function checkFree(host: string, ports: number[]): Promise<void> {
  for (const port of ports.filter((each) => each !== 0)) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => server.close(() => resolve()));
    });
  }
}
