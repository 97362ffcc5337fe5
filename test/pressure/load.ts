/** Many clients at once, most of them unpleasant, and what they do to a server. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

/** A server process under test. */
export interface Target {
  port: number;
  pid: number;
}

/** What a load did. */
export interface Effect {
  /** The most memory that the process took, in MB. */
  peak: number;
  /** The longest that somebody else waited, in milliseconds for which the server had a processor; and how often he asked. */
  longest: number;
  asked: number;
}

/** Measures what happens to a server, and to somebody else who asks it, while `load` is under way. */
export async function measure({ port, pid }: Target, load: () => Promise<unknown>): Promise<Effect> {
  // Begins a new maximum (proc(5)).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const bystander = fork(join(import.meta.dirname, 'bystander.ts'), [`http://127.0.0.1:${port}`, String(pid)]);
  try {
    await message(bystander);
    await load();
    const told = message(bystander);
    bystander.send('end');
    const { asked, longest } = (await told) as Pick<Effect, 'asked' | 'longest'>;
    return { peak: peakOf(pid), asked, longest };
  } finally {
    bystander.kill();
  }
}

async function message(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('the bystander got no answer');
  });
  const [text] = await Promise.race([once(child, 'message'), ended]);
  return text;
}

/** The most memory that a process has taken, in MB. */
function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Opens a connection and sends some bytes. It reads nothing until it is resumed; errors are not of interest. */
export function open({ port }: Pick<Target, 'port'>, bytes: string | Buffer): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {}).pause();
  socket.write(bytes);
  return socket;
}

/** The text of a request without a body. */
export function requestFor(path: string, headers = '', method = 'GET'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: paddles.test\r\nConnection: close\r\n${headers}\r\n`;
}

/** Reads what a connection receives to its end. Resolves to the status, 0 when there is none. */
export async function statusOf(socket: Socket): Promise<number> {
  let head = '';
  socket.on('data', (bytes: Buffer) => {
    if (head === '') head = bytes.subarray(0, 20).toString('latin1');
  });
  socket.resume();
  await once(socket, 'close');
  return Number(head.split(' ')[1] ?? 0);
}

/** Sends the same request on many connections at once and reads the answers. Resolves to the number of answers by status. */
export async function flood(target: Pick<Target, 'port'>, count: number, request: string | Buffer) {
  const answers = await Promise.all(Array.from({ length: count }, () => statusOf(open(target, request))));
  const counts: Record<number, number> = {};
  for (const status of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
