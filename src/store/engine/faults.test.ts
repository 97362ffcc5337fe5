import { describe, expect, test } from 'vitest';
import { DatabaseFault, isDatabaseFault } from './faults.ts';

describe('a database fault', () => {
  test.each([
    ['a broken connection', { code: 'ECONNRESET', syscall: 'read' }],
    ['a missing socket file', { code: 'ENOENT', syscall: 'connect' }],
    ['a socket file without access', { code: 'EACCES', syscall: 'connect' }],
    ['a lack of file descriptors', { code: 'EMFILE', syscall: 'socket' }],
    ['a host without a route', { code: 'EHOSTUNREACH', syscall: 'connect' }],
    ['a full disk on SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 13, message: 'database or disk is full' }],
    ['an extended SQLite result code', { code: 'ERR_SQLITE_ERROR', errcode: 10 | (3 << 8) }],
    ['a timeout of the driver', new Error('Query read timeout')],
    ['a connection lost by the driver', new Error('Connection terminated unexpectedly')],
    ['a server that is starting', { code: '57P03' }],
    ['a serialization failure', { code: '40001' }],
    ['an error that an engine declares to be one', new DatabaseFault('the file was replaced')],
  ])('is %s', (_, error) => {
    expect(isDatabaseFault(error)).toBe(true);
  });

  test.each([
    ['a constraint violation on PostgreSQL', { code: '23505' }],
    ['a syntax error', { code: '42601' }],
    ['a value out of range', { code: '22003' }],
    [
      'a constraint violation on SQLite',
      { code: 'ERR_SQLITE_ERROR', errcode: 19, message: 'UNIQUE constraint failed' },
    ],
    ['a syntax error on SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 1, message: 'near "x": syntax error' }],
    ['a missing table on SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 1, message: 'no such table: x' }],
    ['a missing file of the program', { code: 'ENOENT', syscall: 'open' }],
    ['a mistake in the program', new TypeError('x is not a function')],
    ['nothing', undefined],
  ])('is not %s', (_, error) => {
    expect(isDatabaseFault(error)).toBe(false);
  });
});
