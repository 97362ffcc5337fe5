/** Access rules: scopes, the tokens that a server requires, and how tokens are parsed. */

/** What a token can allow (docs/operate.md, "Tokens"). */
export const scopes = ['read', 'report', 'lock', 'triage', 'admin'] as const;
/** One of `scopes`. */
export type Scope = (typeof scopes)[number];

/** The scope that a route needs. `open` routes never need a token. */
export type RouteScope = Scope | 'open';

/** The requests for which a server requires a token: none, those with scope `admin`, all writes, or all. */
export const requirements = ['off', 'destructive', 'writes', 'all'] as const;
/** One of `requirements`. */
export type Requirement = (typeof requirements)[number];

/** Who sent a request. */
export interface Identity {
  /** Null if the client gave no name. */
  name: string | null;
  /** Whether a token or a trusted proxy vouches for the name. */
  verified: boolean;
  scopes: readonly Scope[];
}

/** An anonymous client. */
export const nobody: Identity = { name: null, verified: false, scopes: [] };

/** Whether a server with this requirement demands a token for a scope. */
export function needsToken(scope: RouteScope, requirement: Requirement): boolean {
  if (scope === 'open' || requirement === 'off') return false;
  if (requirement === 'destructive') return scope === 'admin';
  return requirement === 'all' || scope !== 'read';
}

/** Explains in a sentence why a client may not use a route with `scope`, and what to do about it. Null if it may. */
export function accessProblem(
  { name, verified, scopes }: Identity,
  scope: RouteScope,
  requirement: Requirement,
): { status: 401 | 403; message: string } | null {
  if (!needsToken(scope, requirement) || scopes.some((own) => own === scope)) return null;
  if (!verified) {
    const message = `this needs a token with the scope '${scope}'; send one, or sign in on the Settings page of the dashboard`;
    return { status: 401, message };
  }
  return { status: 403, message: `'${name}' lacks the scope '${scope}', which this needs; use a token that has it` };
}

/** Whether a client may read what is not open to everyone. */
export function mayRead({ scopes, require_token }: Pick<Identity, 'scopes'> & { require_token: Requirement }): boolean {
  return !needsToken('read', require_token) || scopes.includes('read');
}

/** Parses comma-separated scopes; null if one of them is unknown. */
export function parseScopes(text: string): Scope[] | null {
  const found = text.split(',').map((part) => scopes.find((scope) => scope === part.trim()));
  return found.includes(undefined) ? null : [...new Set(found as Scope[])];
}

/** The prefix of generated tokens, which makes a leaked token recognizable. */
export const tokenPrefix = 'paddles_';

/** A token as it is stored. Only the SHA-256 hash of its secret is kept. */
export interface Token {
  name: string;
  scopes: Scope[];
  /** In hexadecimal digits. */
  hash: string;
  /** Microseconds since the Unix epoch; null if it does not expire. */
  expires: number | null;
}

/** The longest name of a token, in UTF-16 units. */
export const longestTokenName = 64;

/** The secret in an `Authorization` header: the token of `Bearer`, or the password of `Basic`. Null if there is none. */
export function secretOf(authorization: string | undefined): string | null {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(authorization ?? '') ?? [];
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return null;
  try {
    return /^[^:]*:(.+)$/s.exec(atob(value))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Parses a tokens file: `name scopes sha256` on each line, with comments after `#`. `problems` names the invalid lines. */
export function parseTokensFile(text: string): { tokens: Token[]; problems: string[] } {
  const tokens: Token[] = [];
  const problems: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const parts = line.replace(/#.*/, '').trim().split(/\s+/);
    if (parts[0] === '') continue;
    const [name = '', scopeText = '', hash = '', ...rest] = parts;
    const known = parseScopes(scopeText);
    if (known === null || !/^[0-9a-f]{64}$/i.test(hash) || rest.length > 0 || name.length > longestTokenName)
      problems.push(`line ${index + 1} must be NAME SCOPE,SCOPE SHA256, with the scopes ${scopes.join(', ')}`);
    else tokens.push({ name, scopes: known, hash: hash.toLowerCase(), expires: null });
  }
  return { tokens, problems };
}
