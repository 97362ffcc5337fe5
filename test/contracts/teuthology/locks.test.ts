/** Requests for locks (teuthology contract §2.12, §2.14). */
import { describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { createNode, expectRefused, useTeuthology } from './start.ts';

describe.each(engines)('locks on $name', (engine) => {
  const server = useTeuthology(engine);
  const get = (path: string) => server.get(path);
  const post = (path: string, body?: unknown) => server.post(path, body);
  const put = (path: string, body?: unknown) => server.put(path, body);
  const newNode = (fields?: object) => createNode(server, fields);
  const node = async (name: string) => (await get(`/nodes/${name}/`)).json as Record<string, unknown>;

  describe('/nodes/{node}/lock', () => {
    test('lock and unlock return the lock result', async () => {
      const { name, machine_type, path } = await newNode({ description: 'old' });
      const result = { name, locked: true, locked_by: 'ana', machine_type, is_vm: false };
      const sent = { name, locked: true, locked_by: 'ana', description: '/a/run/1' };
      const locked = await put(`${path}/lock/`, sent);
      expect(locked).toMatchObject({ status: 200 });
      expect(Object.entries(locked.json as object)).toEqual(Object.entries(result));
      const since = (await node(name)).locked_since;
      expect(since).toMatch(/^2024-03-01 /);
      // Repeating the request changes nothing.
      expect(await post(`${path}/lock`, sent)).toMatchObject({ status: 200, json: result });
      expect(await node(name)).toMatchObject({ locked_since: since, description: '/a/run/1' });
      const other = { locked: false, locked_by: 'ana', description: '/a/run/2' };
      await expectRefused(put(`${path}/lock`, other), 403, 'Cannot unlock - description values must match');
      await expectRefused(put(`${path}/lock`, { locked: 0 }), 400, 'Cannot unlock without specifying locked_by');
      const wrong = { locked: false, locked_by: 'bob' };
      await expectRefused(put(`${path}/lock`, wrong), 403, 'Cannot unlock - locked_by values must match');
      expect((await put(`${path}/lock`, { locked: false, locked_by: 'ana', description: null })).json).toEqual({
        ...result,
        locked: false,
        locked_by: null,
      });
      expect(await node(name)).toMatchObject({ locked: false, locked_since: null, description: null });
      await expectRefused(put(`${path}/lock`, wrong), 403, 'Cannot unlock an already-unlocked node');
    });

    test('a body without locked is a plain update; an invalid one is refused', async () => {
      const { name, path } = await newNode();
      expect(await put(`${path}/lock`, { os_version: 9 })).toMatchObject({
        status: 200,
        json: { name, locked: false },
      });
      expect(await node(name)).toMatchObject({ os_version: '9' });
      await expectRefused(put(`${path}/lock`, '{'), 400, 'could not decode JSON body');
      const message = "invalid value for key 'locked': must be true or false";
      for (const locked of ['true', null, 2, []]) await expectRefused(put(`${path}/lock`, { locked }), 400, message);
    });

    test('other methods get a 405 with Allow', async () => {
      const { path } = await newNode();
      const message = 'this URI only supports PUT and POST requests but GET was attempted';
      expect(await get(`${path}/lock`)).toMatchObject({
        status: 405,
        json: { message },
        headers: { allow: 'PUT, POST, OPTIONS', 'content-type': 'application/json' },
      });
    });
  });

  describe('/nodes/lock_many and /nodes/unlock_many', () => {
    let types = 0;
    const lockMany = (machine_type: string, count: unknown, more: object = {}) =>
      post('/nodes/lock_many/', { count, locked_by: 'ana', machine_type, description: 'd', ...more });

    test('locks exactly as many nodes as requested, and returns them by name', async () => {
      const type = `many${++types}`;
      for (const name of ['c', 'a', 'd', 'b'])
        await newNode({ name: `${type}${name}`, machine_type: type, description: 'old' });
      await newNode({ name: `${type}0`, machine_type: type, up: false });
      const taken = await lockMany(type, 2.0, { description: null });
      expect(taken).toMatchObject({
        status: 200,
        json: [
          { name: `${type}a`, locked: true, locked_by: 'ana', description: null, vm_host: null },
          { name: `${type}b`, locked: true },
        ],
      });
      expect(taken.json).toEqual([await node(`${type}a`), await node(`${type}b`)]);
      await expectRefused(lockMany(type, 3), 503, 'only 2 nodes available');
      expect((await lockMany(`nothing|${type}`, 2)).json).toHaveLength(2);
      await expectRefused(lockMany(type, 1), 503, 'only 0 nodes available');
    });

    test('locks the nodes that have been free longest, however they were unlocked', async () => {
      const type = `many${++types}`;
      for (const letter of 'lkjihgfedcba') await newNode({ name: `${type}${letter}`, machine_type: type });
      const lock = async (count: number) =>
        ((await lockMany(type, count)).json as { name: string }[]).map(({ name }) => name.slice(type.length)).join('');
      const used: string[] = [];
      for (let turn = 0; turn < 5; turn++) {
        const two = await lock(2);
        used.push(two);
        const names = [...two].map((letter) => `${type}${letter}`);
        expect((await post('/nodes/unlock_many/', { names, locked_by: 'ana' })).status).toBe(200);
      }
      expect(used).toEqual(['ab', 'cd', 'ef', 'gh', 'ij']);
      expect(await lock(4)).toBe('abkl');
      const unlock = { locked: false, locked_by: 'ana' };
      expect((await put(`/nodes/${type}k/lock/`, { name: `${type}k`, ...unlock })).status).toBe(200);
      expect((await put(`/nodes/${type}b/`, { name: `${type}b`, ...unlock })).status).toBe(200);
      expect(await lock(8)).toBe('cdefghij');
      expect(await lock(1)).toBe('k');
      expect(await lock(1)).toBe('b');
    });

    test('locks only nodes that match the request', async () => {
      const { machine_type, name } = await newNode({ os_type: 'ubuntu', os_version: '22', arch: 'x86_64' });
      await expectRefused(lockMany(machine_type, 1, { os_type: 'rhel' }), 503, 'only 0 nodes available');
      await expectRefused(lockMany(machine_type, 1, { os_version: 21 }), 503, 'only 0 nodes available');
      await expectRefused(lockMany(machine_type, 1, { arch: 'arm' }), 503, 'only 0 nodes available');
      const exact = { os_type: 'ubuntu', os_version: 22, arch: 'x86_64' };
      expect((await lockMany(machine_type, 1, exact)).json).toMatchObject([{ name }]);
    });

    test.each<[object | string, string]>([
      ['{', 'could not decode JSON body'],
      [
        { count: 1, locked_by: 'a', machine_type: 'x' },
        'must pass these fields: count, locked_by, machine_type, description',
      ],
      [{ count: 0, locked_by: 'a', machine_type: 'x', description: null }, 'cannot lock less than 1 node'],
      [
        { count: '1', locked_by: 'a', machine_type: 'x', description: null },
        "invalid value for key 'count': must be a whole number",
      ],
      [
        { count: 1.5, locked_by: 'a', machine_type: 'x', description: null },
        "invalid value for key 'count': must be a whole number",
      ],
      [{ count: 1, locked_by: 'a', machine_type: null, description: null }, 'must specify machine_type'],
      [{ count: 1, locked_by: 'a', machine_type: '', description: null }, 'must specify machine_type'],
      [{ count: 1, locked_by: '', machine_type: 'x', description: null }, 'Cannot lock without specifying locked_by'],
    ])('lock_many refuses %j', async (body, message) => {
      await expectRefused(post('/nodes/lock_many', body), 400, message);
    });

    test('unlocks all named nodes or none', async () => {
      const a = await newNode({ locked: true, locked_by: 'ana', description: 'kept' });
      const b = await newNode({ locked: true, locked_by: 'ana' });
      const other = await newNode({ locked: true, locked_by: 'bob' });
      const open = await newNode();
      const unlock = (names: unknown, locked_by: unknown = 'ana') => post('/nodes/unlock_many/', { names, locked_by });
      const mismatch = 'Cannot unlock - locked_by values must match';
      await expectRefused(unlock([a.name, other.name]), 403, mismatch);
      await expectRefused(unlock([a.name, open.name]), 403, 'Cannot unlock an already-unlocked node');
      await expectRefused(unlock([a.name, 'unknown']), 400, 'Could not find all nodes!');
      await expectRefused(unlock([a.name, a.name]), 400, 'Could not find all nodes!');
      await expectRefused(unlock([a.name], null), 400, 'Cannot unlock without specifying locked_by');
      expect(await node(a.name)).toMatchObject({ locked: true, locked_by: 'ana' });
      const { json, status } = await unlock([b.name, a.name]);
      const result = (of: typeof a) => ({
        name: of.name,
        locked: false,
        locked_by: null,
        machine_type: of.machine_type,
        is_vm: false,
      });
      expect({ json, status }).toEqual({
        status: 200,
        json: [result(a), result(b)].sort((x, y) => (x.name < y.name ? -1 : 1)),
      });
      expect(await node(a.name)).toMatchObject({ locked_since: null, description: 'kept' });
      expect(await unlock([])).toMatchObject({ status: 200, json: [] });
    });

    test.each<[object | string, string]>([
      ['', 'could not decode JSON body'],
      [{ names: [] }, 'must pass these fields: names, locked_by'],
      [{ names: [], locked_by: 'a', more: 1 }, 'must pass these fields: names, locked_by'],
      [{ names: 'x', locked_by: 'a' }, "'names' must be a list; got: <class 'str'>"],
      [{ names: {}, locked_by: 'a' }, "'names' must be a list; got: <class 'dict'>"],
      ['{"names": 1.0, "locked_by": "a"}', "'names' must be a list; got: <class 'float'>"],
      [{ names: null, locked_by: 'a' }, "'names' must be a list; got: <class 'NoneType'>"],
      [{ names: [1], locked_by: 'a' }, 'Could not find all nodes!'],
    ])('unlock_many refuses %j', async (body, message) => {
      await expectRefused(post('/nodes/unlock_many', body), 400, message);
    });

    test.each(['lock_many', 'unlock_many'])('%s accepts only POST', async (path) => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        expect(await server.call(method, `/nodes/${path}/`)).toMatchObject({
          status: 405,
          json: { message: 'this URI only supports POST requests' },
          headers: { allow: 'POST, OPTIONS' },
        });
      }
    });
  });
});
