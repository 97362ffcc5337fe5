/** Puts a server under the load of many clients, most of them hostile, and measures the effect. */
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

/** The effect of a load. */
export interface Effect {
  /** The peak memory of the process, in MB. */
  peak: number;
  /** The longest wait of another client, in milliseconds of the server's processor time, and the number of its requests. */
  longest: number;
  asked: number;
}

/** Measures the effect of `load` on a server and on another client. */
export async function measure({ port, pid }: Target, load: () => Promise<unknown>): Promise<Effect> {
  // Resets the peak (proc(5)).
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

/** The peak memory of a process, in MB. */
function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Opens a connection and sends some bytes. It reads nothing until it is resumed, and ignores errors. */
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

/** Reads a connection to its end. Resolves to the status of the answer, 0 if there is none. */
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
