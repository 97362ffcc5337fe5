import { expect, test } from 'vitest';
import { type OriginRules, originProblem, type Sender } from './origin.ts';

const rules: OriginRules = {
  writeOrigins: ['https://tools.example.com'],
  ownOrigin: 'https://paddles.example.com',
  names: ['paddles.example.com', 'paddles'],
};

function problem(given: Partial<Sender>): string | null {
  return originProblem({ method: 'PUT', origin: undefined, site: undefined, hosts: ['paddles:8080'], ...given }, rules);
}

test.each<[Partial<Sender>]>([
  [{}],
  [{ hosts: ['any.name.at.all'] }],
  [{ origin: 'http://paddles:8080' }],
  [{ origin: 'http://paddles:8080', site: 'same-origin' }],
  [{ site: 'none' }],
  [{ origin: 'http://paddles', hosts: ['PADDLES:80'] }],
  [{ origin: 'https://paddles', hosts: ['10.0.0.1:8080', 'paddles'] }],
  [{ origin: 'https://paddles.example.com', hosts: ['10.0.0.1:8080'] }],
  [{ origin: 'https://tools.example.com', site: 'cross-site' }],
  [{ origin: 'http://127.0.0.1:8080', hosts: ['127.0.0.1:8080'] }],
  [{ origin: 'http://[::1]:8080', hosts: ['[::1]:8080'] }],
  [{ origin: 'http://localhost', hosts: ['localhost'] }],
])('a write is served: %j', (given) => {
  expect(problem(given)).toBeNull();
});

test.each<[Partial<Sender>]>([
  [{ origin: 'https://elsewhere.example.com' }],
  [{ origin: 'null' }],
  [{ origin: '' }],
  [{ origin: 'paddles:8080' }],
  [{ origin: 'http://paddles:8081' }],
  [{ origin: 'http://paddles.example.com' }],
  [{ origin: 'http://paddles:8080', site: 'cross-site' }],
  [{ origin: 'http://tools.example.com' }],
  [{ site: 'cross-site' }],
  [{ site: 'same-site' }],
  [{ method: 'POST', origin: 'null' }],
  [{ method: 'DELETE', origin: 'https://elsewhere.example.com' }],
  [{ method: 'QUERY', origin: 'https://elsewhere.example.com' }],
])('a write of a foreign page is refused: %j', (given) => {
  expect(problem(given)).toMatch(/^cross-origin writes are not allowed from ./);
});

test.each(['GET', 'HEAD', 'OPTIONS'])('a foreign page may send %s, even to an unknown name of the server', (method) => {
  for (const site of ['cross-site', undefined])
    expect(problem({ method, origin: 'https://elsewhere.example.com', site, hosts: ['alias'] })).toBeNull();
});

test.each(['GET', 'POST'])('%s is refused from a page whose own host is not a known name of the server', (method) => {
  const rebound = { method, origin: 'http://evil.example.com:8080', hosts: ['evil.example.com:8080'] };
  expect(problem(rebound)).toBe(
    "'evil.example.com' is not a known name of this server; PADDLES_ALLOWED_HOSTS can add it",
  );
  // Such a page can set any header except these.
  expect(problem({ ...rebound, hosts: [...rebound.hosts, 'localhost'] })).not.toBeNull();
  for (const name of ['localhost.evil.example.com', '127.0.0.1.evil.example.com'])
    expect(problem({ method, origin: `http://${name}`, hosts: [name] })).not.toBeNull();
});
