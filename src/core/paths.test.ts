import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  apiPath,
  logHref,
  logLinks,
  pagePath,
  pathPart,
  queryText,
  readPath,
  readReference,
  readTopics,
  safeHref,
} from './paths.ts';

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.toWellFormed());

describe('a URL', () => {
  test('is split into the parts that it was built from', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (run, job, scope) => {
        const url = new URL(apiPath.job(run, job, { scope }), 'http://paddles.example');
        // URL parsers resolve "." and "..", so nothing may have such a name.
        fc.pre(![run, job].some((name) => name === '.' || name === '..'));
        expect(readPath(url.pathname)).toEqual(['api', 'runs', run, 'jobs', job]);
        expect(url.searchParams.get('scope')).toBe(scope);
        expect([url.hash, url.host]).toEqual(['', 'paddles.example']);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    [pagePath.run('yuriw-2026-11-23_09:00:00-rados'), '/runs/yuriw-2026-11-23_09:00:00-rados'],
    [pagePath.run('100%/?#'), '/runs/100%25%2F%3F%23'],
    [pagePath.job('a b', '%2F', { view: 'history' }), '/runs/a%20b/jobs/%252F?view=history'],
    [pagePath.runs({ q: 's:fail,dead branch:"a&b"' }), '/runs?q=s:fail,dead+branch:%22a%26b%22'],
    [pagePath.runs({ q: '', sort: undefined }), '/runs'],
    [pagePath.queue('a/b'), '/queue/a%2Fb'],
    [apiPath.runsFile('csv', { q: 'x' }), '/api/runs.csv?q=x'],
  ])('%s is encoded once, and only where necessary', (address, expected) => {
    expect(address).toBe(expected);
  });

  test('accepts text that is not valid Unicode', () => {
    expect(pathPart('a\ud800')).toBe('a%EF%BF%BD');
  });

  test('keeps an existing empty parameter', () => {
    expect(queryText(new URLSearchParams('change=&with=a:b'))).toBe('?change=&with=a:b');
    expect(queryText(new URLSearchParams())).toBe('');
  });
});

test('topics are read as written, even with commas and percent signs in names', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, fc.constantFrom('a,b', '%2C', 'run:x,y')), { maxLength: 4 }), (topics) => {
      const { searchParams } = new URL(apiPath.events(topics), 'http://paddles.example');
      expect(readTopics(searchParams.get('topics') ?? '')).toEqual(topics);
    }),
  );
  expect(readTopics('run:a:b,runs,')).toEqual(['run:a:b', 'runs']);
});

describe('a copied text', () => {
  const run = 'yuriw-2026-11-23_09:00:00-rados-wip-distro-default-smithi';
  const encoded = run.replaceAll(':', '%3A');
  test.each([
    [`https://pulpito.ceph.com/${run}/`, run, null],
    [`http://qa-proxy.ceph.com/teuthology/${run}/8600017/teuthology.log?x=1#2`, run, '8600017'],
    [` https://paddles.example/ui/runs/${encoded}/jobs/17?view=log `, run, '17'],
    [`https://paddles.example/ui/runs/my%20run/jobs/my%23job`, 'my run', 'my#job'],
    [`https://paddles.example/%zz/${run}`, run, null],
    [`https://paddles.example/17/${run}/`, run, null],
    [`paddles.example/ui/runs/${encoded}`, run, null],
    [`/a/${run}/8600017`, run, '8600017'],
    [`/a/${run}/8600017/`, run, '8600017'],
    [`${run}/8600017`, run, '8600017'],
    [`${run}/#7`, run, '#7'],
    [`${run}/`, run, null],
    [`‹${run}›`, run, null],
    [`"${run}/17".`, run, '17'],
    [`<https://pulpito.ceph.com/${run}/17>,`, run, '17'],
    ['my-run/17', 'my-run', '17'],
    [run, run, null],
    [encoded, run, null],
  ])('%s is about run %s, job %s', (text, name, jobId) => {
    expect(readReference(text)).toEqual({ kind: 'run', run: name, jobId });
  });

  test('can be about a node', () => {
    expect(readReference('https://pulpito.ceph.com/nodes/smithi080/')).toEqual({ kind: 'node', node: 'smithi080' });
  });

  test.each([
    'https://example.com/?run=yuriw-2026-11-23_09:00:00-rados',
    'https://example.com/',
    'rados',
    '/',
    '‹›',
    '',
  ])('%s is about nothing in particular', (text) => expect(readReference(text)).toBeNull());
});

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

describe('the URL of a log', () => {
  const template = 'https://logs.example/{run_name}/{job_id}/teuthology.log';

  test.each([
    ['yuriw-2026-11-23_09:00:00-rados', '8600017', 'yuriw-2026-11-23_09:00:00-rados/8600017'],
    ['{job_id}', '{run_name}', '%7Bjob_id%7D/%7Brun_name%7D'],
    ['$&', "$'", "%24%26/%24'"],
    ['../../x', '?a#b', '..%2F..%2Fx/%3Fa%23b'],
  ])('contains the run %s and the job %s as single path segments', (run, job, path) => {
    expect(logHref(template, run, job)).toBe(`https://logs.example/${path}/teuthology.log`);
  });

  test('comes with the URL of its folder, and with that of the Ansible log for Ansible failures', () => {
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
    'cannot be built from the template %j',
    (text) => {
      expect(logLinks(text, 'https://a', { job_id: '1', status: 'fail', signature: null })).toEqual([]);
    },
  );
});
