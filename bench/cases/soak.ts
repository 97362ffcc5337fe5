import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Child, startChild, startServer } from '../child.ts';
import type { ClientFigures, ClientOrder } from '../client.ts';
import { clients } from '../data.ts';
import { bounded, type Figure } from '../figures.ts';
import type { ProcessFigures } from '../probe.ts';
import type { Bench } from '../rounds.ts';
import { seed } from '../seed.ts';
import { longRun, seededJobs } from '../traffic.ts';

const megabytes = 1024 * 1024;
const mostMemory = 250;
const longestBlock = 100;
const longListJobs = 5000;

/** Memory and responsiveness of the server: mixed requests, then the same while a very long list is read. */
export async function soak(bench: Bench): Promise<Figure[]> {
  const { engine, options, folder } = bench;
  const url = await engine.createDatabase('soak');
  await seed(engine, url, [
    { runs: clients, jobs: seededJobs, documents: true },
    { firstRun: longRun, runs: 1, jobs: longListJobs, documents: true },
  ]);
  const server = await startServer({ url, folder, profile: options.profile });
  const client = startChild('client.ts');
  const observe = (title: string, order: ClientOrder) => observed(bench, title, server.child, client, order);
  try {
    const count = options.soakRequests.toLocaleString('en');
    const order = { port: server.port, seconds: 3600, requests: options.soakRequests };
    const mixed = await observe(`${count} mixed requests`, { ...order, scenario: 'mixed' });
    const listSeconds = options.seconds * 4;
    const list = await observe('mixed requests and a long list', {
      port: server.port,
      seconds: listSeconds,
      scenario: 'mixed-and-list',
    });
    const during = `while ${longListJobs.toLocaleString('en')} jobs of 8 KB are listed`;
    return [
      memory(`memory after ${count} mixed requests`, mixed),
      block('longest block of the event loop, mixed requests', mixed),
      memory(`memory ${during}`, list),
      block(`longest block ${during}`, list),
    ];
  } finally {
    await Promise.all([client.stop(), server.child.stop()]);
    await engine.dropDatabase(url);
  }
}

interface Observation {
  endBytes: number;
  peakBytes: number;
  blockMs: number;
  /** The longest block of a process that does nothing: what the machine, not the server, is to blame for. */
  idleBlockMs: number;
  seen: ClientFigures;
}

async function observed(
  { say }: Bench,
  title: string,
  server: Child,
  client: Child,
  order: ClientOrder,
): Promise<Observation> {
  const idle = monitorEventLoopDelay({ resolution: 1 });
  await server.ask('watch');
  idle.enable();
  let peakBytes = 0;
  let last: ProcessFigures | null = null;
  const answered = client.ask<ClientFigures>(order);
  let done = false;
  const end = answered.finally(() => {
    done = true;
  });
  for (let turn = 1; !done; turn++) {
    last = await server.ask<ProcessFigures>('figures');
    peakBytes = Math.max(peakBytes, last.rssBytes);
    if (turn % 100 === 0)
      say(`${title}: memory ${mb(last.rssBytes)}, longest block ${last.longestBlockMs.toFixed(0)} ms`);
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  const seen = await answered;
  const figures = await server.ask<ProcessFigures>('figures');
  idle.disable();
  const rate = (seen.requests / seen.seconds).toFixed(0);
  say(`${title}: ${rate}/s, memory ${mb(figures.rssBytes)}, peak ${mb(peakBytes)}`);
  return {
    endBytes: figures.rssBytes,
    peakBytes: Math.max(peakBytes, figures.rssBytes),
    blockMs: figures.longestBlockMs,
    idleBlockMs: idle.max / 1e6,
    seen,
  };
}

function mb(bytes: number): string {
  return `${(bytes / megabytes).toFixed(0)} MB`;
}

function memory(what: string, { endBytes, peakBytes }: Observation): Figure {
  return bounded(what, peakBytes / megabytes, mostMemory, 'MB', `peak; ${mb(endBytes)} at the end`);
}

function block(what: string, { blockMs, idleBlockMs, seen }: Observation): Figure {
  const rate = `${(seen.requests / seen.seconds).toFixed(0)} requests/s`;
  return bounded(what, blockMs, longestBlock, 'ms', `${rate}; an idle process meanwhile: ${idleBlockMs.toFixed(0)} ms`);
}
