import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apiPath, pagePath, pathPart, queryText, readForeignAddress, readPath, readTopics } from './paths.ts';

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.toWellFormed());

describe('an address', () => {
  test('is read as the parts that it was built of, whatever they are', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (run, job, scope) => {
        const url = new URL(apiPath.job(run, job, { scope }), 'http://paddles.example');
        // URL parsers resolve "." and "..": nothing is called so.
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
  ])('%s is readable where it may be, and encoded once', (address, expected) => {
    expect(address).toBe(expected);
  });

  test('keeps a text that is not Unicode from failing', () => {
    expect(pathPart('a\ud800')).toBe('a%EF%BF%BD');
  });

  test('keeps an empty parameter that an address already has', () => {
    expect(queryText(new URLSearchParams('change=&with=a:b'))).toBe('?change=&with=a:b');
    expect(queryText(new URLSearchParams())).toBe('');
  });
});

test('topics are read as they were written, names with commas and percent signs too', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, fc.constantFrom('a,b', '%2C', 'run:x,y')), { maxLength: 4 }), (topics) => {
      const { searchParams } = new URL(apiPath.events(topics), 'http://paddles.example');
      expect(readTopics(searchParams.get('topics') ?? '')).toEqual(topics);
    }),
  );
  expect(readTopics('run:a:b,runs,')).toEqual(['run:a:b', 'runs']);
});

describe('an address from elsewhere', () => {
  const run = 'yuriw-2026-11-23_09:00:00-rados-wip-distro-default-smithi';
  test.each([
    [`https://pulpito.ceph.com/${run}/`, { run, jobId: null }],
    [`http://qa-proxy.ceph.com/teuthology/${run}/8600017/teuthology.log?x=1#2`, { run, jobId: '8600017' }],
    [` https://paddles.example/ui/runs/${run.replaceAll(':', '%3A')}/jobs/17?view=log `, { run, jobId: '17' }],
    [`https://paddles.example/%zz/${run}`, { run, jobId: null }],
    ['https://example.com/?run=yuriw-2026-11-23_09:00:00-rados', null],
    [run, null],
    ['', null],
  ])('%s', (text, expected) => {
    expect(readForeignAddress(text)).toEqual(expected);
  });
});
