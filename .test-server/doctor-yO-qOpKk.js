import { a as plural } from "./expiry-Bid1olVd.js";
import { It as sql, ft as jobStatuses, jt as UnavailableDatabase, r as parseDatabaseUrl } from "./db-B0k_w_jX.js";
import { t as databaseSize } from "./prune-nyMvBUNg.js";
import { t as isIndexed } from "./reindex-DZr7jWoD.js";
import { a as stopSignal, r as printProgress, t as openDatabase } from "./database-B02yeTRS.js";
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
// src/store/upkeep/doctor.ts
/** Looks for what is wrong with a database, and changes nothing. */
/** Runs whose jobs are counted together. */
var runsAtATime = 100;
/** Problems of one kind that are told one by one. */
var mostTold = 20;
/** One sentence for each problem; none when everything is right. A server may write meanwhile. */
async function findProblems(db, options) {
	const problems = [
		...db.engine === "sqlite" ? await damages(db) : await brokenIndexes(db),
		...await wrongCounts(db, options),
		...await wrongClock(db, options.now),
		...options.file === null ? [] : await littleRoom(db, options.file)
	];
	if (!await isIndexed(db)) problems.push("some causes are of older rules; a server recomputes them in the background, \"paddles reindex\" at once");
	return problems;
}
async function damages({ kysely }) {
	const found = (await sql`pragma integrity_check(${sql.lit(mostTold)})`.execute(kysely)).rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
	const lost = await sql`select "table" from pragma_foreign_key_check limit ${mostTold}`.execute(kysely);
	return [...found.map((text) => `the file is damaged: ${text}; restore a backup`), ...lost.rows.map(({ table }) => `a row of ${table} belongs to nothing that exists`)];
}
async function brokenIndexes({ kysely }) {
	const { rows } = await sql`
    select pg_class.relname as name from pg_index join pg_class on pg_class.oid = pg_index.indexrelid
    where not pg_index.indisvalid and pg_class.relnamespace = current_schema()::regnamespace`.execute(kysely);
	return rows.map(({ name }) => `the index ${name} is not valid; "reindex index ${name}" makes it again`);
}
/** Each step is one statement: it sees runs and jobs as they are at one moment. */
async function wrongCounts({ kysely }, { signal, onProgress }) {
	const problems = [];
	let wrong = 0;
	for (let [after, done] = [0, 0]; !signal?.aborted; done += runsAtATime) {
		const runs = await kysely.with("some", (with_) => with_.selectFrom("runs").selectAll().where("id", ">", after).orderBy("id").limit(runsAtATime)).selectFrom("some").leftJoin("jobs", "jobs.run_id", "some.id").select([
			"some.id",
			"some.name",
			...jobStatuses.map((status) => `some.${status}`)
		]).select(({ fn }) => jobStatuses.map((status) => fn.sum(sql`case when jobs.status = ${sql.lit(status)} then 1 else 0 end`).as(`found_${status}`))).groupBy([
			"some.id",
			"some.name",
			...jobStatuses.map((status) => `some.${status}`)
		]).orderBy("some.id").execute();
		for (const run of runs) for (const status of jobStatuses) {
			const found = Number(run[`found_${status}`]);
			if (run[status] !== found && wrong++ < mostTold) problems.push(`the run ${run.name} counts ${plural(run[status], "job")} as ${status}, and has ${found}`);
		}
		const last = runs.at(-1);
		if (last === void 0) break;
		after = last.id;
		onProgress?.(done + runs.length);
	}
	if (wrong > mostTold) problems.push(`${wrong - mostTold} more counts of runs are wrong`);
	return problems;
}
/** Microseconds by which clocks may differ. */
var tolerance = 6e7;
/** What the server itself stamped cannot be later than now. */
async function wrongClock({ engine, kysely }, now) {
	const { posted } = await kysely.selectFrom("runs").select(({ fn }) => fn.max("posted").as("posted")).executeTakeFirstOrThrow();
	const seconds = (micros) => Math.round(micros / 1e6);
	const problems = [];
	if (posted !== null && posted - now > tolerance) problems.push(`the newest run was posted ${seconds(posted - now)} s from now: the clock of a server is or was wrong`);
	if (engine === "sqlite") return problems;
	const { rows } = await sql`
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now`.execute(kysely);
	const ahead = now - (rows[0]?.now ?? now);
	if (Math.abs(ahead) > tolerance) problems.push(`the clock of this machine is ${seconds(Math.abs(ahead))} s ${ahead > 0 ? "ahead of" : "behind"} that of PostgreSQL`);
	return problems;
}
/** A tenth of what is stored must fit in once more: the write-ahead log and a few weeks of results. */
async function littleRoom(db, file) {
	const { bavail, bsize, blocks } = statfsSync(dirname(file));
	const { bytes } = await databaseSize(db);
	const free = bavail * bsize;
	if (blocks === 0 || free >= Math.max(bytes / 10, 256 << 20)) return [];
	return [`only ${Math.floor(free / (1 << 20))} MB are free where the database is`];
}
// src/cli/doctor.ts
/** `paddles doctor`: says what is wrong with the database, one sentence a line. Returns the exit code: 1 when anything is. */
async function examineDatabase(line) {
	const { config, sources } = line;
	const now = () => Date.now() * 1e3;
	const signal = stopSignal();
	try {
		const db = await openDatabase({
			config: {
				...config,
				read_only: true
			},
			sources
		}, { now });
		const target = parseDatabaseUrl(config.database);
		const file = target.engine === "sqlite" ? target.path : null;
		const onProgress = printProgress((runs) => plural(runs, "run"));
		const problems = await findProblems(db, {
			file,
			now: now(),
			signal,
			onProgress
		}).finally(() => db.close());
		for (const problem of problems) process.stdout.write(`${db.label}: ${problem}\n`);
		if (problems.length === 0 && !signal.aborted) process.stdout.write(`${db.label}: no problem was found\n`);
		return problems.length > 0 || signal.aborted ? 1 : 0;
	} catch (error) {
		if (!(error instanceof UnavailableDatabase)) throw error;
		process.stderr.write(`paddles: ${error.message}\n`);
		return 1;
	}
}
export { examineDatabase };
