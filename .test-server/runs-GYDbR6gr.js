import { B as audit, J as alreadyExists, Q as notFound, St as lockRows, g as newRun, nt as repeat } from "./db-B0k_w_jX.js";
import { setImmediate } from "node:timers/promises";
// src/store/write/runs.ts
/** Creates, tags and deletes runs. */
/** Creates a run with `tags`; `at` in microseconds. Of several simultaneous calls with one name exactly one succeeds. */
async function createRun(db, name, { tags, by, at }) {
	const created = await db.kysely.transaction().execute(async (transaction) => {
		const row = await transaction.insertInto("runs").values(newRun(name, tags, at)).onConflict((conflict) => conflict.column("name").doNothing()).returning("id").executeTakeFirst();
		const after = tags.length > 0 ? { tags } : null;
		if (row) await audit(transaction, db.engine, {
			by,
			at,
			changes: [{
				...changeOf(name),
				action: "create",
				after
			}]
		});
		return row;
	});
	if (created) db.live.changed({ runs: [name] });
	return created ? null : alreadyExists("run", name);
}
function changeOf(target) {
	return {
		kind: "run",
		target
	};
}
/** Replaces the tags of a run. */
async function setTags(db, name, { tags, by, at }) {
	const changed = await db.kysely.transaction().execute(async (transaction) => {
		const query = transaction.selectFrom("runs").select(["id", "tags"]).where("name", "=", name);
		const run = await lockRows(db.engine, query).executeTakeFirst();
		if (!run) return false;
		await transaction.updateTable("runs").set({ tags: JSON.stringify(tags) }).where("id", "=", run.id).execute();
		const before = { tags: JSON.parse(run.tags) };
		const change = {
			...changeOf(name),
			action: "tag",
			before,
			after: { tags }
		};
		await audit(transaction, db.engine, {
			by,
			at,
			changes: [change]
		});
		return true;
	});
	if (changed) db.live.changed({ runs: [name] });
	return changed ? null : notFound("run", name);
}
/** Jobs to delete at a time: with documents and indexes SQLite takes 15 ms for them, and the process waits meanwhile. */
var deletedAtATime = 50;
/** Deletes a run with its jobs in one transaction; nodes stay. */
async function deleteRun(db, name, { by, at }) {
	const deleted = await repeat(() => db.kysely.transaction().execute(async (transaction) => {
		const jobs = await deleteWithJobs(transaction, db.engine, name);
		if (jobs === null) return false;
		const change = {
			...changeOf(name),
			action: "delete",
			before: { jobs }
		};
		await audit(transaction, db.engine, {
			by,
			at,
			changes: [change]
		});
		return true;
	}));
	if (deleted) db.live.changed({ runs: [name] });
	return deleted ? null : notFound("run", name);
}
/** Returns how many jobs it had, null when there is no such run. */
async function deleteWithJobs(transaction, engine, name) {
	const query = transaction.selectFrom("runs").select("id").where("name", "=", name);
	const run = await lockRows(engine, query).executeTakeFirst();
	if (!run) return null;
	return deleteHeld(transaction, run.id);
}
/** Deletes a run that the transaction holds, and returns how many jobs it had. */
async function deleteHeld(transaction, id) {
	for (let jobs = 0;;) {
		const some = transaction.selectFrom("jobs").select("id").where("run_id", "=", id).limit(deletedAtATime);
		const { numDeletedRows } = await transaction.deleteFrom("jobs").where("id", "in", some).executeTakeFirst();
		if (numDeletedRows === 0n) {
			await transaction.deleteFrom("runs").where("id", "=", id).execute();
			return jobs;
		}
		jobs += Number(numDeletedRows);
		await setImmediate();
	}
}
export { setTags as i, deleteHeld as n, deleteRun as r, createRun as t };
