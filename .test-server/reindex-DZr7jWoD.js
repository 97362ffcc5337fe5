import { Ct as oneOf, Ft as CompiledQuery, L as evidenceIn, R as evidenceOf, St as lockRows, et as chunksOf, f as saveTexts, rt as repeated, tt as numbered } from "./db-B0k_w_jX.js";
import { a as longestExamined, c as maskNoise, d as caseTitle, f as casesNamed, i as failureCause, o as signatureOf, s as withoutWrappers, t as causeOf } from "./signature-2Y-wGRpp.js";
import { t as caseCause } from "./test-cases-Dfsvb5rE.js";
import { n as inTurns } from "./turns-BSXoj0Vn.js";
import { t as eachBatch } from "./each-job-2EVvIxFu.js";
// src/core/logs/refine.ts
/** The cause of a failed job, by its reason, the first real error of its log and its failed test cases. */
/**
* The cause of a job; null when it has not failed. A reason that says what failed stays: of one that names a failed case the cause is that of
* the case. Otherwise a crash decides, else the first failed case, else what the log says for sure.
*/
function refinedCause({ status, failure_reason }, { excerpt, cases }) {
	const own = failureCause(status, failure_reason);
	if (own === null) return null;
	if (own.kind === "test" && cases.length > 0) {
		const named = casesNamed(withoutWrappers((failure_reason ?? "").slice(0, longestExamined)));
		const said = cases.find((name) => named.includes(caseTitle(name)));
		if (said !== void 0) return caseCause(said);
	}
	const found = excerpt?.sure && excerpt.kind !== "none" && excerpt.error !== "" ? excerpt : null;
	if (found?.kind === "crash") return isGeneric(own) || saysWhoCrashed(own) ? causeOfError(own, found) : own;
	if (!isGeneric(own)) return own;
	const [first] = cases;
	return first === void 0 ? causeOfError(own, found) : caseCause(first);
}
/** The cause that an error names, for a job whose own says nothing. */
function causeOfError(own, found) {
	if (found === null) return own;
	const named = signatureOf(found.error);
	if (found.kind === "crash" || found.kind === "test") return named.kind === "other" ? causeOf(found.kind, maskNoise(found.error)) : named;
	if (named.kind !== "other" && named.kind !== "command") return named;
	const error = maskNoise(found.error);
	return own.kind === "dead" ? causeOf("command", error) : causeOf(own.kind, `${own.title}: ${error}`);
}
/** Whether a cause only says what crashed, not of what. */
function saysWhoCrashed({ kind, title }) {
	return kind === "crash" && title.startsWith("crashed: ");
}
/** Whether a cause only says that something failed, or that a job took too long. */
function isGeneric({ kind, title }) {
	if (kind === "dead") return true;
	if (kind === "command") return / → status -?\d{1,9}$/.test(title);
	return kind === "timeout" && (title === "hit max job timeout" || title.endsWith(" → status 124"));
}
// src/store/write/excerpts.ts
/** Logs that are to be read, and what they said. Whoever reads one has claimed it: two servers never read the same one. */
/** Asks for the logs of those of some jobs of a run that ended badly and were not asked for before; `again` asks for all of them. */
async function askForLogs({ engine, kysely }, { run, job_ids, at, again = false }) {
	const failed = kysely.selectFrom("jobs").innerJoin("runs", "runs.id", "jobs.run_id").select(({ val, lit }) => [
		"jobs.id as job_id",
		val(at).as("due"),
		lit(0).as("tries"),
		lit(0).as("version")
	]).where("runs.name", "=", run).where("jobs.status", "in", ["fail", "dead"]);
	const wanted = job_ids === null ? failed : failed.where(oneOf(engine, "jobs.job_id", job_ids));
	await kysely.insertInto("log_excerpts").columns([
		"job_id",
		"due",
		"tries",
		"version"
	]).expression(engine === "postgres" ? wanted : wanted.where(({ lit }) => lit(true))).onConflict((conflict) => again ? conflict.column("job_id").doUpdateSet({
		due: at,
		tries: 0
	}) : conflict.column("job_id").doNothing()).execute();
}
/** Names of runs with failures that changed after a time, newest first, from one on; the last page is not full. */
async function failedRunsSince({ kysely }, { since, skip, limit }) {
	return (await kysely.selectFrom("runs").select([
		"name",
		"fail",
		"dead"
	]).where("posted", ">=", since).orderBy("posted", "desc").orderBy("id", "desc").limit(limit).offset(skip).execute()).map(({ name, fail, dead }) => fail + dead > 0 ? name : "");
}
/** Claims the log that has waited longest until `until`; null when none is due. Times in microseconds. */
async function claimLog({ engine, kysely }, { at, until }) {
	const next = lockRows(engine, kysely.selectFrom("log_excerpts").select("job_id").where("due", "<=", at).orderBy("due").limit(1));
	const claimed = await kysely.updateTable("log_excerpts").set(({ eb }) => ({
		due: until,
		tries: eb("tries", "+", 1)
	})).where("job_id", "=", next).where("due", "<=", at).returning(["job_id", "tries"]).executeTakeFirst();
	return claimed ? {
		...claimed,
		due: until
	} : null;
}
/** Lets a log wait, or gives it up with null. One whose reader was stopped was not tried. */
async function postponeLog({ kysely }, { job_id, due: claimed, tries }, due, { stopped = false } = {}) {
	await kysely.updateTable("log_excerpts").set({
		due,
		tries: stopped ? tries - 1 : tries
	}).where("job_id", "=", job_id).where("due", "=", claimed).execute();
}
/** Gives up the log of a job that is not failing. One that nobody read is forgotten, so that the next failure asks for it again. */
async function dropLog(db, claimed) {
	const { job_id, due } = claimed;
	const failing = db.kysely.selectFrom("jobs").select("id").where("id", "=", job_id).where("status", "in", ["fail", "dead"]);
	await db.kysely.deleteFrom("log_excerpts").where("job_id", "=", job_id).where("due", "=", due).where("version", "=", 0).where(({ not, exists }) => not(exists(failing))).execute();
	await db.kysely.updateTable("log_excerpts").set({ due: null }).where("job_id", "=", job_id).where("due", "=", due).where("version", ">", 0).execute();
}
/** Keeps what a log said, unless the claim is lost; false then. It stays claimed, for what is still to be done with it. */
async function keepExcerpt({ kysely }, { job_id, due }, excerpt) {
	const { others, ...plain } = excerpt;
	return (await kysely.updateTable("log_excerpts").set({
		...plain,
		others: JSON.stringify(others)
	}).where("job_id", "=", job_id).where("due", "=", due).returning("job_id").execute()).length > 0;
}
/** Whether a log is still claimed by whoever has this claim. */
async function isClaimed({ kysely }, { job_id, due }) {
	return await kysely.selectFrom("log_excerpts").select("job_id").where("job_id", "=", job_id).where("due", "=", due).executeTakeFirst() !== void 0;
}
/** Gives a job the cause that its reason and its log name. Null when it has it already, or is gone. */
async function refineJob(db, job_id) {
	return db.kysely.transaction().execute(async (transaction) => {
		const run = await holdRun(transaction, db, job_id);
		return run && refineHeld(transaction, db, run, job_id);
	});
}
/** Holds the run of a job, like every writer that changes a job; null when the job is gone. */
async function holdRun(transaction, { engine }, id) {
	const runOfJob = transaction.selectFrom("jobs").select("run_id").where("jobs.id", "=", id);
	const run = transaction.selectFrom("runs").select(["id", "name"]).where("id", "in", runOfJob);
	return await lockRows(engine, run).executeTakeFirst() ?? null;
}
/** The same within a transaction that holds the run of the job. */
async function refineHeld(transaction, { engine }, run, id) {
	const job = await transaction.selectFrom("jobs").select([
		"job_id",
		"status",
		"signature",
		"failure_reason"
	]).where("id", "=", id).executeTakeFirst();
	if (!job || job.status !== "fail" && job.status !== "dead") return null;
	const evidence = await evidenceOf({
		engine,
		kysely: transaction
	}, [id]);
	const signature = refinedCause(job, evidenceIn(evidence.get(id)));
	if (signature === null || signature.id === job.signature) return null;
	await saveCauses(transaction, engine, [signature]);
	await transaction.updateTable("jobs").set({ signature: signature.id }).where("id", "=", id).execute();
	await revise(transaction, run);
	return {
		run: run.name,
		job_id: job.job_id,
		status: job.status
	};
}
/** Writes causes that may be new. */
async function saveCauses(transaction, engine, causes) {
	const texts = causes.map((signature) => ({
		row: {},
		signature
	}));
	for (const { sql, parameters } of saveTexts(engine, texts)) await transaction.executeQuery(CompiledQuery.raw(sql, [...parameters]));
}
/** Notes that something of a run has changed that its pages and its digest show. */
async function revise(transaction, { id }) {
	await transaction.updateTable("runs").set(({ eb }) => ({ revision: eb("revision", "+", 1) })).where("id", "=", id).execute();
}
// src/store/upkeep/reindex.ts
/** Computes the causes of failures again: after the rules of core/signature.ts changed. */
/** Above every internal id: all jobs are up to date, and new ones always are. */
var everything = Number.MAX_SAFE_INTEGER;
/** Whether every job has been computed with the current rules. */
async function isIndexed({ kysely }) {
	const { version, up_to } = await kysely.selectFrom("indexed").selectAll().executeTakeFirstOrThrow();
	return version === 3 && up_to === everything;
}
/**
* Goes through the runs in the order of their internal ids, resumes where an earlier call was cut off, and may run beside
* servers: like every writer it holds the run while it changes its jobs.
*/
async function reindex(db, options) {
	const { kysely } = db;
	const { version, up_to } = await kysely.selectFrom("indexed").selectAll().executeTakeFirstOrThrow();
	let at = options.all || version !== 3 || up_to === everything ? 0 : up_to;
	const { total } = await kysely.selectFrom("runs").where("id", ">", at).select(({ fn }) => fn.countAll().as("total")).executeTakeFirstOrThrow();
	const progress = {
		done: 0,
		total,
		changed: 0
	};
	for (;;) {
		const run = await kysely.selectFrom("runs").select("id").where("id", ">", at).orderBy("id").limit(1).executeTakeFirst();
		if (!run) break;
		if (options.signal?.aborted) return progress;
		progress.changed += await reindexRun(db, run.id, options);
		if (options.signal?.aborted) return progress;
		progress.done++;
		at = run.id;
		await remember(db, at);
		options.onProgress?.({ ...progress });
	}
	await remember(db, everything);
	return progress;
}
async function remember({ kysely }, up_to) {
	await kysely.updateTable("indexed").set({
		version: 3,
		up_to
	}).execute();
}
function reindexRun(db, runId, { pause, signal }) {
	return eachBatch(db, {
		run: (transaction) => transaction.selectFrom("runs").select("id").where("id", "=", runId),
		columns: [
			"status",
			"failure_reason",
			"signature"
		],
		change: (transaction, jobs) => reindexJobs(transaction, db.engine, runId, jobs),
		signal,
		pause
	});
}
async function reindexJobs(transaction, engine, runId, jobs) {
	const evidence = await evidenceOf({
		engine,
		kysely: transaction
	}, jobs.map(({ id }) => id));
	const caused = [];
	for await (const row of inTurns(jobs)) caused.push({
		row,
		signature: refinedCause(row, evidenceIn(evidence.get(row.id)))
	});
	const wrong = caused.filter(({ row, signature }) => row.signature !== (signature?.id ?? null));
	const wrongCases = await movedCases(evidence);
	const statements = saveTexts(engine, [...caused, ...wrongCases.map(({ signature }) => ({
		row: {},
		signature
	}))]);
	if (wrong.length > 0) statements.push(updateJobs(engine, wrong));
	for (const chunk of chunksOf(wrongCases, casesAtATime)) statements.push(updateCases(engine, chunk));
	if (wrong.length + wrongCases.length > 0) {
		await revise(transaction, { id: runId });
		const moves = [...wrong.map(({ row, signature }) => ({
			job: row.id,
			old: row.signature,
			cause: signature?.id
		})), ...wrongCases.map(({ job_id, old, signature }) => ({
			job: job_id,
			old,
			cause: signature.id
		}))];
		statements.push(...countMoves(engine, moves));
	}
	for (const { sql, parameters } of statements) await transaction.executeQuery(CompiledQuery.raw(sql, [...parameters]));
	return wrong.length;
}
/**
* Counts which causes the jobs of each cause went to, for the decisions on it: in the transaction that changes the jobs, so
* that each job counts once, and in the order of their keys, so that two processes never wait for each other.
*/
function countMoves(engine, found) {
	const counts = /* @__PURE__ */ new Map();
	for (const { job, old, cause } of found) {
		if (old === null || cause === void 0) continue;
		const key = `${old} ${cause}`;
		const count = counts.get(key) ?? {
			old,
			cause,
			jobs: /* @__PURE__ */ new Set()
		};
		counts.set(key, count);
		count.jobs.add(job);
	}
	if (counts.size === 0) return [];
	const moves = [...counts].sort(([a], [b]) => a < b ? -1 : 1).map(([, { old, cause, jobs }]) => ({
		old,
		cause,
		jobs: jobs.size
	}));
	const sql = `insert into cause_moves (old, cause, jobs) values ${repeated(`(?, ?, ?${engine === "postgres" ? "::bigint" : ""})`, moves.length)} on conflict (old, cause) do update set jobs = cause_moves.jobs + excluded.jobs`;
	return [{
		sql: numbered(engine, sql),
		parameters: moves.flatMap(({ old, cause, jobs }) => [
			old,
			cause,
			jobs
		])
	}];
}
/** Cases that are changed in one statement. */
var casesAtATime = 500;
/** The failed cases of some jobs that are another cause than the stored one; thousands of jobs fail of the same ones. */
async function movedCases(found) {
	const known = /* @__PURE__ */ new Map();
	const moved = [];
	for await (const [job_id, { cases }] of inTurns(found)) for (const { place, name, signature: old } of cases) {
		const signature = known.get(name) ?? caseCause(name);
		known.set(name, signature);
		if (signature.id !== old) moved.push({
			job_id,
			place,
			old,
			signature
		});
	}
	return moved;
}
function updateCases(engine, cases) {
	const [integer, text] = engine === "postgres" ? ["::bigint", "::text"] : ["", ""];
	const sql = `update failed_cases set signature = changed.column3 from (values ${repeated(`(?${integer}, ?${integer}, ?${text})`, cases.length)}) as changed where job_id = changed.column1 and place = changed.column2`;
	return {
		sql: numbered(engine, sql),
		parameters: cases.flatMap(({ job_id, place, signature }) => [
			job_id,
			place,
			signature.id
		])
	};
}
/** Both engines call the columns of VALUES `column1` and on. */
function updateJobs(engine, jobs) {
	const [integer, text] = engine === "postgres" ? ["::bigint", "::text"] : ["", ""];
	const sql = `update jobs set signature = changed.column2 from (values ${repeated(`(?${integer}, ?${text})`, jobs.length)}) as changed where id = changed.column1`;
	return {
		sql: numbered(engine, sql),
		parameters: jobs.flatMap(({ row, signature }) => [row.id, signature?.id ?? null])
	};
}
export { dropLog as a, isClaimed as c, refineHeld as d, refineJob as f, claimLog as i, keepExcerpt as l, saveCauses as m, reindex as n, failedRunsSince as o, revise as p, askForLogs as r, holdRun as s, isIndexed as t, postponeLog as u };
