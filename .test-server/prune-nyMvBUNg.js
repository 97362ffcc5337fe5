import { B as audit, It as sql, st as documentFields } from "./db-B0k_w_jX.js";
import { t as eachBatch } from "./each-job-2EVvIxFu.js";
// src/store/upkeep/prune.ts
/** Deletes the bulky documents of old jobs; their results stay. */
/** May run beside servers: like every writer it holds the run while it changes its jobs. */
async function prune(db, { before, dryRun, by, at, signal, onProgress }) {
	const { total } = await oldRuns(db.kysely, before).select(({ fn }) => fn.countAll().as("total")).executeTakeFirstOrThrow();
	const progress = {
		done: 0,
		total,
		pruned: 0
	};
	if (dryRun) return progress;
	const runs = oldRuns(db.kysely, before).select("id").orderBy("id").limit(1);
	let run = await runs.executeTakeFirst();
	while (run && !signal?.aborted) {
		progress.pruned += await pruneRun(db, run.id, before, signal);
		progress.done++;
		onProgress?.({ ...progress });
		run = await runs.where("id", ">", run.id).executeTakeFirst();
	}
	if (progress.pruned > 0) await record(db, {
		by,
		at
	}, "documents", {
		runs: progress.done,
		jobs: progress.pruned
	});
	return progress;
}
/** Somebody who tags a run means to come back to it. */
function oldRuns(kysely, before) {
	return kysely.selectFrom("runs").where(({ eb, fn }) => eb(fn.coalesce("updated", "posted"), "<", before)).where("tags", "=", "[]");
}
/** A run that has changed meanwhile keeps the rest of its documents. */
function pruneRun(db, runId, before, signal) {
	return eachBatch(db, {
		run: (transaction) => oldRuns(transaction, before).select("id").where("id", "=", runId),
		columns: ["document_hashes"],
		change: dropDocuments,
		signal
	});
}
async function dropDocuments(transaction, jobs) {
	const ids = jobs.filter(({ document_hashes }) => document_hashes.trim() !== "").map(({ id }) => id);
	if (ids.length === 0) return 0;
	const nothing = Object.fromEntries(documentFields.map((field) => [field, null]));
	await transaction.updateTable("job_documents").set(nothing).where("id", "in", ids).execute();
	await transaction.updateTable("jobs").set({ document_hashes: "" }).where("id", "in", ids).execute();
	return ids.length;
}
/** Changes that are forgotten at a time. */
var changesAtATime = 1e3;
/** Forgets changes from before a time (microseconds), and records that. Returns how many they were; a dry run only counts. */
async function pruneAudit({ kysely, engine }, { before, dryRun, by, at }) {
	const old = kysely.selectFrom("audit").where("at", "<", before);
	const counted = await old.select(({ fn }) => fn.countAll().as("changes")).executeTakeFirstOrThrow();
	const changes = Number(counted.changes);
	if (dryRun || changes === 0) return changes;
	for (let deleted = 1n; deleted > 0n;) {
		const some = old.select("id").limit(changesAtATime);
		deleted = (await kysely.deleteFrom("audit").where("id", "in", some).executeTakeFirst()).numDeletedRows;
	}
	await record({
		kysely,
		engine
	}, {
		by,
		at
	}, "audit", { changes });
	return changes;
}
function record({ kysely, engine }, { by, at }, target, before) {
	const change = {
		action: "prune",
		kind: "database",
		target,
		before
	};
	return kysely.transaction().execute((transaction) => audit(transaction, engine, {
		by,
		at,
		changes: [change]
	}));
}
/** Bytes that the database takes on disk, and of them those that new data will use first (SQLite alone tells). */
async function databaseSize({ kysely, engine }) {
	if (engine === "postgres") {
		const { rows } = await sql`select pg_database_size(current_database()) as bytes`.execute(kysely);
		return {
			bytes: Number(rows[0]?.bytes ?? 0),
			free: null
		};
	}
	const number = async (name) => {
		const { rows } = await sql`${sql.raw(`pragma ${name}`)}`.execute(kysely);
		return Object.values(rows[0] ?? {})[0] ?? 0;
	};
	const size = await number("page_size");
	return {
		bytes: size * await number("page_count"),
		free: size * await number("freelist_count")
	};
}
export { prune as n, pruneAudit as r, databaseSize as t };
