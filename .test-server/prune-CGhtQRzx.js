import { t as BadSetting } from "./config-Bxv6dHMz.js";
import { a as plural } from "./expiry-Bid1olVd.js";
import { n as prune, r as pruneAudit, t as databaseSize } from "./prune-nyMvBUNg.js";
import { B as audit, It as sql, St as lockRows, ft as jobStatuses, nt as repeat } from "./db-B0k_w_jX.js";
import { n as deleteHeld } from "./runs-GYDbR6gr.js";
import { a as stopSignal, i as readAge, n as operator, o as withDatabase, r as printProgress } from "./database-B02yeTRS.js";
// src/store/upkeep/prune-runs.ts
/** Deletes old runs; their counts and causes stay in monthly totals. */
/** May run beside servers: each run is deleted in a transaction that holds it, like every writer. */
async function pruneRuns(db, { before, dryRun, by, at, signal, onProgress }) {
	const { total } = await oldRuns(db.kysely, before).select(({ fn }) => fn.countAll().as("total")).executeTakeFirstOrThrow();
	const progress = {
		done: 0,
		total: Number(total),
		jobs: 0
	};
	if (dryRun) return progress;
	const next = oldRuns(db.kysely, before).select(["id", "name"]).orderBy("id").limit(1);
	let run = await next.executeTakeFirst();
	while (run && !signal?.aborted) {
		const { id, name } = run;
		const jobs = await repeat(() => db.kysely.transaction().execute((part) => pruneRun(part, db, {
			id,
			before,
			by,
			at
		})));
		if (jobs !== null) {
			db.live.changed({ runs: [name] });
			progress.done++;
			progress.jobs += jobs;
			onProgress?.({ ...progress });
		}
		run = await next.where("id", ">", id).executeTakeFirst();
	}
	return progress;
}
/** Somebody who tags a run means to come back to it, and a review or a decision refers to it; a run that waits has not given its results yet. */
function oldRuns(kysely, before) {
	return kysely.selectFrom("runs").where(({ eb, fn }) => eb(fn.coalesce("updated", "posted"), "<", before)).where("tags", "=", "[]").where("queued", "=", 0).where("running", "=", 0).where("waiting", "=", 0).where("name", "not in", ({ selectFrom }) => selectFrom("reviews").select("reviews.run")).where("name", "not in", ({ selectFrom }) => selectFrom("decisions").select("decisions.run"));
}
/** Returns how many jobs it had; null when it has changed meanwhile, and stays. */
async function pruneRun(transaction, { engine }, { id, before, by, at }) {
	const query = oldRuns(transaction, before).selectAll().where("id", "=", id);
	const run = await lockRows(engine, query).executeTakeFirst();
	if (!run) return null;
	await addToMonth(transaction, run);
	const jobs = await deleteHeld(transaction, id);
	const change = {
		action: "prune",
		kind: "run",
		target: run.name,
		before: { jobs }
	};
	await audit(transaction, engine, {
		by,
		at,
		changes: [change]
	});
	return jobs;
}
/** Adds the counts and the causes of a run to the totals of its month. */
async function addToMonth(transaction, run) {
	const month = (/* @__PURE__ */ new Date(run.scheduled / 1e3)).toISOString().slice(0, 7);
	const { suite, branch, machine_type } = run;
	const counts = Object.fromEntries(jobStatuses.map((status) => [status, run[status]]));
	const sum = (table, column) => sql`${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`;
	const sums = ["runs", ...jobStatuses].map((column) => [column, sum("monthly_results", column)]);
	await transaction.insertInto("monthly_results").values({
		month,
		suite,
		branch,
		machine_type,
		runs: 1,
		...counts
	}).onConflict((conflict) => conflict.columns([
		"month",
		"suite",
		"branch",
		"machine_type"
	]).doUpdateSet(Object.fromEntries(sums))).execute();
	const causes = await causeCounts(transaction, run.id);
	for (const [cause, jobs] of causes) await transaction.insertInto("monthly_causes").values({
		month,
		suite,
		branch,
		cause,
		jobs
	}).onConflict((conflict) => conflict.columns([
		"month",
		"suite",
		"branch",
		"cause"
	]).doUpdateSet({ jobs: sum("monthly_causes", "jobs") })).execute();
}
/** How many jobs of a run have each cause, by the id of the cause. */
async function causeCounts(transaction, runId) {
	const own = await transaction.selectFrom("jobs").select(({ fn }) => ["signature", fn.countAll().as("jobs")]).where("run_id", "=", runId).where("signature", "is not", null).groupBy("signature").execute();
	const ofCases = await transaction.selectFrom("jobs").innerJoin("failed_cases", "failed_cases.job_id", "jobs.id").select("failed_cases.signature").select(({ fn }) => fn.count("jobs.id").distinct().as("jobs")).where("jobs.run_id", "=", runId).where("failed_cases.place", "<", 20).whereRef("failed_cases.signature", "<>", "jobs.signature").groupBy("failed_cases.signature").execute();
	const counts = /* @__PURE__ */ new Map();
	for (const { signature, jobs } of [...own, ...ofCases]) counts.set(signature, (counts.get(signature) ?? 0) + Number(jobs));
	return [...counts].sort(([a], [b]) => a < b ? -1 : 1);
}
// src/cli/prune.ts
/** `paddles prune`: deletes old runs, the documents of old jobs, and old changes. Returns the exit code. */
async function pruneDatabase(line) {
	const documents = startOf(line, "documents-older-than");
	const changes = startOf(line, "audit-older-than");
	const runs = startOf(line, "runs-older-than");
	if (runs === null && documents === null && changes === null) throw new BadSetting("prune needs --runs-older-than AGE, --documents-older-than AGE or --audit-older-than AGE, for example 180d");
	const dryRun = line.flags["dry-run"] !== void 0;
	const signal = stopSignal();
	return withDatabase(line, async (db) => {
		const ends = [];
		if (runs !== null) ends.push(await deleteRuns(db, {
			before: runs,
			dryRun,
			signal
		}));
		if (documents !== null && !signal.aborted) ends.push(await pruneDocuments(db, {
			before: documents,
			dryRun,
			signal
		}));
		if (changes !== null && !signal.aborted) {
			const count = await pruneAudit(db, {
				before: changes,
				dryRun,
				by: operator(),
				at: Date.now() * 1e3
			});
			ends.push(dryRun ? `${plural(count, "change")} would go` : `done: forgot ${plural(count, "change")}`);
		}
		return {
			text: `${ends.join("; ")}; ${await sizeText(db)}`,
			exitCode: signal.aborted ? 1 : 0
		};
	});
}
/** The time before which things are old, in microseconds; null when the flag is not given. */
function startOf(line, flag) {
	const age = line.flags[flag];
	return age === void 0 ? null : (Date.now() - readAge(flag, age) * 1e3) * 1e3;
}
async function pruneDocuments(db, { before, dryRun, signal }) {
	const stamp = {
		by: operator(),
		at: Date.now() * 1e3
	};
	const progress = await prune(db, {
		before,
		dryRun,
		signal,
		...stamp,
		onProgress: printProgress(text)
	});
	if (dryRun) return `the documents of ${plural(progress.total, "run")} would go`;
	return `${signal.aborted ? "stopped" : "done"}: ${text(progress)}`;
}
async function deleteRuns(db, { before, dryRun, signal }) {
	const progress = await pruneRuns(db, {
		before,
		dryRun,
		signal,
		by: operator(),
		at: Date.now() * 1e3,
		onProgress: printProgress(runsText)
	});
	if (dryRun) return `${plural(progress.total, "run")} would go`;
	return `${signal.aborted ? "stopped" : "done"}: ${runsText(progress)}`;
}
function runsText({ done, total, jobs }) {
	return `deleted ${done} of ${plural(total, "run")} with ${plural(jobs, "job")}`;
}
function text({ done, total, pruned }) {
	return `${done} of ${plural(total, "run")}, ${plural(pruned, "job")} without their documents`;
}
async function sizeText(db) {
	const { bytes, free } = await databaseSize(db);
	const megabytes = (count) => `${Math.round(count / (1 << 20)).toLocaleString("en")} MB`;
	return `${megabytes(bytes)} on disk${free === null ? "" : `, of which ${megabytes(free)} are free for new results`}`;
}
export { pruneDatabase };
