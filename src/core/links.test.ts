import { describe, expect, test } from 'vitest';
import { logHref, logLinks, safeHref } from './links.ts';

describe('a link in the dashboard', () => {
  test.each(['https://sentry.example/1', 'http://a/', 'HTTPS://a/?b#c'])('may lead to %s', (address) => {
    expect(safeHref(address)).toBe(address);
  });

  test.each<unknown>([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/ui/runs',
    'https://',
    'http://[',
    '',
    null,
    undefined,
    7,
    ['https://a/'],
  ])('may not lead to %j', (address) => {
    expect(safeHref(address)).toBeNull();
  });
});

describe('the address of a log', () => {
  const template = 'https://logs.example/{run_name}/{job_id}/teuthology.log';

  test.each([
    ['yuriw-2026-11-23_09:00:00-rados', '8600017', 'yuriw-2026-11-23_09:00:00-rados/8600017'],
    ['{job_id}', '{run_name}', '%7Bjob_id%7D/%7Brun_name%7D'],
    ['$&', "$'", "%24%26/%24'"],
    ['../../x', '?a#b', '..%2F..%2Fx/%3Fa%23b'],
  ])('contains the run %s and the job %s as single path segments', (run, job, path) => {
    expect(logHref(template, run, job)).toBe(`https://logs.example/${path}/teuthology.log`);
  });

  test('comes with that of its folder, and for Ansible with that of its log', () => {
    const job = { job_id: '1', status: 'fail', signature: null } as const;
    expect(logLinks(template, 'r', job)).toEqual([
      { name: 'log', href: 'https://logs.example/r/1/teuthology.log' },
      { name: 'archive', href: 'https://logs.example/r/1/' },
    ]);
    expect(logLinks(template, 'r', { ...job, signature: { kind: 'ansible' } }).at(-1)).toEqual({
      name: 'ansible',
      href: 'https://logs.example/r/1/ansible.log',
    });
    expect(logLinks(template, 'r', { ...job, status: 'queued' })).toEqual([]);
  });

  test.each(['', 'javascript:alert("{run_name}")', '{run_name}/{job_id}'])(
    'cannot be made from the template %j',
    (text) => {
      expect(logLinks(text, 'https://a', { job_id: '1', status: 'fail', signature: null })).toEqual([]);
    },
  );
});
