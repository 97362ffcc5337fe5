import { join } from 'node:path';
import fastifyCompress from '@fastify/compress';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { root } from '../../program.ts';
import { compression } from '../answer-memory.ts';
import { sendMessage } from '../errors.ts';
import type { BootAnswer } from './plain.ts';
import { uiBase } from './redirects.ts';
import { bootPaths, readShell, withBoot } from './shell.ts';

const dist = join(root, 'web', 'dist');

/** Mounts the dashboard under `/ui`: immutable files, and one document for all pages, whose links begin with `prefix`. */
export async function uiRoutes(app: FastifyInstance, prefix: string): Promise<void> {
  // The pages contain no data of their own, and one of them is the sign-in page.
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, scope: 'open' };
  });
  if (readShell(dist) === null) {
    const missing = (_request: FastifyRequest, reply: FastifyReply) =>
      sendMessage(reply, 503, 'the dashboard has not been built; run: npm run build');
    app.get(uiBase, missing);
    app.get(`${uiBase}/*`, missing);
    return;
  }
  app.register(fastifyStatic, {
    root: join(dist, 'assets'),
    prefix: `${uiBase}/assets/`,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
  });
  await app.register(fastifyCompress, compression);
  const page = async (request: FastifyRequest, reply: FastifyReply) => {
    // Reread, because a new build removes the files of the old one.
    const shell = readShell(dist);
    if (shell === null) return sendMessage(reply, 503, 'the dashboard is being built; try again');
    const [path = '', search = ''] = request.url.slice(uiBase.length).split('?', 2);
    const answers = await Promise.all(bootPaths(path, search).map((wanted) => answerOf(app, wanted, request)));
    reply.headers({
      'content-security-policy': shell.policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
    return reply.type('text/html; charset=utf-8').send(withBoot(shell, answers.flat(), prefix));
  };
  app.get(uiBase, { config: { line: 'document' } }, page);
  app.get(`${uiBase}/*`, { config: { line: 'document' } }, page);
  app.get(`${uiBase}/icon.svg`, (_request, reply) => reply.sendFile('icon.svg', dist));
}

/** The API's answer to `path`. Empty on an error: the page then sends the request itself and shows the error. */
async function answerOf(app: FastifyInstance, path: string, { raw }: FastifyRequest): Promise<BootAnswer[]> {
  // Asks with the headers of the page, so that users without the right to read get no data.
  const own = Object.entries(raw.headers).filter(([name]) => !aboutThePage.test(name));
  const headers = { ...Object.fromEntries(own), accept: 'application/json' };
  const asked = app.inject({ url: path, headers, remoteAddress: raw.socket.remoteAddress ?? '' });
  // A server that is stopping refuses the request.
  const answer = await asked.catch(() => null);
  return answer?.statusCode === 200 ? [{ path, data: answer.body }] : [];
}

/** Headers about the transfer of the page, not about its user. */
const aboutThePage = /^(accept-encoding|connection|content-.*|expect|if-.*|range|transfer-encoding|upgrade)$/;
