/** Answers with a list that can be long. Of hostile data they have megabytes, for which others would wait. */
import type { FastifyReply } from 'fastify';
import { inTurns } from '../../core/turns.ts';
import { jsonType } from '../errors.ts';

/** Sends an object that has some values, and behind them a list, whose items are made and printed in turns. */
export async function sendWithList<Item>(
  reply: FastifyReply,
  rest: object,
  [key, items]: readonly [key: string, items: Iterable<Item>],
  shown: (item: Item) => unknown,
): Promise<FastifyReply> {
  const parts = [`${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(key)}:[`];
  for await (const item of inTurns(items)) parts.push(`${parts.length > 1 ? ',' : ''}${JSON.stringify(shown(item))}`);
  return reply.type(jsonType).send(await bytesOf([...parts, ']}']));
}

/** The bytes of a text that comes in parts. */
export async function bytesOf(parts: readonly string[]): Promise<Buffer> {
  const buffers: Buffer[] = [];
  for await (const part of inTurns(parts)) buffers.push(Buffer.from(part));
  return Buffer.concat(buffers);
}
