import { expect, test } from 'vitest';
import { partsWith } from './config-parts.ts';

const config = { kernel: { branch: 'distro' }, tasks: [{ install: null }, { ceph: { log: ['a MON b', 'c'] } }], n: 1 };

test.each([
  ['', config],
  ['Kernel', { kernel: { branch: 'distro' } }],
  ['mon', { tasks: [{ ceph: { log: ['a MON b'] } }] }],
  ['install', { tasks: [{ install: null }] }],
  ['1', { n: 1 }],
  ['nothing', null],
])('%j finds the matching keys and values of a configuration', (text, found) => {
  expect(partsWith(config, text)).toEqual(found);
});
