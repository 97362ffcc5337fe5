/** Tokens and sessions in memory, as the database and the file of tokens have them. */
import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { parseTokensFile, type Token } from '../../core/access.ts';
import type { Db } from '../../store/db.ts';
import { listSessions, listTokens } from '../../store/write/tokens.ts';

/** A token in use. `lasts` says until when, in microseconds: of a session when that ends. */
export interface Credential {
  token: Token;
  lasts: number;
}

/** Finds what secrets stand for. */
export type Credentials = ReturnType<typeof createCredentials>;

/** Milliseconds after which everything is read again: a token that is revoked anywhere is good for so long. */
const freshFor = 1000;

/** Unknown secrets that are kept in mind: passwords of proxies, which come with every request. */
const mostUnknown = 1000;

/** What the store and the file say. */
interface Known {
  tokens: Map<string, Credential>;
  sessions: Map<string, Credential>;
}

/** The SHA-256 of a secret. Looking it up takes as long for any wrong secret: how it begins says nothing about the secret. */
export function hashOf(secret: string): string {
  return hash('sha256', secret);
}

/** `file` is the path of a file of tokens, or empty; `onProblem` hears what is wrong with it after each change. */
export function createCredentials(
  db: Db,
  { file, now, onProblem }: { file: string; now: () => number; onProblem: (sentence: string) => void },
) {
  let known: Known = { tokens: new Map(), sessions: new Map() };
  /** When the last reading began, and before when one is out of date. */
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
  /** A reading that has begun before may not know what has been made meanwhile. */
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
    // A secret that was not heard of before may be that of a token that has just been made.
    if (isStale || !(known[kind].has(key) || unknown.has(key))) await refresh();
    const credential = known[kind].get(key);
    if (!credential) unknown.add(key);
    return credential && credential.lasts > now() ? credential : null;
  };
  return {
    /** The token whose secret this is, null when there is none or it has expired. */
    token: (secret: string) => find('tokens', secret),
    /** The token that the session with this secret began with. */
    session: (secret: string) => find('sessions', secret),
    /** Reads everything again before the next answer: a session has just begun or ended here. */
    forget: () => {
      changedAt = performance.now();
    },
  };
}

/** Returns the tokens of a file as they are now. A file that cannot be read has none: who took it away meant that. */
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
