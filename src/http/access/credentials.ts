/** A cache of the tokens and sessions in the database and the tokens file. */
import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { parseTokensFile, type Token } from '../../core/access.ts';
import type { Db } from '../../store/db.ts';
import { listSessions, listTokens } from '../../store/write/tokens.ts';

/** A token in use. `lasts` is the time when it, or the session that uses it, expires, in microseconds. */
export interface Credential {
  token: Token;
  lasts: number;
}

/** Finds the tokens and sessions that secrets belong to. */
export type Credentials = ReturnType<typeof createCredentials>;

/** Milliseconds after which everything is reread. A revoked token remains valid for at most this long. */
const freshFor = 1000;

/** The most unknown secrets that are remembered, like passwords for proxies, which come with every request. */
const mostUnknown = 1000;

/** The tokens and sessions in the store and the file, by the hash of their secret. */
interface Known {
  tokens: Map<string, Credential>;
  sessions: Map<string, Credential>;
}

/** The SHA-256 of a secret. Lookups by hash leak nothing through their timing: the prefix of a hash reveals nothing about the secret. */
export function hashOf(secret: string): string {
  return hash('sha256', secret);
}

/** `file` is the path of the tokens file, or empty. `onProblem` is called with its errors after each change. */
export function createCredentials(
  db: Db,
  { file, now, onProblem }: { file: string; now: () => number; onProblem: (sentence: string) => void },
) {
  let known: Known = { tokens: new Map(), sessions: new Map() };
  /** When the last reading began, and the time before which a reading is outdated. */
  let readAt = Number.NEGATIVE_INFINITY;
  let changedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const unknown = new Set<string>();
  const tokensOfFile = watchTokensFile(file, onProblem);
  const read = async () => {
    const at = performance.now();
    const [tokens, sessions] = await Promise.all([listTokens(db), listSessions(db, now())]);
    const all = [...tokensOfFile(), ...tokens];
    const byHash = new Map(
      all.map((token) => [token.hash, { token, lasts: token.expires ?? Number.MAX_SAFE_INTEGER }]),
    );
    const begun = sessions.flatMap(({ hash, token_hash, expires }) => {
      const credential = byHash.get(token_hash);
      return credential ? [[hash, { ...credential, lasts: Math.min(credential.lasts, expires) }] as const] : [];
    });
    known = { tokens: byHash, sessions: new Map(begun) };
    readAt = at;
  };
  /** Waits for a reading that began after this call, because an earlier one can miss recent changes. */
  const refresh = async () => {
    const asked = performance.now();
    do {
      reading ??= read().finally(() => {
        reading = null;
      });
      await reading;
    } while (readAt < asked);
  };
  const find = async (kind: keyof Known, secret: string): Promise<Credential | null> => {
    const key = hashOf(secret);
    const isStale = performance.now() - readAt > freshFor || readAt < changedAt;
    if (isStale || unknown.size >= mostUnknown) unknown.clear();
    // An unfamiliar secret can belong to a token that has just been created.
    if (isStale || !(known[kind].has(key) || unknown.has(key))) await refresh();
    const credential = known[kind].get(key);
    if (!credential) unknown.add(key);
    return credential && credential.lasts > now() ? credential : null;
  };
  return {
    /** The token with this secret; null if there is none or it has expired. */
    token: (secret: string) => find('tokens', secret),
    /** The token with which the session with this secret began; null if there is none or it has expired. */
    session: (secret: string) => find('sessions', secret),
    /** Forces a reading before the next lookup, because a session has just begun or ended here. */
    forget: () => {
      changedAt = performance.now();
    },
  };
}

/** Returns a function that reads the current tokens of a file. An unreadable file has none: removing it revokes its tokens. */
function watchTokensFile(file: string, onProblem: (sentence: string) => void): () => Token[] {
  if (file === '') return () => [];
  let tokens: Token[] = [];
  let version = '';
  return () => {
    try {
      const { mtimeMs, size, ino } = statSync(file);
      const found = `${mtimeMs} ${size} ${ino}`;
      if (found === version) return tokens;
      version = found;
      const read = parseTokensFile(readFileSync(file, 'utf8'));
      tokens = read.tokens;
      for (const problem of read.problems) onProblem(`${file}: ${problem}`);
    } catch (error) {
      if (version !== 'missing') onProblem(`${file} cannot be read: ${(error as Error).message}`);
      version = 'missing';
      tokens = [];
    }
    return tokens;
  };
}
