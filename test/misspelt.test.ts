import { expect, test } from 'vitest';
import { misspelt } from '../src/config.ts';

test.each([
  ['PADDLES_SERVR_PORT', 'PADDLES_SERVER_PORT'],
  ['PADDLES_PORT', 'PADDLES_SERVER_PORT'],
  ['PADDLES_DATABASE', 'PADDLES_DATABASE_URL'],
  ['PADDLES_WORKER_COUNT', 'PADDLES_WORKERS'],
  ['PADDLES_READONLY', 'PADDLES_READ_ONLY'],
])('%s is closest to %s', (name, nearest) => {
  expect(misspelt({ [name]: '1', PADDLES_SERVER_HOST: 'localhost', PATH: '' })).toEqual([{ name, nearest }]);
});

test('variables that Kubernetes sets for a service are not reported as misspelt settings', () => {
  const set = {
    PADDLES_PORT: 'tcp://10.0.0.1:80',
    PADDLES_PORT_80_TCP_ADDR: '10.0.0.1',
    PADDLES_SERVICE_HOST: '10.0.0.1',
  };
  expect(misspelt(set)).toEqual([]);
});

test('a name of any length is compared', () => {
  expect(misspelt({ [`PADDLES_${'X'.repeat(1000)}`]: '' })).toHaveLength(1);
});
