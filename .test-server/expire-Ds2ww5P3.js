import { t as BadSetting } from "./config-Bxv6dHMz.js";
import { Z as isFailure, c as serverActor } from "./db-B0k_w_jX.js";
import { a as plural, i as parseExpiryAges, n as expiryReason, t as expiring } from "./expiry-Bid1olVd.js";
import { a as stopSignal, n as operator, o as withDatabase } from "./database-B02yeTRS.js";
import { setImmediate } from "node:timers/promises";
// src/store/upkeep/expire.ts
/** Ends the jobs of which nobody has heard for long: their worker is gone. */
/** Runs that are looked up together. */
var runsAtATime = 100;
/** Jobs that are written together: less than a transaction holds, so that reports share it. */
var jobsAtATime = 32;
/**
* Returns how many jobs ended, or would. Each is looked at again while its run is held, and left alone when there is news: any
* number of servers of one database may do this at a time. Later news of a worker counts as always.
*/
async function expire(db, options) {
	let ended = 0;
	for (const status of expiring) {
		const seconds = options.ages[status];
		if (seconds !== null) ended += await expireStatus(db, status, {
			...options,
			seconds
		});
	}
	return ended;
}
async function expireStatus(db, status, pass) {
	const before = pass.at - pass.seconds * 1e6;
	let ended = 0;
	for (let after = {
		scheduled: Number.MIN_SAFE_INTEGER,
		id: 0
	}; !pass.signal?.aborted;) {
		const runs = await unfinishedRuns(db, status, after);
		for (const run of runs) {
			const jobs = run.posted < before ? await silentJobs(db, run.id, {
				status,
				before
			}) : [];
			for (let from = 0; from < jobs.length && !pass.signal?.aborted; from += jobsAtATime) ended += await endJobs(db.jobWriter, run.name, {
				status,
				jobs: jobs.slice(from, from + jobsAtATime),
				...pass
			});
			await setImmediate();
		}
		const last = runs.at(-1);
		if (last === void 0) break;
		after = last;
	}
	return ended;
}
/** In the order of the index of runs with jobs in this status. */
function unfinishedRuns({ kysely }, status, after) {
	return kysely.selectFrom("runs").select([
		"id",
		"name",
		"scheduled",
		"posted"
	]).where((eb) => eb(status, ">", eb.lit(0))).where(({ eb, refTuple, tuple }) => eb(refTuple("scheduled", "id"), ">", tuple(after.scheduled, after.id))).orderBy("scheduled").orderBy("id").limit(runsAtATime).execute();
}
/** A client may give a new job an old time: that it was posted is news too. */
function silentJobs({ kysely }, runId, { status, before }) {
	return kysely.selectFrom("jobs").select(["job_id", "updated"]).where("run_id", "=", runId).where("status", "=", status).where("updated", "<", before).where("posted", "<", before).orderBy("id").execute();
}
async function endJobs(writer, run, { status, jobs, seconds, at, by, dryRun }) {
	if (dryRun) return jobs.length;
	const reason = expiryReason(status, seconds);
	const writes = jobs.map(({ job_id, updated }) => writer.write({
		kind: "expire",
		run,
		job_id,
		seen: {
			status,
			updated
		},
		reason,
		at,
		by
	}, reason.length));
	return (await Promise.all(writes)).filter((result) => !isFailure(result)).length;
}
/** Whether runs were imported and there are no others: then an import may still go on. */
async function isMereCopy({ kysely }) {
	const imported = kysely.selectFrom("imported_runs").select("id");
	const own = kysely.selectFrom("runs").select("id").where("id", "not in", imported);
	const [one, other] = [await imported.limit(1).executeTakeFirst(), await own.limit(1).executeTakeFirst()];
	return one !== void 0 && other === void 0;
}
// src/cli/expire.ts
/**
* Milliseconds from the start of a server to the first look, and between two. Workers that found no server for days need the
* time to report.
*/
var pause = 36e5;
/** `paddles expire`: ends the jobs without news. Returns the exit code. */
async function expireJobs(line) {
	const ages = agesOf(line.config);
	if (isOff(ages)) throw new BadSetting(`${line.sources.expire_after}: with 'off' no job expires; give an age like 3d`);
	const dryRun = line.flags["dry-run"] !== void 0;
	const signal = stopSignal();
	return withDatabase(line, async (db) => {
		const jobs = await expire(db, {
			ages,
			dryRun,
			signal,
			at: Date.now() * 1e3,
			by: operator()
		});
		return {
			text: dryRun ? `${plural(jobs, "job")} would end` : `${signal.aborted ? "stopped" : "done"}: ended ${plural(jobs, "job")}`,
			exitCode: signal.aborted ? 1 : 0
		};
	});
}
/**
* Ends jobs without news, but none of a mere copy: its server is another one, and they would differ from those there. Returns how many
* ended; `at` in microseconds.
*/
async function expireOwn(db, { ages, at, signal }) {
	if (await isMereCopy(db)) return 0;
	return expire(db, {
		ages,
		dryRun: false,
		at,
		by: serverActor,
		...signal && { signal }
	});
}
/** Ends jobs without news every hour. The function that is returned stops it. */
function expireInBackground(db, { config, log, now }) {
	const ages = agesOf(config);
	if (isOff(ages)) return async () => {};
	const stop = new AbortController();
	let ended = Promise.resolve();
	const look = async () => {
		const jobs = await expireOwn(db, {
			ages,
			at: now(),
			signal: stop.signal
		});
		if (jobs > 0) log.info({ jobs }, "ended jobs without news");
	};
	const timer = setInterval(() => {
		ended = ended.then(look).catch((error) => log.error({ err: error }, "could not end jobs without news"));
	}, pause);
	return async () => {
		clearInterval(timer);
		stop.abort();
		await ended;
	};
}
function agesOf({ expire_after }) {
	const ages = parseExpiryAges(expire_after);
	if ("problem" in ages) throw new BadSetting(ages.problem);
	return ages;
}
function isOff(ages) {
	return Object.values(ages).every((age) => age === null);
}
export { expireJobs as n, expireOwn as r, expireInBackground as t };
