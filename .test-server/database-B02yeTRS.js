import { t as BadSetting } from "./config-Bxv6dHMz.js";
import { c as longestAge, u as parseDuration } from "./expiry-Bid1olVd.js";
import { Mt as UnusableDatabase, jt as UnavailableDatabase, n as openReadOnly, t as open } from "./db-B0k_w_jX.js";
import { userInfo } from "node:os";
// src/cli/database.ts
/**
* Opens the database that the settings name, read-only if they say so. Throws `UnavailableDatabase` as `open` does, and
* `BadSetting` when no engine understands the URL, or when the database cannot be used as it is or belongs to another
* program. `BadSetting` names the place where the URL was set, because there are five.
*/
async function openDatabase({ config, sources }, options) {
	try {
		return await (config.read_only ? openReadOnly : open)({
			url: config.database,
			poolSize: config.pool_size,
			...options
		});
	} catch (error) {
		const { message } = error;
		const source = sources.database ?? "the default database";
		if (error instanceof UnusableDatabase) throw new BadSetting(`${source}: ${message}`);
		if (!anotherProgram.test(message)) throw error;
		throw new BadSetting(`${source}: another program has its tables in this database (${message}); give it an empty one`);
	}
}
/** What the engines say when tables of the same names exist, or a table of migrations with other columns. */
var anotherProgram = /^((relation|table) .* already exists|column "\w+" (of relation "migrations" )?does not exist|no such column: .*|table migrations has no column .*)$/;
/** The person at the command line, as the log of changes names him. */
function operator() {
	return {
		name: userInfo().username,
		verified: true,
		address: null,
		door: "command",
		request: null
	};
}
/** Seconds of an age like 180d or 3y (of 365 days), the value of a flag. Throws `BadSetting`, also for more than `longest` seconds. */
function readAge(flag, age, longest = longestAge) {
	const years = /^(\d{1,3})y$/.exec(age)?.[1];
	const seconds = /[smhdw]$/.test(age) ? parseDuration(age) : years === void 0 ? null : Number(years) * 365 * 86400;
	if (seconds === null || seconds === 0) throw new BadSetting(`--${flag}: '${age}' must be an age like 180d, 26w, 12h or 3y`);
	if (seconds > longest) {
		const days = longest / 86400;
		throw new BadSetting(`--${flag}: '${age}' must be at most ${days < 365 ? `${days}d` : `${days / 365}y`}`);
	}
	return seconds;
}
/**
* Runs a command on the database that the settings name and prints how it ended. Returns the exit code. Throws
* `BadSetting` as `openDatabase` does, and when the settings allow no writes: every command but `serve` writes. What works
* `beside` the server on a SQLite file writes a row or two; what can begin again writes in `bulk`. Only what fills a database creates one.
*/
async function withDatabase(line, work, { beside = false, bulk = false, mustExist = true } = {}) {
	if (line.config.read_only) throw new BadSetting(`${line.sources.read_only}: this command writes to the database; run it without`);
	try {
		const db = await openDatabase(line, {
			now: () => Date.now() * 1e3,
			beside,
			bulk,
			mustExist
		});
		const { text, exitCode } = await work(db).finally(() => db.close());
		process.stdout.write(`${db.label}: ${text}\n`);
		return exitCode;
	} catch (error) {
		if (!(error instanceof UnavailableDatabase)) throw error;
		process.stderr.write(`paddles: ${error.message}\n`);
		return 1;
	}
}
/** Aborted when the person or the system asks this process to stop; asked again, it dies. */
function stopSignal() {
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
	return stop.signal;
}
/** Milliseconds between two lines of progress. */
var telling = 1e3;
/** A listener that prints what it hears of, one line a second at most. */
function printProgress(text) {
	let told = performance.now();
	return (progress) => {
		if (performance.now() - told < telling) return;
		told = performance.now();
		process.stdout.write(`${text(progress)}\n`);
	};
}
export { stopSignal as a, readAge as i, operator as n, withDatabase as o, printProgress as r, openDatabase as t };
