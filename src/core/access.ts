/** Who may do what: scopes, what a server requires, and tokens. */

/** What a token can be good for (docs/operate.md, "Tokens"). */
export const scopes = ['read', 'report', 'lock', 'triage', 'admin'] as const;
/** One of them. */
export type Scope = (typeof scopes)[number];

/** What a route needs; `open` is what everybody may ask for everywhere. */
export type RouteScope = Scope | 'open';

/** For which scopes a server wants a token: none, `admin`, everything that writes, or everything. */
export const requirements = ['off', 'destructive', 'writes', 'all'] as const;
/** One of them. */
export type Requirement = (typeof requirements)[number];

/** Who sends a request. */
export interface Identity {
  /** null: nobody said so. */
  name: string | null;
  /** Whether a token or a trusted proxy vouches for the name. */
  verified: boolean;
  scopes: readonly Scope[];
}

/** Somebody of whom nothing is known. */
export const nobody: Identity = { name: null, verified: false, scopes: [] };

/** Whether a server that requires tokens for this much wants one for a scope. */
export function needsToken(scope: RouteScope, requirement: Requirement): boolean {
  if (scope === 'open' || requirement === 'off') return false;
  if (requirement === 'destructive') return scope === 'admin';
  return requirement === 'all' || scope !== 'read';
}

/** Why somebody may not do what needs `scope`, in a sentence with what to do about it, or null when he may. */
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

/** Whether somebody may read what is not open to everybody. */
export function mayRead({ scopes, require_token }: Pick<Identity, 'scopes'> & { require_token: Requirement }): boolean {
  return !needsToken('read', require_token) || scopes.includes('read');
}

/** Scopes with commas between, or null when one is none. */
export function parseScopes(text: string): Scope[] | null {
  const found = text.split(',').map((part) => scopes.find((scope) => scope === part.trim()));
  return found.includes(undefined) ? null : [...new Set(found as Scope[])];
}

/** How the tokens that this program makes begin, so that they are known for what they are wherever they turn up. */
export const tokenPrefix = 'paddles_';

/** A token as it is kept; of its secret only the SHA-256 is known. */
export interface Token {
  name: string;
  scopes: Scope[];
  /** In hexadecimal digits. */
  hash: string;
  /** Microseconds since the Unix epoch; null: it does not expire. */
  expires: number | null;
}

/** The longest name of a token, in UTF-16 units. */
export const longestTokenName = 64;

/** The secret in a header `Authorization`: that of `Bearer`, or the password of `Basic`; null when there is none. */
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

/** Reads a file of tokens: `name scopes sha256` in each line, and comments behind `#`. `problems` name the lines that mean nothing. */
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
