import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

/** A request that arrived. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A receiver of webhooks. */
export interface Receiver {
  url: string;
  received: Received[];
  /** How it answers; by default with 204. */
  answer: (response: ServerResponse, request: Received) => void;
  /** Resolves to the received requests when there are `count`. */
  got(count: number): Promise<Received[]>;
  stop(): Promise<void>;
}

/** Starts a receiver of webhooks on a given or a free port. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, text };
      received.push(one);
      receiver.answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (response) => response.writeHead(204).end(),
    got: (count) =>
      vi.waitFor(
        () => {
          if (received.length < count) throw new Error(`${received.length} of ${count} have arrived`);
          return received;
        },
        { timeout: 30_000, interval: 20 },
      ),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
