/** Requests for nodes (teuthology contract §2.10, §2.11, §2.13). */
import { describe, expect, test } from 'vitest';
import type { NodeWrite } from '../../../src/store/write/nodes.ts';
import { engines } from '../../helpers/engines.ts';
import { someone } from '../../helpers/server.ts';
import { createNode, expectRefused, useTeuthology } from './start.ts';

describe.each(engines)('nodes on $name', (engine) => {
  const server = useTeuthology(engine);
  const get = (path: string) => server.get(path);
  const post = (path: string, body?: unknown) => server.post(path, body);
  const put = (path: string, body?: unknown) => server.put(path, body);
  const newNode = (fields?: object) => createNode(server, fields);
  const node = async (name: string) => (await get(`/nodes/${name}/`)).json as Record<string, unknown>;

  describe('/nodes/', () => {
    test('a node has all keys in order, with its host nested', async () => {
      await newNode({ name: 'host.front' });
      const guest = {
        description: 'd',
        is_vm: true,
        vm_host: 'host.front',
        os_type: 'ubuntu',
        os_version: 22.1,
        arch: 'x',
      };
      await newNode({ name: 'guest.front', ...guest, mac_address: '00:11', ssh_pub_key: 'ssh-rsa é', user: 'ignored' });
      const shown = await get('/nodes/guest.front');
      expect(shown.headers['content-type']).toBe('application/json');
      expect(Object.keys(shown.json as object).join()).toBe(
        'name,description,up,machine_type,is_vm,vm_host,os_type,os_version,arch,locked,locked_since,locked_by,mac_address,ssh_pub_key',
      );
      expect(shown.json).toMatchObject({
        ...guest,
        os_version: '22.1',
        up: true,
        vm_host: { name: 'host.front', vm_host: null, is_vm: false },
        locked: false,
        locked_since: null,
        locked_by: null,
        mac_address: '00:11',
        ssh_pub_key: 'ssh-rsa é',
      });
      expect(await server.call('HEAD', '/nodes/guest.front/')).toMatchObject({ status: 200, json: undefined });
    });

    test('the list is ordered by name and filtered', async () => {
      await newNode({ name: 'f-b', machine_type: 'fa', up: false, os_type: 'rhel', os_version: '9' });
      await newNode({ name: 'f-a', machine_type: 'fb', locked: true, locked_by: 'ana' });
      await newNode({ name: 'f-c', machine_type: 'fa,fb', up: null });
      const names = async (query: string) =>
        ((await get(`/nodes/${query}`)).json as { name: string }[]).map(({ name }) => name).join();
      const rows: [string, string][] = [
        ['?machine_type=fa%7Cfb', 'f-a,f-b'],
        ['?machine_type=fa|fb|', 'f-a,f-b'],
        ['?machine_type=fa,fb', 'f-c'],
        ['?machine_type=fa|fb&locked=1', 'f-a'],
        ['?machine_type=fa|fb&locked=False', 'f-b'],
        ['?machine_type=fa|fb|fa,fb&up=True', 'f-a'],
        ['?machine_type=fa|fb|fa,fb&up=0', 'f-b'],
        ['?os_type=rhel&os_version=9&locked_by=', 'f-b'],
        ['?locked_by=ana&nonsense=1&arch=none', 'f-a'],
        ['?machine_type=fa|fb&count=1', 'f-a'],
        ['?machine_type=fa&count=0', ''],
        ['?machine_type=fa&count=99999999999999999999999', 'f-b'],
        ['?machine_type=none', ''],
      ];
      for (const [query, expected] of rows) expect([query, await names(query)]).toEqual([query, expected]);
      expect((await names('')).split(',')).toEqual(expect.arrayContaining(['f-a', 'f-b', 'f-c']));
      expect(await names('?machine_type=')).toBe(await names(''));
    });

    test.each([
      ['?count=', 'count must be an integer'],
      ['?count=-1', 'count must be an integer'],
      ['?count=1.5', 'count must be an integer'],
      ['?locked=', 'locked must be true or false'],
      ['?up=2', 'up must be true or false'],
      ['?up=1&up=0', "parameter 'up' must be given once"],
    ])('GET /nodes/%s is refused', async (query, message) => {
      expect(await get(`/nodes/${query}`)).toMatchObject({ status: 400, json: { message } });
    });

    test.each<[unknown, string]>([
      ['{', 'could not decode JSON body'],
      [undefined, 'could not decode JSON body'],
      [[], 'the JSON body must be an object'],
      [{}, "could not find required key: 'name'"],
      [{ name: '' }, "could not find required key: 'name'"],
      [{ name: null }, "could not find required key: 'name'"],
      [{ name: 'bad1', locked: true }, 'Cannot lock without specifying locked_by'],
      [{ name: 'bad1', locked: 'true' }, "invalid value for key 'locked': must be true or false"],
      [{ name: 'bad1', is_vm: null }, "invalid value for key 'is_vm': must be true or false"],
      [{ name: 'bad1', arch: {} }, "invalid value for key 'arch': must be a text or null"],
      [{ name: 'bad1', vm_host: 'nowhere' }, "invalid value for key 'vm_host': there is no node nowhere"],
      [{ name: 'bad1', vm_host: 'bad1' }, "invalid value for key 'vm_host': bad1 would host itself"],
      [{ name: 'a/b' }, "invalid value for key 'name': must not contain '/'"],
      [{ name: 'lock_many' }, "invalid value for key 'name': must not be 'lock_many'"],
      [{ name: 'x'.repeat(257) }, "invalid value for key 'name': must be at most 256 characters long"],
    ])('POST %j is refused', async (body, message) => {
      expect(await post('/nodes/', body)).toMatchObject({ status: 400, json: { message } });
      expect((await get('/nodes/bad1/')).status).toBe(404);
    });

    test('a node that exists is refused and unchanged', async () => {
      const { name, path } = await newNode({ description: 'first' });
      const message = `Node with name ${name} already exists`;
      expect(await post('/nodes', { name, description: 'second' })).toMatchObject({ status: 400, json: { message } });
      expect((await get(path)).json).toMatchObject({ description: 'first' });
    });

    test('exactly one of several clients creates a node', async () => {
      const replies = await Promise.all(Array.from({ length: 20 }, () => post('/nodes/', { name: 'same' })));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(400)]);
    });

    test('a new node has defaults, and only the server sets locked_since', async () => {
      await post('/nodes/', '{"name": "plain"}');
      expect(await node('plain')).toMatchObject({ up: null, is_vm: false, locked: false, machine_type: null });
      const held = await newNode({ locked: 1, locked_by: 'ana', locked_since: '2001-01-01 00:00:00' });
      expect((await node(held.name)).locked_since).toMatch(/^2024-03-01 00:00:00\.\d{6}$/);
      const open = await newNode({ locked: 0, locked_by: 'ana', locked_since: '2001-01-01 00:00:00' });
      expect(await node(open.name)).toMatchObject({ locked: false, locked_by: null, locked_since: null });
    });

    test('texts with characters that PostgreSQL cannot store, long texts and numbers are preserved as far as possible', async () => {
      const { name } = await newNode({ description: 'a\0b\ud800', os_type: 'x'.repeat(100), os_version: true });
      expect(await node(name)).toMatchObject({
        description: 'a\ufffdb\ufffd',
        os_type: 'x'.repeat(100),
        os_version: 'true',
      });
    });
  });

  describe('/nodes/{node}/', () => {
    test('PUT changes only the keys in the body', async () => {
      const { name, path } = await newNode({ description: 'd', os_type: 'rhel' });
      const sent = { name: 'other', up: false, os_type: '', description: null, user: 'x', locked_since: 'y' };
      expect(await put(`${path}/`, sent)).toMatchObject({ status: 200, json: {} });
      expect(await node(name)).toMatchObject({ name, up: false, os_type: '', description: null, locked_since: null });
      expect(await put(path, { up: null, is_vm: 1 })).toMatchObject({ status: 200 });
      expect(await node(name)).toMatchObject({ up: null, is_vm: true });
    });

    test('an unknown node is 404 with the message of each method', async () => {
      const message = 'node not found';
      expect(await get('/nodes/none/')).toMatchObject({ status: 404, json: { message } });
      expect(await server.call('DELETE', '/nodes/none/')).toMatchObject({ status: 404, json: { message } });
      for (const path of ['lock', 'jobs', 'job_stats']) {
        expect(await put(`/nodes/none/${path}`, {})).toMatchObject({ status: 404, json: { message } });
      }
      for (const body of [{ up: true }, '{', { is_vm: null }]) {
        expect(await put('/nodes/none/', body)).toMatchObject({
          status: 404,
          json: { message: 'attempted to update a non-existent node' },
        });
      }
    });

    test('PUT obeys the lock rules', async () => {
      const { name, path } = await newNode();
      await expectRefused(put(path, { locked: true }), 400, 'Cannot lock without specifying locked_by');
      await expectRefused(put(path, { locked: false }), 403, 'Cannot unlock an already-unlocked node');
      expect((await put(path, { locked: true, locked_by: 'ana' })).status).toBe(200);
      await expectRefused(put(path, { locked: true, locked_by: 'bob' }), 403, 'Cannot lock an already-locked node');
      await expectRefused(put(path, { locked_by: 'bob' }), 403, 'Cannot lock an already-locked node');
      await expectRefused(put(path, { locked: 2 }), 400, "invalid value for key 'locked': must be true or false");
      await expectRefused(put(path, { locked: null }), 400, "invalid value for key 'locked': must be true or false");
      expect(await node(name)).toMatchObject({ locked: true, locked_by: 'ana' });
      expect((await put(path, { locked: false, locked_by: 'ana' })).status).toBe(200);
      expect(await node(name)).toMatchObject({ locked: false, locked_by: null, locked_since: null });
    });

    test('a node cannot host itself, and guests of a deleted host remain', async () => {
      const a = await newNode();
      const b = await newNode({ vm_host: a.name });
      const c = await newNode({ vm_host: b.name });
      const message = `invalid value for key 'vm_host': ${a.name} would host itself`;
      await expectRefused(put(a.path, { vm_host: c.name }), 400, message);
      await expectRefused(put(a.path, { vm_host: a.name }), 400, message);
      await expectRefused(
        put(a.path, { vm_host: 'gone' }),
        400,
        "invalid value for key 'vm_host': there is no node gone",
      );
      expect(await node(c.name)).toMatchObject({ vm_host: { name: b.name, vm_host: { name: a.name, vm_host: null } } });
      expect(await server.call('DELETE', `${b.path}/`)).toMatchObject({ status: 200, json: {} });
      expect((await get(b.path)).status).toBe(404);
      expect(await node(c.name)).toMatchObject({ vm_host: null });
      expect(await put(a.path, { vm_host: c.name })).toMatchObject({ status: 200 });
      expect(await put(a.path, { vm_host: null })).toMatchObject({ status: 200 });
      expect(await node(a.name)).toMatchObject({ vm_host: null });
    });

    test('concurrent writes in one transaction see each other', async () => {
      const [x, y] = ['x-shared', 'y-shared'];
      const request = { count: 2, locked_by: 'ana', machine_types: [x], description: null };
      const any = { os_type: null, os_version: null, arch: null };
      const writes: NodeWrite[] = [
        { at: 1, by: someone, kind: 'create', name: x, change: { machine_type: x, up: true } },
        { at: 1, by: someone, kind: 'create', name: y, change: { machine_type: x, up: true, vm_host: x } },
        { at: 1, by: someone, kind: 'change', name: x, change: { vm_host: y } },
        { at: 1, by: someone, kind: 'lock_many', request: { ...request, ...any } },
        { at: 1, by: someone, kind: 'delete', name: x },
        { at: 1, by: someone, kind: 'create', name: x, change: { up: false } },
        { at: 1, by: someone, kind: 'unlock_many', names: [y], locked_by: 'ana' },
      ];
      const results = await Promise.all(writes.map((write) => server.db.nodeWriter.write(write, 0)));
      expect(results).toMatchObject([
        [{ name: x }],
        [{ name: y }],
        { failure: 'invalid' },
        [{ name: x }, { name: y, locked: true }],
        [],
        [{ name: x, up: false }],
        [{ name: y, locked: false }],
      ]);
      expect(await node(y)).toMatchObject({ locked: false, vm_host: null });
      expect(await node(x)).toMatchObject({ up: false, machine_type: null, locked: false });
    });
  });
});
