/** Jobs are stored even when the nodes they ran on are deleted at the same time. */
import { describe, expect, test } from 'vitest';
import { effort } from '../helpers/effort.ts';
import type { Client } from './client.ts';
import { serverSetups, succeed, useServers } from './servers.ts';
import { whenWaiting } from './waiting.ts';

const nodes = Array.from({ length: 6 }, (_, index) => `node${index}`);
const posters = 12;
const deleters = 8;
const jobsPerPoster = 20 * effort;

describe.each(serverSetups)('$name', ({ engine, servers }) => {
  const { instances, clients } = useServers(engine, servers, ['--contract', 'teuthology']);

  test('jobs are stored while their nodes are deleted and created', async () => {
    let posting = true;
    const nodeChanges = clients(deleters).map(async (client, index) => {
      const counts = new Map<string, number>();
      for (let count = 0; posting; count++) {
        const name = nodes[(index * 5 + count) % nodes.length] as string;
        const isCreation = index === 0 && count % 3 === 0;
        const { status } = await client.send(
          isCreation
            ? { method: 'POST', path: '/nodes/', body: { name } }
            : { method: 'DELETE', path: `/nodes/${name}/` },
        );
        const key = `${isCreation ? 'create' : 'delete'} ${status}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return counts;
    });
    const posted = Promise.all(
      clients(posters).map(async (client, poster) => {
        for (let count = 0; count < jobsPerPoster; count++) {
          const body = { job_id: `${poster}-${count}`, status: 'running', targets: targets(poster + count) };
          await succeed(client, { method: 'POST', path: `/runs/run-${poster % 3}/jobs/`, body });
          const path = `/runs/run-${poster % 3}/jobs/${body.job_id}/`;
          await succeed(client, { method: 'PUT', path, body: { targets: targets(poster + count + 1) } });
        }
      }),
    );
    await posted.finally(() => {
      posting = false;
    });
    const counts = await Promise.all(nodeChanges);
    const total = (key: string) => counts.reduce((sum, some) => sum + (some.get(key) ?? 0), 0);
    const keys = new Set(counts.flatMap((some) => [...some.keys()]));
    expect([...keys].filter((key) => !/^delete (200|404)$|^create (200|400)$/.test(key))).toEqual([]);
    expect(total('delete 200')).toBeGreaterThan(nodes.length);

    const [reader] = clients(1) as [Client];
    const list = await succeed(reader, { method: 'GET', path: '/jobs/?count=10000' });
    expect(list).toHaveLength(posters * jobsPerPoster);
    // A last job that names every node creates the missing ones again.
    const last = { job_id: 'last', targets: targets(0, nodes.length) };
    await succeed(reader, { method: 'POST', path: '/runs/run-0/jobs/', body: last });
    for (const node of nodes) {
      const jobs = (await succeed(reader, { method: 'GET', path: `/nodes/${node}/jobs/` })) as { job_id: string }[];
      expect(jobs.map(({ job_id }) => job_id)).toContain('last');
    }
  });

  test.runIf(engine.name === 'postgres')('a job is stored while another process deletes its node', async () => {
    const [client] = clients(1) as [Client];
    await succeed(client, { method: 'POST', path: '/nodes/', body: { name: 'vanishing' } });
    let answer: Promise<unknown> = Promise.resolve();
    const { db } = instances.at(-1) as (typeof instances)[0];
    await db.kysely.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('nodes').where('name', '=', 'vanishing').execute();
      const body = { job_id: '1', targets: { 'ubuntu@vanishing': 'key' } };
      answer = succeed(client, { method: 'POST', path: '/runs/vanishing/jobs/', body });
      answer.catch(() => {});
      // The server has found the node and waits for the deletion to commit.
      await whenWaiting(db);
    });
    expect(await answer).toEqual({ job_id: '1' });
    const job = await succeed(client, { method: 'GET', path: '/runs/vanishing/jobs/1/' });
    expect(job).toMatchObject({ targets: { 'ubuntu@vanishing': 'key' } });
    // The job may have come before or after the deletion.
    expect([200, 404]).toContain((await client.send({ method: 'GET', path: '/nodes/vanishing/' })).status);
  });
});

/** The `targets` of a job: `count` of the nodes. */
function targets(from: number, count = 3): Record<string, string> {
  const hosts = Array.from({ length: count }, (_, index) => nodes[(from + index) % nodes.length]);
  return Object.fromEntries(hosts.map((host) => [`ubuntu@${host}`, 'ssh-rsa key']));
}
