/** Sends requests over keep-alive connections and keeps the times of their answers. */
import { type Connection, openConnection } from '../connection.ts';

/** What is sent: request number `n`, counted from 0. */
export type RequestAt = (n: number) => Buffer;

/** Of one measurement. */
export interface Limits {
  port: number;
  clients: number;
  seconds: number;
  requests: number;
  /** What an answer is to have. */
  status: number;
}

/** What the clients saw; `problem` when an answer was another one than expected. */
export interface Timing {
  medianMs: number;
  p99Ms: number;
  requests: number;
  /** Of the median answer. */
  bytes: number;
  problem: string | null;
}

/** A server that does not answer for so long will not. */
const patience = 60_000;

/** Measures until enough requests have been answered or the time is over; each client finishes what it has sent. */
export async function measure(requestAt: RequestAt, limits: Limits): Promise<Timing> {
  const { clients, seconds, requests, status } = limits;
  const times: number[] = [];
  const sizes: number[] = [];
  let [sent, problem] = [0, null as string | null];
  const until = performance.now() + seconds * 1000;
  const client = async () => {
    const connection = await connect(limits.port);
    while (problem === null && sent < requests && (performance.now() < until || sent < clients)) {
      const request = requestAt(sent++);
      const began = performance.now();
      const answer = await connection.ask(request);
      times.push(performance.now() - began);
      sizes.push(answer.bytes);
      if (answer.status !== status) problem ??= answer.status === 0 ? answer.text : `HTTP ${answer.status}`;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: Math.min(clients, requests) }, client));
  return { medianMs: at(times, 0.5), p99Ms: at(times, 0.99), requests: times.length, bytes: at(sizes, 0.5), problem };
}

async function connect(port: number) {
  let lost: (error: Error) => void = () => {};
  const connection: Connection = await openConnection(port, (error) => lost(error));
  return {
    ask: (request: Buffer) =>
      new Promise<{ status: number; bytes: number; text: string }>((resolve) => {
        const timer = setTimeout(() => lost(new Error(`no answer within ${patience / 1000} s`)), patience);
        const done = (answer: { status: number; bytes: number; text: string }) => {
          clearTimeout(timer);
          resolve(answer);
        };
        lost = (error) => done({ status: 0, bytes: 0, text: error.message });
        connection.send(request, done);
      }),
    close: () => connection.close(),
  };
}

function at(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
