/** Short addresses for reports and tickets (`shortPath` of core/paths.ts). */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readDigits } from '../../core/input.ts';
import { pagePath } from '../../core/paths.ts';
import type { Reader } from '../../store/engine/schema.ts';
import { runName } from '../../store/read/runs.ts';
import { sendMessage } from '../errors.ts';
import { ordinary } from '../turns.ts';

/** Mounts `/r/ID`, `/j/ID.JOB` and `/c/CAUSE`, which lead to pages below `base`. */
export function shortAddresses(app: FastifyInstance, db: Reader, base: string): void {
  const toRun = async (reply: FastifyReply, id: string, page: (run: string) => string) => {
    const number = readDigits(id);
    const run = number === null ? null : await runName(db, number);
    if (run === null) return sendMessage(reply, 404, `there is no run with the id '${id.slice(0, 40)}'`);
    return reply.redirect(`${base}${page(run)}`, 302);
  };
  app.get<{ Params: { id: string } }>('/r/:id', { config: ordinary }, ({ params }, reply) =>
    toRun(reply, params.id, (run) => pagePath.run(run)),
  );
  app.get<{ Params: { id: string } }>('/j/:id', { config: ordinary }, ({ params: { id } }, reply) => {
    const dot = id.indexOf('.');
    return toRun(reply, dot === -1 ? id : id.slice(0, dot), (run) =>
      dot === -1 ? pagePath.run(run) : pagePath.job(run, id.slice(dot + 1)),
    );
  });
  app.get<{ Params: { cause: string } }>('/c/:cause', { config: ordinary }, ({ params }, reply) =>
    reply.redirect(`${base}${pagePath.cause(params.cause)}`, 302),
  );
}
