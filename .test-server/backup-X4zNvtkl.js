import { t as BadSetting } from "./config-Bxv6dHMz.js";
import { a as plural } from "./expiry-Bid1olVd.js";
import { Mt as UnusableDatabase, jt as UnavailableDatabase, r as parseDatabaseUrl, t as open$1 } from "./db-B0k_w_jX.js";
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { spawn } from "node:child_process";
import { DatabaseSync, backup } from "node:sqlite";
// src/store/upkeep/backup.ts
/** Copies a whole database into a file beside the server that writes to it, and back into an empty one. */
/** What keeps a copy from being made, in a sentence for the person who asked for it. */
var BackupProblem = class extends Error {};
/** What SQLite keeps beside a file, and takes for its own when it opens one of that name. */
var companions = [
	"-journal",
	"-wal",
	"-shm"
];
/** Pages of a file that are copied in one step: all, so that what is written meanwhile does not make it start again. */
var allPages = 2 ** 31 - 1;
/**
* Copies the SQLite database at `path` to a new file, as it is at one moment; a server may write to it meanwhile. Checks the
* copy. Throws `BackupProblem`.
*/
async function copySqlite(path, file) {
	if (!existsSync(path)) throw new BackupProblem(`${path} does not exist`);
	if (existsSync(file)) throw new BackupProblem(`${file} exists already`);
	const left = companions.map((end) => file + end).find(existsSync);
	if (left !== void 0) throw new BackupProblem(`${left} is left of a database that was here, and would be mixed with this one; move it away`);
	const part = `${file}.part`;
	removeAll(part);
	const source = readOnly(path);
	try {
		await backup(source, part, { rate: allPages });
		checkWhole(part);
		renameSync(part, file);
	} catch (error) {
		if (error instanceof BackupProblem) throw error;
		throw new BackupProblem(`${path} cannot be copied to ${file}: ${error.message}`, { cause: error });
	} finally {
		source.close();
		removeAll(part);
	}
}
function removeAll(path) {
	for (const end of ["", ...companions]) rmSync(path + end, { force: true });
}
function readOnly(path) {
	const database = new DatabaseSync(path, {
		readOnly: true,
		timeout: 5e3
	});
	try {
		database.exec("select 1 from migrations limit 1");
		return database;
	} catch (error) {
		database.close();
		const { message } = error;
		throw new BackupProblem(`${path} ${/^(no such table|file is not a database)/.test(message) ? "is not a database of paddles" : "cannot be read, which needs a folder that can be written"}: ${message}`, { cause: error });
	}
}
function checkWhole(path) {
	const database = new DatabaseSync(path);
	try {
		const [row] = database.prepare("pragma quick_check(1)").all();
		if (row?.quick_check !== "ok") throw new BackupProblem(`the copy is damaged: ${row?.quick_check}`);
	} finally {
		database.close();
	}
}
/** Writes a PostgreSQL database to a new file with `pg_dump`. Throws `BackupProblem`. */
async function dumpPostgres(url, file) {
	if (existsSync(file)) throw new BackupProblem(`${file} exists already`);
	const part = `${file}.part`;
	try {
		await run("pg_dump", url, [
			"--format=custom",
			"--no-owner",
			"--no-privileges",
			`--file=${part}`
		]);
		renameSync(part, file);
	} finally {
		rmSync(part, { force: true });
	}
}
/** Reads such a file into an empty PostgreSQL database with `pg_restore`, all of it or nothing. Throws `BackupProblem`. */
async function restorePostgres(url, file) {
	if (!existsSync(file)) throw new BackupProblem(`${file} does not exist`);
	try {
		await run("pg_restore", url, [
			"--no-owner",
			"--no-privileges",
			"--single-transaction",
			file
		]);
	} catch (error) {
		throw / already exists$/.test(error.message) ? new BackupProblem("the database has tables already; restore into an empty one", { cause: error }) : error;
	}
}
/** Runs a program of PostgreSQL; other people see its arguments, so that the password is in its environment. */
async function run(program, address, args) {
	const url = new URL(address);
	const password = decodeURIComponent(url.password);
	url.password = "";
	const env = {
		...process.env,
		...password !== "" && { PGPASSWORD: password }
	};
	const child = spawn(program, [`--dbname=${url.href}`, ...args], {
		env,
		stdio: [
			"ignore",
			"ignore",
			"pipe"
		]
	});
	let said = "";
	child.stderr.on("data", (bytes) => {
		said = (said + bytes).slice(0, 2e3);
	});
	const code = await new Promise((resolve, reject) => {
		child.on("error", () => reject(new BackupProblem(`${program} is not installed (Debian: postgresql-client)`)));
		child.on("close", resolve);
	});
	if (code !== 0) throw new BackupProblem(said.trim().split("\n")[0] || `${program} ended with ${code}`);
}
// src/cli/backup.ts
/** `paddles backup FILE`: copies the database while servers write to it. Returns the exit code. */
async function backupDatabase(line) {
	const [target, file] = [targetOf(line), fileOf(line)];
	return told(async () => {
		if (target.engine === "sqlite") await copySqlite(target.path, file);
		else await dumpPostgres(target.url, file);
		return `${target.label}: done: ${file}, ${Math.ceil(statSync(file).size / (1 << 20))} MB`;
	});
}
/** `paddles restore FILE`: fills an empty database from a backup, and brings it up to date. Returns the exit code. */
async function restoreDatabase(line) {
	const [target, file] = [targetOf(line), fileOf(line)];
	return told(async () => {
		if (target.engine === "sqlite") await copySqlite(file, target.path);
		else await restorePostgres(target.url, file);
		const db = await open$1({
			url: line.config.database,
			poolSize: 2,
			now: () => Date.now() * 1e3
		});
		const { runs } = await db.kysely.selectFrom("runs").select(({ fn }) => fn.countAll().as("runs")).executeTakeFirstOrThrow().finally(() => db.close());
		return `${target.label}: done: ${plural(runs, "run")}`;
	});
}
function targetOf({ config, sources }) {
	try {
		return parseDatabaseUrl(config.database);
	} catch (error) {
		throw new BadSetting(`${sources.database ?? "the default database"}: ${error.message}`);
	}
}
function fileOf({ operands: [file = ""] }) {
	return resolve(file);
}
/** Prints how it ended: exit code 1 with a sentence when it could not be done. */
async function told(work) {
	try {
		process.stdout.write(`${await work()}\n`);
		return 0;
	} catch (error) {
		if (![
			BackupProblem,
			UnavailableDatabase,
			UnusableDatabase
		].some((kind) => error instanceof kind)) throw error;
		process.stderr.write(`paddles: ${error.message}\n`);
		return 1;
	}
}
export { backupDatabase, restoreDatabase };
