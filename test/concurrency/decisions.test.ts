/** Decisions of two users survive when the servers are killed right after they answered. */
import { expect, test } from 'vitest';
import type { DecisionItem, DecisionList } from '../../src/http/api/decisions.ts';
import type { RunVerdicts } from '../../src/http/api/run-verdicts.ts';
import { engines } from '../helpers/engines.ts';
import { spawnServer } from '../helpers/process.ts';
import { createClient } from '../helpers/server.ts';

const today = 'yuriw-2026-11-13_09:00:00-rados-main-distro-default-smithi';
const ana = { 'x-paddles-name': 'ana' };
const bob = { 'x-paddles-name': 'bob' };

test.each(engines)('decisions of two users survive kill -9 of the servers on $name', async (engine) => {
  const database = await engine.createTables();
  const settings = ['--contract', 'teuthology'];
  const start = () => spawnServer(database.url, settings);
  const servers = engine.name === 'postgres' ? [await start(), await start()] : [await start()];
  const clients = servers.map(({ port }) => createClient(port));
  const [first, last] = [clients[0]!, clients.at(-1)!];
  try {
    const job = { job_id: '1', status: 'fail', failure_reason: 'the first thing is broken' };
    await first.request('POST', `/runs/${today}/jobs/`, job);
    const { verdicts } = (await last.request('GET', `/api/runs/${today}/verdicts`)).json as RunVerdicts;
    const body = { run: today, cause: verdicts[0]?.id, class: 'infra' };
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        (at % 2 ? first : last).request('POST', '/api/decisions', { ...body, key: `${at >> 1}` }, at % 2 ? ana : bob),
      ),
    );
    expect(made.map(({ status }) => status)).toEqual(made.map(() => 200));
    await Promise.all(servers.map((server) => server.kill('SIGKILL')));
    servers.splice(0, 2, await start());
    const again = createClient(servers[0]!.port);
    clients.push(again);
    const { decisions } = (await again.request('GET', '/api/decisions')).json as DecisionList;
    const ids = made.map(({ json }) => (json as DecisionItem).id);
    expect(decisions.map(({ id }) => id)).toEqual(ids.sort((a, b) => b - a));
    const repeated = await again.request('POST', '/api/decisions', { ...body, key: '0' }, ana);
    expect(ids).toContain((repeated.json as DecisionItem).id);
  } finally {
    for (const client of clients) client.close();
    for (const server of servers) await server.kill('SIGKILL');
    await database.drop();
  }
});
