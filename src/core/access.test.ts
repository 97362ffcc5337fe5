import { expect, test } from 'vitest';
import {
  accessProblem,
  needsToken,
  nobody,
  parseScopes,
  parseTokensFile,
  requirements,
  scopes,
  secretOf,
} from './access.ts';

test('each requirement demands a token for certain scopes', () => {
  const wanted = requirements.map((requirement) => scopes.filter((scope) => needsToken(scope, requirement)));
  expect(wanted).toEqual([[], ['admin'], ['report', 'lock', 'triage', 'admin'], [...scopes]]);
  for (const requirement of requirements) expect(needsToken('open', requirement)).toBe(false);
});

test('a scope allows only routes that need it', () => {
  for (const own of scopes) {
    const identity = { name: 'worker', verified: true, scopes: [own] };
    const allowed = scopes.filter((scope) => accessProblem(identity, scope, 'all') === null);
    expect(allowed).toEqual([own]);
  }
});

test('a refusal says what is missing and what to do', () => {
  expect(accessProblem(nobody, 'lock', 'writes')).toEqual({
    status: 401,
    message: "this needs a token with the scope 'lock'; send one, or sign in on the Settings page of the dashboard",
  });
  expect(accessProblem({ name: 'alice', verified: false, scopes: [] }, 'lock', 'writes')?.status).toBe(401);
  expect(accessProblem({ name: 'worker', verified: true, scopes: ['report'] }, 'admin', 'destructive')).toEqual({
    status: 403,
    message: "'worker' lacks the scope 'admin', which this needs; use a token that has it",
  });
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  [`Basic ${btoa('worker:abc')}`, 'abc'],
  [`Basic ${btoa('worker:a:b')}`, 'a:b'],
  [`Basic ${btoa(':abc')}`, 'abc'],
  [`Basic ${btoa('worker:')}`, null],
  [`Basic ${btoa('worker')}`, null],
  ['Basic %%%', null],
  ['Digest abc', null],
  ['Bearer', null],
  ['', null],
  [undefined, null],
])('the secret in %j is %j', (header, secret) => {
  expect(secretOf(header)).toBe(secret);
});

test('a list of scopes is parsed, and rejected if one of them is unknown', () => {
  expect(parseScopes('report, lock,report')).toEqual(['report', 'lock']);
  for (const text of ['', 'report,', 'write', 'report lock']) expect(parseScopes(text)).toBeNull();
});

test('a tokens file has one token per line, and invalid lines are reported', () => {
  const hash = 'ab'.repeat(32);
  const text = `# tokens of the lab\n\nworker  report,lock ${hash.toUpperCase()} # since May\nbad write ${hash}\nbad report ${hash}0\nbad report\n`;
  const { tokens, problems } = parseTokensFile(text);
  expect(tokens).toEqual([{ name: 'worker', scopes: ['report', 'lock'], hash, expires: null }]);
  expect(problems.map((problem) => problem.split(' ', 2).join(' '))).toEqual(['line 4', 'line 5', 'line 6']);
});
