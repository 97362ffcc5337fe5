import { f as parseScopes } from "./config-Bxv6dHMz.js";
import { B as audit, J as alreadyExists, Q as notFound } from "./db-B0k_w_jX.js";
// src/store/read/tokens.ts
/** Tokens and sessions; there are dozens of them. */
/** All tokens by name. */
async function listTokens({ kysely }) {
	return (await kysely.selectFrom("tokens").selectAll().orderBy("name").execute()).map((row) => ({
		...row,
		scopes: parseScopes(row.scopes) ?? []
	}));
}
/** The sessions that last beyond `at` (microseconds). */
function listSessions({ kysely }, at) {
	return kysely.selectFrom("sessions").selectAll().where("expires", ">", at).execute();
}
// src/store/write/tokens.ts
/** Keeps a token; null, or `already_exists`. `at` in microseconds. */
function createToken({ kysely, engine }, token, by, at) {
	const { name, hash, scopes, expires } = token;
	return kysely.transaction().execute(async (transaction) => {
		if (!await transaction.insertInto("tokens").values({
			name,
			hash,
			scopes: scopes.join(","),
			created: at,
			expires
		}).onConflict((conflict) => conflict.column("name").doNothing()).returning("name").executeTakeFirst()) return alreadyExists("token", name);
		await audit(transaction, engine, {
			by,
			at,
			changes: [{
				action: "create",
				kind: "token",
				target: name,
				after: {
					scopes,
					expires
				}
			}]
		});
		return null;
	});
}
/** Forgets a token and the sessions that began with it; null, or `not_found`. */
function revokeToken({ kysely, engine }, name, by, at) {
	return kysely.transaction().execute(async (transaction) => {
		const revoked = await transaction.deleteFrom("tokens").where("name", "=", name).returningAll().executeTakeFirst();
		if (!revoked) return notFound("token", name);
		await transaction.deleteFrom("sessions").where("token_hash", "=", revoked.hash).execute();
		const before = {
			scopes: revoked.scopes.split(","),
			expires: revoked.expires
		};
		await audit(transaction, engine, {
			by,
			at,
			changes: [{
				action: "revoke",
				kind: "token",
				target: name,
				before
			}]
		});
		return null;
	});
}
/** Begins a session, and forgets those that are over. */
async function beginSession({ kysely }, session, at) {
	await kysely.deleteFrom("sessions").where("expires", "<=", at).execute();
	await kysely.insertInto("sessions").values(session).execute();
}
/** Ends a session; one that is over already is no mistake. */
async function endSession({ kysely }, hash) {
	await kysely.deleteFrom("sessions").where("hash", "=", hash).execute();
}
export { listSessions as a, revokeToken as i, createToken as n, listTokens as o, endSession as r, beginSession as t };
