import { describe, expect, test } from 'vitest';
import { DatabaseFault, isDatabaseFault } from './faults.ts';

describe('a fault of the database', () => {
  test.each([
    ['a connection that broke', { code: 'ECONNRESET', syscall: 'read' }],
    ['a socket file that is gone', { code: 'ENOENT', syscall: 'connect' }],
    ['a socket file that is closed to us', { code: 'EACCES', syscall: 'connect' }],
    ['no more descriptors', { code: 'EMFILE', syscall: 'socket' }],
    ['a host without a route', { code: 'EHOSTUNREACH', syscall: 'connect' }],
    ['a full disk of SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 13, message: 'database or disk is full' }],
    ['an extended result code of SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 10 | (3 << 8) }],
    ['a limit of the driver', new Error('Query read timeout')],
    ['a connection that the driver lost', new Error('Connection terminated unexpectedly')],
    ['a server that is starting', { code: '57P03' }],
    ['a serialization failure', { code: '40001' }],
    ['one that an engine names', new DatabaseFault('the file was replaced')],
  ])('is %s', (_, error) => {
    expect(isDatabaseFault(error)).toBe(true);
  });

  test.each([
    ['a constraint of PostgreSQL', { code: '23505' }],
    ['a syntax error', { code: '42601' }],
    ['a value out of range', { code: '22003' }],
    ['a constraint of SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 19, message: 'UNIQUE constraint failed' }],
    ['a syntax error of SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 1, message: 'near "x": syntax error' }],
    ['a table of SQLite that is not there', { code: 'ERR_SQLITE_ERROR', errcode: 1, message: 'no such table: x' }],
    ['a file of the program that is missing', { code: 'ENOENT', syscall: 'open' }],
    ['a mistake in the program', new TypeError('x is not a function')],
    ['nothing', undefined],
  ])('is not %s', (_, error) => {
    expect(isDatabaseFault(error)).toBe(false);
  });
});
