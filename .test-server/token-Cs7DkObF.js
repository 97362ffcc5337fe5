import { _ as tokenPrefix, f as parseScopes, h as scopes, t as BadSetting } from "./config-Bxv6dHMz.js";
import { T as nameProblem, Z as isFailure } from "./db-B0k_w_jX.js";
import { a as plural } from "./expiry-Bid1olVd.js";
import { i as revokeToken$1, n as createToken$1, o as listTokens$1 } from "./tokens-CUROvQks.js";
import { i as readAge, n as operator, o as withDatabase } from "./database-B02yeTRS.js";
import { hash, randomBytes } from "node:crypto";
// src/cli/token.ts
/** `paddles token …`: makes, lists and revokes tokens. Each returns the exit code. */
/** `paddles token create NAME`: prints the secret, which nobody can find out later. */
async function createToken(line) {
	const [name = ""] = line.operands;
	const problem = /\s/.test(name) ? "must not contain spaces" : nameProblem(name, 64);
	if (problem) throw new BadSetting(`the name of a token ${problem}`);
	const known = parseScopes(line.flags.scope ?? "");
	if (known === null) throw new BadSetting(`--scope must be a list of ${scopes.join(", ")}, for example report,lock`);
	const at = Date.now() * 1e3;
	const age = line.flags.expires;
	const expires = age === void 0 ? null : at + readAge("expires", age) * 1e6;
	const secret = tokenPrefix + randomBytes(32).toString("base64url");
	const token = {
		name,
		scopes: known,
		hash: hash("sha256", secret),
		expires
	};
	return withDatabase(line, async (db) => {
		if (await createToken$1(db, token, operator(), at)) return {
			text: `there is a token '${name}' already; revoke it first`,
			exitCode: 1
		};
		process.stdout.write(`${secret}\n`);
		return {
			text: `the token '${name}' is good for ${known.join(", ")}; it is not shown again`,
			exitCode: 0
		};
	}, { beside: true });
}
/** `paddles token list`. */
async function listTokens(line) {
	const day = (at) => (/* @__PURE__ */ new Date(at / 1e3)).toISOString().slice(0, 10);
	return withDatabase(line, async (db) => {
		const tokens = await listTokens$1(db);
		for (const { name, scopes, created, expires } of tokens) {
			const end = expires === null ? "does not expire" : `expires ${day(expires)}`;
			process.stdout.write(`${name}  ${scopes.join(",")}  created ${day(created)}  ${end}\n`);
		}
		return {
			text: plural(tokens.length, "token"),
			exitCode: 0
		};
	}, { beside: true });
}
/** `paddles token revoke NAME`. */
async function revokeToken(line) {
	const [name = ""] = line.operands;
	return withDatabase(line, async (db) => {
		const failure = await revokeToken$1(db, name, operator(), Date.now() * 1e3);
		return isFailure(failure) ? {
			text: `there is no token '${name}'`,
			exitCode: 1
		} : {
			text: `the token '${name}' is revoked`,
			exitCode: 0
		};
	}, { beside: true });
}
export { createToken, listTokens, revokeToken };
