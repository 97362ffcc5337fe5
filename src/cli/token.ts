/** `paddles token …`: creates, lists and revokes tokens. Each function returns the exit code. */
import { hash, randomBytes } from 'node:crypto';
import { BadSetting, type CommandLine } from '../config.ts';
import { longestTokenName, parseScopes, scopes, tokenPrefix } from '../core/access.ts';
import { isFailure } from '../core/errors.ts';
import { nameProblem } from '../core/input.ts';
import { plural } from '../core/plural.ts';
import {
  revokeToken as dropToken,
  listTokens as readTokens,
  createToken as storeToken,
} from '../store/write/tokens.ts';
import { operator, readAge, withDatabase } from './database.ts';

/** `paddles token create NAME`: prints the secret, which cannot be shown again. */
export async function createToken(line: CommandLine): Promise<number> {
  const [name = ''] = line.operands;
  const problem = /\s/.test(name) ? 'must not contain spaces' : nameProblem(name, longestTokenName);
  if (problem) throw new BadSetting(`the name of a token ${problem}`);
  const known = parseScopes(line.flags.scope ?? '');
  if (known === null) throw new BadSetting(`--scope must be a list of ${scopes.join(', ')}, for example report,lock`);
  const at = Date.now() * 1000;
  const age = line.flags.expires;
  const expires = age === undefined ? null : at + readAge('expires', age) * 1_000_000;
  const secret = tokenPrefix + randomBytes(32).toString('base64url');
  const token = { name, scopes: known, hash: hash('sha256', secret), expires };
  return withDatabase(
    line,
    async (db) => {
      const failure = await storeToken(db, token, operator(), at);
      if (failure) return { text: `a token '${name}' exists already; revoke it first`, exitCode: 1 };
      process.stdout.write(`${secret}\n`);
      return { text: `the token '${name}' has the scopes ${known.join(', ')}; it is not shown again`, exitCode: 0 };
    },
    { beside: true },
  );
}

/** `paddles token list`. */
export async function listTokens(line: CommandLine): Promise<number> {
  const day = (at: number) => new Date(at / 1000).toISOString().slice(0, 10);
  return withDatabase(
    line,
    async (db) => {
      const tokens = await readTokens(db);
      for (const { name, scopes, created, expires } of tokens) {
        const end = expires === null ? 'does not expire' : `expires ${day(expires)}`;
        process.stdout.write(`${name}  ${scopes.join(',')}  created ${day(created)}  ${end}\n`);
      }
      return { text: plural(tokens.length, 'token'), exitCode: 0 };
    },
    { readOnly: true },
  );
}

/** `paddles token revoke NAME`. */
export async function revokeToken(line: CommandLine): Promise<number> {
  const [name = ''] = line.operands;
  return withDatabase(
    line,
    async (db) => {
      const failure = await dropToken(db, name, operator(), Date.now() * 1000);
      return isFailure(failure)
        ? { text: `there is no token '${name}'`, exitCode: 1 }
        : { text: `the token '${name}' is revoked`, exitCode: 0 };
    },
    { beside: true },
  );
}
