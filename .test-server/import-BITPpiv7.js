import { t as BadSetting } from "./config-Bxv6dHMz.js";
import { a as plural } from "./expiry-Bid1olVd.js";
import { Ft as CompiledQuery, It as sql, Mt as UnusableDatabase, Nt as isDatabaseFault, Pt as sqliteCode, d as runColumns, et as chunksOf, ft as jobStatuses, jt as UnavailableDatabase, lt as isJobStatus, p as upsertText, q as runStatuses, r as parseDatabaseUrl, rt as repeated, tt as numbered, xt as lockOut } from "./db-B0k_w_jX.js";
import { _ as timeReader, a as addressable, c as uniqueNames, d as runRow, f as seeJob, g as readOldTime, h as cleanJob, i as sumOf, l as copyJob, m as unheard, n as portionsOf$1, o as planJobs, p as openFindings, s as runNames, t as parseOldJob, u as nothingSeen } from "./parse-job-oBZcuMbh.js";
import { _ as youngOldRuns, d as oldRuns, f as oldStatuses, g as readOldRun, h as openOld, i as fingerprintOf, l as oldMachines, m as openAgain, n as closeOld, o as oldFingerprints, p as onOneState, r as countOld, s as oldJobs, u as oldOutline } from "./old-database-BASmUI0g.js";
import { a as valuesHere, i as runValues, o as valuesThere, r as differences, s as exportedTables, t as noAnswer } from "./old-server-D1RIihb2.js";
import { n as reindex, t as isIndexed } from "./reindex-DZr7jWoD.js";
import { a as stopSignal, i as readAge, o as withDatabase, r as printProgress } from "./database-B02yeTRS.js";
import { t as threadFile } from "./thread-file-CYVOWp9O.js";
import { createReadStream } from "node:fs";
import { Worker } from "node:worker_threads";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { on, once } from "node:events";
import { createInterface } from "node:readline";
// src/store/takeover/target.ts
/** The statements that put old runs, nodes and queues into this database, with their internal ids. */
var upsertRun = upsertText("runs", runColumns, "id", [
	"id",
	"tags",
	"review"
]);
/** Sends a statement. */
async function send({ engine }, to, { sql, parameters }) {
	const query = CompiledQuery.raw(numbered(engine, sql), [...parameters]);
	return (await to.executeQuery(query)).rows;
}
/** Milliseconds between two attempts to begin while a server writes to the same SQLite file, and how many there are. */
var [pause, attempts] = [20, 500];
/**
* Runs `work` in a transaction that has the right to write from its first statement on, so that on SQLite nothing has to be done
* again because a server was faster.
*/
async function whileWriting(db, work) {
	for (let attempt = 1;; attempt++) {
		let begun = false;
		try {
			return await db.kysely.transaction().execute(async (transaction) => {
				await send(db, transaction, {
					sql: db.engine === "sqlite" ? "update indexed set version = version" : "set local synchronous_commit = off",
					parameters: []
				});
				begun = true;
				return work(transaction);
			});
		} catch (error) {
			if (begun || sqliteCode(error) !== 5 || attempt === attempts) throw error;
			await new Promise((next) => setTimeout(next, pause));
		}
	}
}
/** Makes the row of a run, so that its jobs can be written; returns whether it was there. */
async function beginRun(db, transaction, row) {
	const before = await transaction.selectFrom("runs").select("revision").where("id", "=", row.id).executeTakeFirst();
	if (!before) await saveRun(db, transaction, {
		...row,
		revision: 0
	});
	return before ?? null;
}
/** Writes the row of a run. */
async function saveRun(db, transaction, row) {
	const values = {
		...row,
		tags: "[]",
		review: null
	};
	await send(db, transaction, {
		sql: upsertRun(1),
		parameters: runColumns.map((column) => values[column])
	});
}
/** Deletes the jobs of a run that the old one does not have any more, or has under another `job_id`. */
async function deleteOtherJobs(transaction, runId, jobIds) {
	const gone = (await transaction.selectFrom("jobs").select(["id", "job_id"]).where("run_id", "=", runId).execute()).filter(({ id, job_id }) => jobIds.get(id) !== job_id).map(({ id }) => id);
	for (const ids of chunksOf(gone, 500)) await transaction.deleteFrom("jobs").where("id", "in", ids).execute();
}
/** Writes jobs of a run with their documents and links, after what they share with others. */
async function saveCopied(db, transaction, { ids, statements }, isNew) {
	const outside = db.engine === "sqlite" ? transaction : db.kysely;
	for (const statement of statements.shared) await send(db, outside, statement);
	if (!isNew) await transaction.deleteFrom("job_nodes").where("job_id", "in", ids).execute();
	await Promise.all(statements.own.map((statement) => send(db, transaction, statement)));
}
/** Remembers which state of a run was copied. */
async function rememberRun(transaction, imported) {
	const { id: _, ...values } = imported;
	await transaction.insertInto("imported_runs").values(imported).onConflict((conflict) => conflict.column("id").doUpdateSet(values)).execute();
}
/** Deletes a run that the old database does not have any more. */
async function removeRun(db, id) {
	await whileWriting(db, async (transaction) => {
		await transaction.deleteFrom("runs").where("id", "=", id).execute();
		await transaction.deleteFrom("imported_runs").where("id", "=", id).execute();
	});
}
/** Lets other runs have the names of these: each gets one that no run can have, until it is copied with its own. */
async function freeNames(db, ids) {
	for (const some of chunksOf(ids, 500)) await whileWriting(db, async (transaction) => {
		await giveUpNames(transaction, "runs", some);
	});
}
/** Gives each of some rows, at most some hundred, a name that none can have: another row may take its own before it has the new one. */
async function giveUpNames(to, table, ids) {
	await to.updateTable(table).set({ name: sql`'/' || id` }).where("id", "in", ids).execute();
}
/** The runs that were imported before, by internal id, with their name; null when they were deleted here. */
async function importedRuns({ kysely }) {
	const rows = await kysely.selectFrom("imported_runs").leftJoin("runs", "runs.id", "imported_runs.id").selectAll("imported_runs").select("runs.name").execute();
	return new Map(rows.map((row) => [row.id, row]));
}
/** Names of runs that were not imported: some of them, and how many there are. */
async function ownRuns({ kysely }) {
	const own = kysely.selectFrom("runs").where("id", "not in", ({ selectFrom }) => selectFrom("imported_runs").select("imported_runs.id"));
	const { count } = await own.select(({ fn }) => fn.countAll().as("count")).executeTakeFirstOrThrow();
	const names = await own.select("name").limit(3).execute();
	return {
		count: Number(count),
		names: names.map(({ name }) => name)
	};
}
/** Lets new rows get ids beyond all that were copied. SQLite does that by itself. */
async function moveSequences(db) {
	if (db.engine === "sqlite") return;
	for (const table of [
		"runs",
		"jobs",
		"nodes"
	]) {
		const sql = `select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table})) from ${table} limit 1`;
		await send(db, db.kysely, {
			sql,
			parameters: []
		});
	}
}
// src/store/takeover/machines.ts
/** The longest text of a node that is copied, in UTF-16 units: lists show all of them, and the longest keys have some thousand. */
var longestText = 16384;
var nodeTexts = `description machine_type arch os_type os_version locked_by mac_address ssh_pub_key`.split(" ");
/** Nodes as they are stored here. */
function cleanNodes(rows, findings) {
	const unique = uniqueNames(256);
	return rows.map((row) => {
		const id = row.id;
		const about = {
			table: "nodes",
			id
		};
		const name = unique(addressable(row.name, 256, `old-${id}`), id);
		if (name !== row.name) findings.add({
			...about,
			key: "name",
			problem: "cannot be its name",
			was: row.name,
			now: name
		});
		const texts = nodeTexts.map((key) => {
			const text = row[key] ?? null;
			if (text === null || text.length <= longestText) return [key, text];
			findings.add({
				...about,
				key,
				problem: "is too long",
				was: text,
				now: `its first ${longestText} characters`
			});
			return [key, text.slice(0, longestText).toWellFormed()];
		});
		return {
			id,
			name,
			...Object.fromEntries(texts),
			up: row.up,
			is_vm: row.is_vm === true,
			locked: row.locked === true,
			locked_since: timeReader(row, about, findings)("locked_since"),
			unlocked_since: null,
			vm_host_id: row.vm_host_id ?? null
		};
	});
}
/** Queues as they are stored here. */
function cleanQueues(rows, findings) {
	const unique = uniqueNames(32);
	return rows.map((row) => {
		const id = row.queue;
		const about = {
			table: "queue",
			id
		};
		const queue = unique(addressable(id, 32, "old"), "2");
		if (queue !== id) findings.add({
			...about,
			key: "queue",
			problem: "cannot be its name",
			was: id,
			now: queue
		});
		const time = timeReader(row, about, findings);
		return {
			queue,
			paused_by: row.paused_by,
			paused_since: time("paused_since"),
			paused_until: time("paused_until"),
			pause_duration: row.pause_duration
		};
	});
}
/** Makes the nodes and queues here those of the old database; links of jobs to nodes that stay are kept. */
async function saveMachines(db, nodes, queues) {
	await whileWriting(db, async (transaction) => {
		await lockOut(transaction, db.engine, "nodes");
		await saveNodes(transaction, nodes);
		await transaction.deleteFrom("queues").execute();
		for (const some of chunksOf(queues, 100)) await transaction.insertInto("queues").values(some).execute();
	});
}
async function saveNodes(transaction, nodes) {
	const stored = await transaction.selectFrom("nodes").select(["id", "name"]).execute();
	const names = new Map(nodes.map(({ id, name }) => [id, name]));
	const gone = stored.filter(({ id }) => !names.has(id)).map(({ id }) => id);
	for (const ids of chunksOf(gone, 500)) await transaction.deleteFrom("nodes").where("id", "in", ids).execute();
	const renamed = stored.filter(({ id, name }) => names.has(id) && names.get(id) !== name).map(({ id }) => id);
	for (const ids of chunksOf(renamed, 500)) await giveUpNames(transaction, "nodes", ids);
	const rows = nodes.map((node) => ({
		...node,
		vm_host_id: null
	}));
	for (const some of chunksOf(rows, 100)) await transaction.insertInto("nodes").values(some).onConflict((conflict) => conflict.column("id").doUpdateSet(({ ref }) => {
		const columns = Object.keys(some[0]).filter((column) => column !== "id" && column !== "unlocked_since");
		return Object.fromEntries(columns.map((column) => [column, ref(`excluded.${column}`)]));
	})).execute();
	for (const { id, vm_host_id } of nodes) {
		if (vm_host_id === null || !names.has(vm_host_id)) continue;
		await transaction.updateTable("nodes").set({ vm_host_id }).where("id", "=", id).execute();
	}
}
// src/store/takeover/import.ts
/** Copies an old database, as a whole and then again and again what changed in it. */
/** Copies nodes and queues, and of the runs in the scope those that are not here as they are there; removes those that are gone. */
async function pass(options, scope) {
	const { old, db, findings } = options;
	const machines = await oldMachines(old);
	const nodes = cleanNodes(machines.nodes, findings);
	const queues = cleanQueues(machines.queues, findings);
	findings.flush();
	if (db) await saveMachines(db, nodes, queues);
	const runs = await oldRuns(old);
	const names = runNames(runs);
	const known = db ? await importedRuns(db) : /* @__PURE__ */ new Map();
	const current = await fingerprints(options, runs, scope);
	const renamed = new Map([...known.values()].flatMap(({ id, name }) => name === null || names.get(id) === name ? [] : [[id, name]]));
	const wanted = runs.filter(({ id }) => {
		const imported = known.get(id);
		if (imported === void 0 || renamed.has(id)) return true;
		return (current.get(id) ?? imported.fingerprint) !== imported.fingerprint;
	});
	const totals = await countOld(old);
	const progress = {
		runs: 0,
		jobs: 0,
		removed: 0,
		ofRuns: wanted.length,
		ofJobs: Math.round(totals.jobs * wanted.length / Math.max(1, runs.length))
	};
	const toRead = {
		runs: wanted,
		names,
		nodes: new Set(nodes.map(({ id }) => id))
	};
	const there = new Set(runs.map(({ id }) => id));
	const gone = [...known.keys()].filter((id) => !there.has(id));
	if (db) {
		for (const id of gone) await removeRun(db, id);
		const wantedNames = new Set(names.values());
		await freeNames(db, [...renamed].flatMap(([id, name]) => wantedNames.has(name) ? id : []));
	}
	progress.removed = gone.length;
	if (wanted.length > 0) await copyRuns(options, toRead, progress);
	if (db && !options.signal.aborted) await moveSequences(db);
	options.onProgress(progress);
	return progress;
}
async function fingerprints({ old, db }, runs, scope) {
	if (scope === "missing" || db === null) return /* @__PURE__ */ new Map();
	if (scope === "all") return oldFingerprints(old, runs, null);
	const unfinished = await db.kysely.selectFrom("runs").select("id").where("status", "not in", runStatuses.filter((status) => status.startsWith("finished"))).execute();
	const ids = /* @__PURE__ */ new Set([...await youngOldRuns(old), ...unfinished.map(({ id }) => id)]);
	return oldFingerprints(old, runs, [...ids]);
}
async function copyRuns(options, toRead, progress) {
	const { db, findings, signal, onProgress } = options;
	const parts = options.read(toRead);
	const next = async () => {
		const taken = await parts.next();
		for (const finding of taken?.findings ?? []) findings.add(finding);
		return taken?.part ?? null;
	};
	const copied = (jobs) => {
		progress.jobs += jobs;
		onProgress({ ...progress });
	};
	try {
		for (let part = await next(); part !== null && !signal.aborted; part = await next()) {
			if (part.kind !== "begin") throw new Error("a run begins with its row");
			if (db) await writeRun({
				db,
				findings
			}, part, next, copied);
			else for (let more = await next(); more?.kind === "jobs"; more = await next()) copied(more.ids.length);
			findings.flush();
			progress.runs++;
			options.onRun?.(part.row.name);
			onProgress({ ...progress });
		}
	} finally {
		await parts.stop();
	}
}
async function writeRun({ db, findings }, { row, jobIds }, parts, onJobs) {
	await whileWriting(db, async (transaction) => {
		const before = await beginRun(db, transaction, row);
		if (before) await deleteOtherJobs(transaction, row.id, jobIds);
		for (let part = await parts();; part = await parts()) {
			if (part === null || part.kind === "begin") throw new Error("a run ends with its row");
			if (part.kind === "end") {
				const revision = before ? before.revision + 1 : 1;
				await saveRun(db, transaction, {
					...part.row,
					revision
				});
				const { fingerprint, leftOut: left_out } = part;
				await rememberRun(transaction, {
					id: row.id,
					fingerprint,
					revision,
					verified: 0,
					left_out
				});
				findings.flush();
				return;
			}
			await saveCopied(db, transaction, part, before === null);
			onJobs(part.ids.length);
		}
	});
}
// src/store/takeover/read-tables.ts
/** Lines of a transaction, and characters of them. */
var [mostLines, mostLength] = [1e3, 8 << 20];
/** Rows of a statement. */
var rowsAtATime = 50;
/**
* Reads the lines of an export. Returns the number of rows. Throws `UnusableDatabase` when the database is not empty, or the lines are
* none of an export that this program knows, or end too early.
*/
async function readTables(db, lines, onRows) {
	const booleans = await booleanColumns(db);
	const hosts = [];
	let rows = 0;
	let said = null;
	let isBegun = false;
	for await (const portion of portionsOf(lines)) {
		if (!isBegun) await begin(db, portion.shift());
		isBegun = true;
		const last = portion.at(-1);
		if (last && "rows" in last) said = last.rows;
		const some = portion.filter((line) => "table" in line);
		for (const { table, row } of some) prepare(table, row, booleans, hosts);
		await db.kysely.transaction().execute(async (transaction) => {
			for (const [table, of] of Map.groupBy(some, (line) => line.table)) for (const chunk of chunksOf(of, rowsAtATime)) await insert(db, transaction, table, chunk);
		});
		rows += some.length;
		onRows(rows);
	}
	if (said !== rows) throw new UnusableDatabase(`the file ends too early, after ${plural(rows, "row")}; import a whole one into an empty database`);
	for (const { id, host } of hosts) await send(db, db.kysely, {
		sql: "update nodes set vm_host_id = ? where id = ?",
		parameters: [host, id]
	});
	await moveAllSequences(db);
	return rows;
}
async function* portionsOf(lines) {
	let portion = [];
	let length = 0;
	for await (const line of lines) {
		if (line === "") continue;
		portion.push(parseLine(line));
		length += line.length;
		if (portion.length < mostLines && length < mostLength) continue;
		yield portion;
		[portion, length] = [[], 0];
	}
	if (portion.length > 0) yield portion;
}
function parseLine(line) {
	try {
		const parsed = JSON.parse(line);
		if (("row" in parsed ? exportedTables.some(({ table }) => table === parsed.table) : true) && ("row" in parsed || "rows" in parsed || "migrations" in parsed)) return parsed;
	} catch {}
	throw new UnusableDatabase(`this is no line of an export: ${line.slice(0, 80)}`);
}
/** The schema must have everything that the exported one had, and no row yet. */
async function begin(db, header) {
	if (!header || !("migrations" in header)) throw new UnusableDatabase("the file does not begin like an export of paddles");
	const applied = await db.kysely.selectFrom("migrations").select("name").execute();
	const unknown = header.migrations.find((name) => !applied.some((one) => one.name === name));
	if (unknown) throw new UnusableDatabase(`the file comes from a newer paddles, which has the migration '${unknown}'`);
	for (const { table, replaces } of exportedTables) {
		if (replaces) await send(db, db.kysely, {
			sql: `delete from "${table}"`,
			parameters: []
		});
		if ((await send(db, db.kysely, {
			sql: `select 1 from "${table}" limit 1`,
			parameters: []
		})).length > 0) throw new UnusableDatabase(`the table ${table} has rows; import into an empty database`);
	}
}
/** The columns that have true and false here; SQLite keeps them as 1 and 0. */
async function booleanColumns(db) {
	if (db.engine === "sqlite") return /* @__PURE__ */ new Map();
	const rows = await send(db, db.kysely, {
		sql: "select table_name, column_name from information_schema.columns where table_schema = current_schema() and data_type = 'boolean'",
		parameters: []
	});
	const byTable = Map.groupBy(rows, (row) => row.table_name);
	return new Map([...byTable].map(([table, columns]) => [table, columns.map((row) => row.column_name)]));
}
function prepare(table, row, booleans, hosts) {
	for (const column of booleans.get(table) ?? []) if (typeof row[column] === "number") row[column] = row[column] === 1;
	for (const [column, value] of Object.entries(row)) if (typeof value === "object" && value !== null && "base64" in value) row[column] = Buffer.from(value.base64, "base64");
	if (table !== "nodes" || row.vm_host_id === null) return;
	hosts.push({
		id: row.id,
		host: row.vm_host_id
	});
	row.vm_host_id = null;
}
async function insert(db, to, table, lines) {
	const columns = Object.keys(lines[0]?.row ?? {});
	const names = columns.map((column) => `"${column}"`).join(", ");
	const values = repeated(`(${repeated("?", columns.length)})`, lines.length);
	const parameters = lines.flatMap(({ row }) => columns.map((column) => row[column]));
	await send(db, to, {
		sql: `insert into "${table}" (${names}) values ${values}`,
		parameters
	}).catch((error) => {
		throw new UnusableDatabase(`rows of ${table} cannot be stored: ${error.message}`, { cause: error });
	});
}
/** Lets new rows get ids beyond those of the file. */
async function moveAllSequences(db) {
	if (db.engine === "sqlite") return;
	for (const { table_name: table } of await send(db, db.kysely, {
		sql: `select table_name from information_schema.columns
    where table_schema = current_schema() and column_name = 'id' and is_identity = 'YES'`,
		parameters: []
	})) {
		const text = `select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from "${table}" having max(id) is not null`;
		await send(db, db.kysely, {
			sql: text,
			parameters: []
		});
	}
}
// src/cli/takeover/texts.ts
/** What `paddles import` prints. */
/** `3 runs with 40 jobs` */
function progressText({ runs, jobs, removed }) {
	return `${plural(runs, "run")} with ${plural(jobs, "job")}${removed > 0 ? ` (${plural(removed, "run")} removed)` : ""}`;
}
/** How much is not as it was, by kind. */
function findingsText({ counts }) {
	const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
	if (total === 0) return "everything as it was";
	const kinds = [...counts].map(([kind, count]) => `${kind} (${count})`).sort();
	return `${plural(total, "value or row", "values or rows")} not as they were: ${kinds.join(", ")}`;
}
/** Milliseconds between two lines of progress. */
var telling = 1e3;
/** A listener that prints how far the work is, once a second at most. */
function progressPrinter(asJson) {
	let began = performance.now();
	let told = began;
	let last = 0;
	return ({ runs, ofRuns, jobs, ofJobs }) => {
		const now = performance.now();
		if (jobs < last) began = now;
		last = jobs;
		if (now - told < telling) return;
		told = now;
		const rate = jobs / Math.max(.001, (now - began) / 1e3);
		const left = rate === 0 ? null : Math.max(0, Math.round((ofJobs - jobs) / rate));
		if (asJson) {
			printJson({
				runs,
				of_runs: ofRuns,
				jobs,
				of_jobs: ofJobs,
				jobs_per_second: Math.round(rate),
				seconds_left: left
			});
			return;
		}
		const ends = left === null ? "" : `, ${durationText(left)} left`;
		process.stdout.write(`${runs} of ${plural(ofRuns, "run")}, ${jobs} of ${plural(ofJobs, "job")}, ${Math.round(rate)} jobs/s${ends}\n`);
	};
}
/** Prints a line for machines. */
function printJson(figures) {
	process.stdout.write(`${JSON.stringify(figures)}\n`);
}
function durationText(seconds) {
	return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
/** Examples of each kind of difference that are printed. */
var examples = 3;
/** Prints differences by what they are about, each with some examples. */
function printDifferences(found) {
	for (const [key, some] of Map.groupBy(found, (one) => one.key)) {
		process.stdout.write(`${key} differs ${plural(some.length, "time")}\n`);
		for (const { run, job_id, there, here } of some.slice(0, examples)) {
			const place = job_id === void 0 ? run : `${run}/${job_id}`;
			process.stdout.write(`  ${place}: ${shortened(there)} there, ${shortened(here)} here\n`);
		}
	}
}
function shortened(text) {
	if (text === null) return "nothing";
	return text.length > 100 ? `${text.slice(0, 100)}… (${text.length} characters)` : text;
}
// src/store/takeover/verify.ts
/** Compares what was copied with the old database, column by column. */
/** Differences that are kept: one of each column would do. */
var mostKept = 1e3;
/** Runs that are remembered as compared at a time. */
var runsAtATime = 100;
/** Compares every run that was not compared since it was copied, or all. Those that are equal are remembered. */
async function verify(options) {
	const { old, db, all, signal } = options;
	const runs = await oldRuns(old);
	const names = runNames(runs);
	const known = await importedRuns(db);
	const nodes = await db.kysely.selectFrom("nodes").select("id").execute();
	const reading = {
		...options,
		findings: unheard,
		names,
		nodes: new Set(nodes.map(({ id }) => id))
	};
	const wanted = runs.filter(({ id }) => all || known.get(id)?.verified !== 1);
	const seen = {
		runs: 0,
		jobs: 0,
		stale: 0,
		differences: []
	};
	for (const some of chunksOf(wanted, runsAtATime)) {
		const equal = [];
		for (const run of some) {
			if (signal.aborted) break;
			const found = await compareRun(db, reading, run, known.get(run.id)?.fingerprint);
			if (found === null) seen.stale++;
			else if (found.differences.length === 0) equal.push(run.id);
			seen.runs++;
			seen.jobs += found?.jobs ?? 0;
			seen.differences.push(...(found?.differences ?? []).slice(0, mostKept - seen.differences.length));
			options.onProgress({
				runs: seen.runs,
				ofRuns: wanted.length,
				jobs: seen.jobs
			});
		}
		await remember(db, equal);
	}
	return seen;
}
async function remember(db, ids) {
	if (ids.length === 0) return;
	await whileWriting(db, async (transaction) => {
		await transaction.updateTable("imported_runs").set({ verified: 1 }).where("id", "in", ids).execute();
	});
}
/** Null when the run is not here as it is there now. */
function compareRun(db, reading, listed, fingerprint) {
	const { old, parse, nodes } = reading;
	const name = reading.names.get(listed.id) ?? "";
	return onOneState(old, async () => {
		const run = await readOldRun(old, listed);
		if (run === null) return null;
		const outline = await oldOutline(old, run);
		if (fingerprintOf(run, sumOf(outline)) !== fingerprint) return null;
		const plan = planJobs(outline, name, unheard);
		const summary = nothingSeen();
		const found = [];
		const runPosted = readOldTime(run.row?.posted);
		for (const ids of portionsOf$1(outline)) {
			const here = await valuesHere(db, ids);
			for (const { job, nodes: linked } of await oldJobs(old, ids)) {
				const job_id = plan.jobIds.get(job.id);
				if (job_id === void 0) continue;
				const place = {
					run: name,
					job_id,
					nodes: linked.filter((node) => nodes.has(node)),
					runPosted
				};
				const clean = cleanJob(job, place, unheard);
				found.push(...differences({
					run: name,
					job_id
				}, valuesThere(clean), here.get(clean.id) ?? {}));
				seeJob(summary, copyJob(clean, {
					id: run.id,
					name
				}, parse, unheard));
			}
		}
		const row = await db.kysely.selectFrom("runs").selectAll().where("id", "=", run.id).executeTakeFirst();
		found.push(...differences({ run: name }, runValues(runRow(run, name, summary, unheard)), runValues(row ?? {})));
		const others = await db.kysely.selectFrom("jobs").select(({ fn }) => fn.countAll().as("count")).where("run_id", "=", run.id).executeTakeFirstOrThrow();
		const [there, here] = [String(plan.jobIds.size), String(Number(others.count))];
		found.push(...differences({ run: name }, { jobs: there }, { jobs: here }));
		return {
			jobs: outline.length,
			differences: found
		};
	});
}
/** The number of jobs of each status on both sides, where they differ; jobs that were left out are counted here too. */
async function compareStatuses({ old, db }) {
	const there = Object.fromEntries(jobStatuses.map((status) => [status, 0]));
	for (const [status, count] of await oldStatuses(old)) there[isJobStatus(status) ? status : "unknown"] += count;
	const here = await db.kysely.selectFrom("runs").where("id", "in", ({ selectFrom }) => selectFrom("imported_runs").select("imported_runs.id")).select(jobStatuses.map((status) => sql`sum(${sql.ref(status)})`.as(status))).executeTakeFirstOrThrow();
	const counts = Object.fromEntries(jobStatuses.map((status) => [status, Number(here[status] ?? 0)]));
	const leftOut = await db.kysely.selectFrom("imported_runs").select("left_out").where("left_out", "<>", "").execute();
	for (const { left_out } of leftOut) for (const status of left_out.split(" ")) counts[status] = (counts[status] ?? 0) + 1;
	const printed = (values) => Object.fromEntries(Object.entries(values).map(([status, count]) => [`jobs of status ${status}`, String(count)]));
	return differences({ run: "all runs" }, printed(there), printed(counts));
}
// src/store/takeover/sample.ts
/** Up to `size` jobs that were copied as they were, under the name that they have on both sides. */
async function sampleJobs(old, { kysely }, size) {
	const { last } = await kysely.selectFrom("jobs").select(({ fn }) => fn.max("id").as("last")).executeTakeFirstOrThrow();
	const found = /* @__PURE__ */ new Map();
	for (let attempt = 0; attempt < 3 * size && found.size < size; attempt++) {
		const job = await kysely.selectFrom("jobs").innerJoin("runs", "runs.id", "jobs.run_id").select([
			"jobs.id",
			"jobs.job_id",
			"runs.name as run"
		]).where("jobs.id", ">=", Math.ceil(Math.random() * Number(last ?? 0))).orderBy("jobs.id").limit(1).executeTakeFirst();
		if (job) found.set(job.id, {
			run: job.run,
			job_id: job.job_id
		});
	}
	const asTheyWere = [];
	for (const ids of chunksOf([...found.keys()], 100)) {
		const names = await namesThere(old, ids);
		for (const { job } of await oldJobs(old, ids)) {
			const id = job.id;
			const here = found.get(id);
			if (!here || here.job_id !== job.job_id || here.run !== names.get(id)) continue;
			const findings = openFindings(null);
			cleanJob(job, {
				...here,
				nodes: [],
				runPosted: null
			}, findings);
			if (findings.counts.size === 0) asTheyWere.push(here);
		}
	}
	return asTheyWere;
}
/** The names of the runs of jobs there; of jobs that share their `job_id` with another one, none. */
async function namesThere({ client }, ids) {
	const { rows } = await client.query(`select jobs.id, runs.name from jobs join runs on runs.id = jobs.run_id where jobs.id = any ($1::bigint[])
     and not exists (select 1 from jobs other where other.run_id = jobs.run_id and other.job_id = jobs.job_id and other.id <> jobs.id)
     and not exists (select 1 from runs other where other.name = runs.name and other.id <> runs.id)`, [ids]);
	return new Map(rows.map(({ id, name }) => [id, name]));
}
// src/cli/takeover/answers.ts
/** Asks the old and the new server for the same jobs. */
/** Jobs that are asked for. */
var sampleSize = 1e3;
/** Requests to each server at a time. */
var atATime = 4;
/** What differs in the answers of both servers for random jobs; only keys that the old server answers count. */
async function compareAnswers({ old, db }, servers) {
	const sample = await sampleJobs(old, db, sampleSize);
	const found = [];
	const queue = sample.values();
	const asker = async () => {
		for (const { run, job_id } of queue) {
			const path = `/runs/${encodeURIComponent(run)}/jobs/${encodeURIComponent(job_id)}/`;
			const [there, here] = await Promise.all([answerOf(servers.there, path), answerOf(servers.here, path)]);
			for (const [key, value] of Object.entries(there)) {
				const [was, is] = [canonical(key, value), canonical(key, here[key] ?? null)];
				if (was !== is) found.push({
					run,
					job_id,
					key: `${key} in the answer`,
					there: was,
					here: is
				});
			}
		}
	};
	await Promise.all(Array.from({ length: atATime }, asker));
	return {
		jobs: sample.length,
		differences: found
	};
}
/** The job, or the status of the answer when it is none. Throws `UnavailableDatabase` when the server speaks another contract. */
async function answerOf(server, path) {
	const answer = await fetch(server + path, { headers: { accept: "application/json" } }).catch(noAnswer(server));
	if (!answer.ok) return { status: `answered with ${answer.status}` };
	const job = await answer.json().catch(() => null);
	if (typeof job === "object" && job !== null && "status" in job) return job;
	throw new UnavailableDatabase(`${server} does not speak the teuthology contract; give the port that does, by default 8081`);
}
var times = [
	"posted",
	"started",
	"updated",
	"timestamp"
];
var documents = [
	"kernel",
	"overrides",
	"roles",
	"targets",
	"tasks"
];
/** The old server leaves out a fraction of zero, and shows documents that were never sent as `{}`. */
function canonical(key, value) {
	if (value === null) return documents.includes(key) ? "{}" : null;
	if (times.includes(key) && typeof value === "string") {
		const [seconds = "", fraction = ""] = value.split(".");
		return `${seconds}.${fraction.padEnd(6, "0")}`;
	}
	return JSON.stringify(value);
}
// src/cli/takeover/verify.ts
/** The addresses of both servers, null without them. Throws `BadSetting` when one of them is missing or no URL. */
function readServers({ flags }) {
	const [there, here] = [flags["old-server"], flags["new-server"]];
	if (there === void 0 && here === void 0) return null;
	for (const [flag, url] of Object.entries({
		"old-server": there,
		"new-server": here
	})) if (url === void 0 || !URL.canParse(url)) throw new BadSetting(`--${flag} must be an address like http://host:8080`);
	const plain = (url) => new URL(url).origin;
	return {
		there: plain(there),
		here: plain(here)
	};
}
/** How often runs that went on changing are copied and compared again. */
var rounds = 3;
/** Compares what was copied since the last time, or with `--verify-all` everything, and prints what differs. */
async function verifyImport(line, options) {
	const { old, db, signal } = options;
	let all = line.flags["verify-all"] !== void 0;
	const seen = {
		runs: 0,
		jobs: 0,
		stale: 0,
		differences: []
	};
	for (let round = 1;; round++) {
		const onProgress = ({ runs, ofRuns, jobs }) => options.onProgress({
			runs,
			jobs,
			removed: 0,
			ofRuns,
			ofJobs: Math.round(jobs / Math.max(1, runs) * ofRuns)
		});
		const found = await verify({
			old,
			db,
			parse: parseOldJob,
			all,
			signal,
			onProgress
		});
		all = false;
		seen.runs += found.runs - found.stale;
		seen.jobs += found.jobs;
		seen.stale = found.stale;
		seen.differences.push(...found.differences);
		if (found.stale === 0 || found.differences.length > 0 || round === rounds || signal.aborted) break;
		await pass(options, "all");
	}
	if (seen.stale === 0 && !signal.aborted) seen.differences.push(...await compareStatuses({
		old,
		db
	}));
	const servers = signal.aborted ? null : readServers(line);
	const asked = servers ? await compareAnswers({
		old,
		db
	}, servers) : null;
	seen.differences.push(...asked?.differences ?? []);
	printDifferences(seen.differences);
	const what = `compared ${plural(seen.runs, "run")} with ${plural(seen.jobs, "job")}${asked ? ` and ${plural(asked.jobs, "answer")}` : ""}`;
	if (seen.differences.length > 0) return {
		text: `${what}: ${plural(seen.differences.length, "difference")}`,
		exitCode: 1
	};
	if (signal.aborted) return {
		text: `stopped after it had ${what}`,
		exitCode: 1
	};
	if (seen.stale > 0) return {
		text: `${what}; ${plural(seen.stale, "run")} went on changing and could not be compared`,
		exitCode: 1
	};
	return {
		text: `${what}: no difference`,
		exitCode: 0
	};
}
// src/cli/takeover/follow.ts
/** Seconds between two attempts to reach a database: at first, and at most. */
var [firstPause, longestPause] = [1, 30];
/** Does work again until both databases are there; when it is to stop, once more, and then throws what failed. */
function reconnecting({ old, signal }) {
	const say = (text) => process.stderr.write(`${(/* @__PURE__ */ new Date()).toISOString()} ${text}\n`);
	return async (work) => {
		let failed = false;
		for (let pause = firstPause;; pause = Math.min(pause * 2, longestPause)) {
			const isLast = signal.aborted;
			try {
				if (failed) await openAgain(old);
				const done = await work();
				if (failed) say("both databases are there again");
				return done;
			} catch (error) {
				if (!mayPass(error) || isLast) throw error;
				failed = true;
				say(`a database failed: ${error.message}; tries again in ${pause} s`);
				await setTimeout$1(pause * 1e3, void 0, { signal }).catch(() => {});
			}
		}
	};
}
/** While a server starts it may also refuse what it knows. */
function mayPass(error) {
	return isDatabaseFault(error) || error instanceof UnavailableDatabase || error instanceof UnusableDatabase;
}
/** What `--every` can be, in seconds: a timer takes no more than 24 days. */
var longestPauseOfAll = 604800;
/** Seconds between two looks at all runs. */
var lookAtAllEvery = 3600;
/** Copies what changes until it is stopped; with `--verify` also compares it. */
async function follow(line, options, steadily) {
	const { signal } = options;
	const every = readAge("every", line.flags.every ?? "60s", longestPauseOfAll) * 1e3;
	let lookedAtAll = performance.now();
	let passes = 0;
	for (;;) {
		await setTimeout$1(every, void 0, { signal }).catch(() => {});
		const isLast = signal.aborted;
		const all = isLast || performance.now() - lookedAtAll > lookAtAllEvery * 1e3;
		const unstopped = isLast ? {
			...options,
			signal: new AbortController().signal
		} : options;
		const { seen, verified } = await steadily(async () => ({
			seen: await pass(unstopped, all ? "all" : "young"),
			verified: line.flags.verify === void 0 ? null : await verifyImport(line, unstopped)
		}));
		if (all) lookedAtAll = performance.now();
		passes++;
		const { runs, jobs, removed } = seen;
		if (line.flags.json !== void 0) printJson({
			pass: passes,
			runs,
			jobs,
			removed
		});
		else if (runs + removed > 0) process.stdout.write(`${(/* @__PURE__ */ new Date()).toISOString()} ${progressText(seen)}\n`);
		if (isLast) return verified ?? {
			text: `followed for ${plural(passes, "pass", "passes")}`,
			exitCode: 0
		};
	}
}
// src/cli/takeover/reader.ts
/** Without a limit the thread collects its garbage later: 40 MB more. Five documents of 16 MiB still fit. */
var resourceLimits = { maxOldGenerationSizeMb: 512 };
/**
* Reads an old database in a thread of its own. For 10,000 jobs that takes 2.1 s of processor time, writing them 0.8 s, and both in
* one thread 2.8 s. What ends the thread is thrown to who waits for a part.
*/
function readInThread(url) {
	return (toRead) => {
		const file = threadFile("reader-thread", import.meta.url);
		const worker = new Worker(file, {
			workerData: {
				url,
				...toRead
			},
			resourceLimits
		});
		const told = on(worker, "message", { close: ["exit"] });
		return {
			async next() {
				const { done, value } = await told.next();
				if (done) return null;
				worker.postMessage("next");
				return value[0];
			},
			async stop() {
				await worker.terminate();
			}
		};
	};
}
// src/cli/takeover/import.ts
/** Where findings go unless the command says otherwise. */
var defaultReport = "paddles-import.jsonl";
/** `paddles import`: copies the database of a Python server. Returns the exit code. */
async function importDatabase(line) {
	const { from, report, "dry-run": dryRun } = line.flags;
	if (from === void 0) throw new BadSetting("import needs --from postgresql://user:password@host/database, or a file");
	if (!from.includes("://")) return readExport(line, from);
	readServers(line);
	const findings = openReport(report ?? (dryRun === void 0 ? defaultReport : null));
	const old = await openSource(from);
	if (typeof old === "number") return old;
	try {
		if (dryRun === void 0) return await importInto(line, old, findings);
		const options = optionsOf(line, old, findings);
		const seen = `${progressText(await pass({
			...options,
			db: null
		}, "all"))} would be copied`;
		const { aborted } = options.signal;
		process.stdout.write(`${aborted ? "stopped; of what was read " : ""}${seen}; ${findingsText(findings)}\n`);
		return aborted ? 1 : 0;
	} catch (error) {
		const { message, syscall } = error;
		const failed = isDatabaseFault(error) ? "a database failed" : syscall === "write" && "the report cannot be written";
		if (!failed) throw error;
		process.stderr.write(`paddles: ${failed}: ${message}; the same command goes on from there\n`);
		return 1;
	} finally {
		await closeOld(old).catch(() => {});
	}
}
/** Reads the file of an export. */
function readExport(line, path) {
	const onRows = printProgress((rows) => plural(rows, "row"));
	const work = async (db) => {
		const rows = await readTables(db, linesOf(path), onRows).catch((error) => {
			const { message, syscall } = error;
			if (!(error instanceof UnusableDatabase) && syscall !== "open") throw error;
			throw new BadSetting(`--from: ${message}`);
		});
		return {
			text: `${plural(rows, "row")} read`,
			exitCode: 0
		};
	};
	return withDatabase(line, work, { mustExist: false });
}
/** Opened when the first line is asked for: lines that arrive before somebody waits for them would be lost. */
async function* linesOf(path) {
	const input = createReadStream(path);
	await once(input, "open");
	yield* createInterface({
		input,
		crlfDelay: Number.POSITIVE_INFINITY
	});
}
function openReport(path) {
	try {
		return openFindings(path);
	} catch (error) {
		throw new BadSetting(`--report: ${path} cannot be written: ${error.message}`);
	}
}
/** The old database, or the exit code when it does not answer. */
async function openSource(from) {
	try {
		const target = parseDatabaseUrl(from);
		if (target.engine !== "postgres") throw new UnusableDatabase("only PostgreSQL databases of the Python server are read");
		return await openOld(target.url);
	} catch (error) {
		if (error instanceof UnusableDatabase) throw new BadSetting(`--from: ${error.message}`);
		if (!(error instanceof UnavailableDatabase)) throw error;
		process.stderr.write(`paddles: --from: ${error.message}\n`);
		return 1;
	}
}
function optionsOf(line, old, findings) {
	const signal = stopSignal();
	for (const column of old.strangeColumns) process.stderr.write(`paddles: ${column} is no column of the Python server and is not copied\n`);
	return {
		old,
		read: readInThread(old.url),
		findings,
		signal,
		onProgress: progressPrinter(line.flags.json !== void 0)
	};
}
function importInto(line, old, findings) {
	const verifies = line.flags.verify !== void 0 || line.flags["verify-all"] !== void 0;
	return withDatabase(line, async (db) => {
		await checkTarget(db);
		const onRun = (run) => db.live.changed({ runs: [run] });
		const options = {
			...optionsOf(line, old, findings),
			db,
			onRun
		};
		const { signal } = options;
		const follows = line.flags.follow !== void 0;
		const steadily = follows ? reconnecting(options) : (work) => work();
		const first = await steadily(() => pass(options, "missing"));
		const rest = signal.aborted ? null : await steadily(() => pass(options, "all"));
		const end = `${`${progressText(first)} copied${rest ? `, then ${progressText(rest)} that had changed` : ""}`}; ${findingsText(findings)}`;
		if (follows && !signal.aborted) {
			process.stdout.write(`${end}\n`);
			return follow(line, options, steadily);
		}
		if (signal.aborted) return {
			text: `stopped; the same command goes on from there: ${end}`,
			exitCode: 1
		};
		if (!verifies) return {
			text: end,
			exitCode: 0
		};
		process.stdout.write(`${end}\n`);
		return verifyImport(line, options);
	}, {
		beside: true,
		bulk: true,
		mustExist: false
	});
}
/** Internal ids are kept, so nothing else may have taken them. Causes are computed while jobs are copied. */
async function checkTarget(db) {
	const { count, names } = await ownRuns(db);
	if (count > 0) throw new BadSetting(`this database has ${plural(count, "run")} of its own, for example ${names.join(", ")}; import into an empty one`);
	if (!await isIndexed(db)) await reindex(db, { all: false });
}
export { importDatabase };
