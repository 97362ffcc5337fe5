/** The process of the clients. */
import { serveParent } from './child.ts';
import { type Answer, openConnection } from './connection.ts';
import { clients } from './data.ts';
import type { NextRequest } from './requests.ts';
import { type Scenario, traffic } from './traffic.ts';
import { needsText } from './traffic-teuthology.ts';

/** Sends as fast as answers come, until the time is over or the number of requests is reached. */
export interface ClientOrder {
  scenario: Scenario;
  port: number;
  seconds: number;
  requests?: number;
}

/** What the clients saw. */
export interface ClientFigures {
  requests: number;
  seconds: number;
  bytes: number;
  /** Share of one processor that the clients took. */
  cpuShare: number;
  medianMs: number;
  p99Ms: number;
  longestMs: number;
}

/** Kept from order to order: ids that have been posted must not come again. */
const requestsOf = new Map<Scenario, Sequence[]>();

/** The requests of one client, and what the last of them was answered. */
interface Sequence {
  next: NextRequest;
  previous: Answer | null;
}

serveParent<ClientOrder>(measure);

async function measure({ scenario, port, seconds, requests = Number.MAX_SAFE_INTEGER }: ClientOrder) {
  const known =
    requestsOf.get(scenario) ??
    Array.from({ length: clients }, (_, n) => ({ next: traffic(scenario, n), previous: null }));
  requestsOf.set(scenario, known);
  const times: number[] = [];
  const seen = { requests: 0, sent: 0, bytes: 0 };
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const until = began + seconds * 1000;

  async function runClient(sequence: Sequence): Promise<void> {
    let fail: (error: Error) => void = () => {};
    const lost = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const connection = await openConnection(port, (error) => fail(error), needsText(scenario));
    const finished = new Promise<void>((resolve) => {
      const sendNext = () => {
        if (performance.now() >= until || seen.sent >= requests) return resolve();
        seen.sent++;
        const sent = performance.now();
        const bytes = sequence.next(sequence.previous);
        connection.send(bytes, (answer) => {
          const { status, bytes: received } = answer;
          sequence.previous = answer;
          if (status !== 200)
            return fail(
              new Error(`answer ${status} ${answer.text} to ${bytes.toString('latin1', 0, 120).split('\r')[0]}`),
            );
          seen.requests++;
          seen.bytes += received;
          // Of a million a sample is enough.
          if (times.length < 200_000) times.push(performance.now() - sent);
          sendNext();
        });
      };
      sendNext();
    });
    await Promise.race([finished, lost]);
    connection.close();
  }

  await Promise.all(known.map(runClient));
  const elapsed = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuShare = (user + system) / 1e6 / elapsed;
  return { requests: seen.requests, seconds: elapsed, bytes: seen.bytes, cpuShare, ...percentiles(times) };
}

function percentiles(times: number[]): Pick<ClientFigures, 'medianMs' | 'p99Ms' | 'longestMs'> {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { medianMs: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
}
