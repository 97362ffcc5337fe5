import { Mt as UnusableDatabase, Nt as isDatabaseFault, it as esm_default, jt as UnavailableDatabase } from "./db-B0k_w_jX.js";
// src/store/takeover/old-database.ts
/** The database of the Python server (teuthology contract §3.1). It is only read: the session refuses every write. */
/** Above every internal id of the old database, where they have four bytes. */
var beyondOldIds = 2 ** 31;
var tables = [
	"runs",
	"jobs",
	"job_nodes",
	"nodes",
	"queue"
];
/** Columns whose values are the text of JSON. */
var oldDocuments = [
	"kernel",
	"overrides",
	"roles",
	"targets",
	"tasks"
];
/** Columns that are no keys of a job's report. */
var ownColumns = [
	"id",
	"posted",
	"started",
	"updated",
	"run_id",
	"status",
	"success",
	"job_id"
];
var keyColumns = `archive_path description duration email failure_reason flavor last_in_suite machine_type name nuke_on_error
  os_type os_version owner priority pid repo sentry_event branch seed sha1 sleep_before_teardown subset suite suite_branch suite_path
  suite_relpath suite_repo suite_sha1 teuthology_branch teuthology_sha1 timestamp user verbose issue_url comment pcp_grafana_url
  queue package_source`.split(/\s+/);
var known = {
	runs: "id name status user scheduled suite branch machine_type posted started updated".split(" "),
	jobs: [
		...ownColumns,
		...keyColumns,
		...oldDocuments
	],
	job_nodes: ["node_id", "job_id"],
	nodes: `id name description up machine_type arch is_vm os_type os_version vm_host_id locked locked_by locked_since mac_address
    ssh_pub_key`.split(/\s+/),
	queue: "queue paused_by paused_since pause_duration paused_until".split(" ")
};
/** The keys of `jobs` that a report of a job could have sent, without its documents. */
var oldKeys = keyColumns;
/** Connects. Throws `UnavailableDatabase` or `UnusableDatabase` with a sentence for the person who named the database. */
async function openOld(url) {
	const client = new esm_default.Client({
		connectionString: url,
		application_name: "paddles import",
		connectionTimeoutMillis: 1e4,
		keepAlive: true,
		keepAliveInitialDelayMillis: 1e4,
		types: { getTypeParser: typeParser }
	});
	client.on("error", () => {});
	try {
		await client.connect();
		await client.query("set default_transaction_read_only = on; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set statement_timeout = 0");
		return {
			url,
			client,
			...await readColumns(client)
		};
	} catch (error) {
		await client.end().catch(() => {});
		if (error instanceof UnusableDatabase) throw error;
		const { code, message } = error;
		if (code === "42P01") throw new UnusableDatabase(`this is no database of the Python server: ${message}`);
		throw new (isDatabaseFault(error) ? UnavailableDatabase : UnusableDatabase)(`the old database cannot be read: ${message}`, { cause: error });
	}
}
/** Replaces the connection, which may be broken. Throws as `openOld` does. */
async function openAgain(old) {
	closeOld(old).catch(() => {});
	Object.assign(old, await openOld(old.url));
}
/** Closes the connection. */
async function closeOld({ client }) {
	await client.end();
}
/** Times as text, which has all their microseconds; JSON as text; eight-byte integers as numbers. */
function typeParser(oid, format) {
	const { INT8, TIMESTAMP, TIMESTAMPTZ, JSON: json, JSONB } = esm_default.types.builtins;
	if (oid === INT8) return Number;
	if ([
		TIMESTAMP,
		TIMESTAMPTZ,
		json,
		JSONB
	].includes(oid)) return String;
	return esm_default.types.getTypeParser(oid, format);
}
/** Old installations lack columns that came later, and some have others of their own. */
async function readColumns(client) {
	const { rows } = await client.query(`select relname as table, attname as column from pg_attribute join pg_class on pg_class.oid = attrelid
     where attrelid = any ($1::text[]::regclass[]) and attnum > 0 and not attisdropped`, [tables]);
	const has = (table, column) => rows.some((row) => row.table === table && row.column === column);
	for (const [table, columns] of Object.entries({
		runs: ["id", "name"],
		jobs: ownColumns,
		nodes: ["id", "name"]
	})) {
		const missing = columns.find((column) => !has(table, column));
		if (missing) throw new UnusableDatabase(`this is no database of the Python server: ${table} has no ${missing}`);
	}
	const jobColumns = known.jobs.filter((column) => has("jobs", column)).map((column) => `"${column}"`);
	const strange = rows.filter(({ table, column }) => !known[table].includes(column));
	return {
		isLost: `(run_id is null ${(await client.query("select 1 from pg_constraint where contype = 'f' and conrelid = 'jobs'::regclass and confrelid = 'runs'::regclass")).rows.length > 0 ? "" : "or not exists (select 1 from runs where runs.id = run_id)"})`,
		jobColumns: jobColumns.join(", "),
		strangeColumns: strange.map(({ table, column }) => `${table}.${column}`).sort()
	};
}
/** How much there is; the number of jobs is that of the planner when there are millions. */
async function countOld({ client }) {
	const { rows } = await client.query(`
    select (select count(*) from runs) as runs, case when reltuples > 1000000 then reltuples::bigint
      else (select count(*) from jobs) end as jobs from pg_class where oid = 'jobs'::regclass`);
	return rows[0];
}
/** All runs, the newest first, and behind them what is gathered of jobs without a run. */
async function oldRuns({ client, isLost }) {
	const { rows } = await client.query("select id, name, xmin::text::bigint as xmin from runs order by posted desc nulls last, id desc");
	const lost = (await client.query(`
    select coalesce(run_id, ${beyondOldIds} + min(jobs.id)) as id, min(jobs.name) as name from jobs
    where ${isLost}
    group by run_id, case when run_id is null then jobs.name end order by 1`)).rows.map(({ id, name }) => ({
		id,
		name,
		xmin: 0,
		row: null
	}));
	return [...rows.map((row) => ({
		...row,
		row: null
	})), ...lost];
}
/** Runs `work` on one state of the old database, whatever is written meanwhile. */
async function onOneState({ client }, work) {
	await client.query("begin isolation level repeatable read, read only");
	try {
		return await work();
	} finally {
		await client.query("commit");
	}
}
/** A run with its row as it is now; null when it is gone. */
async function readOldRun(old, run) {
	const { rows } = await old.client.query({
		name: "run",
		text: "select *, xmin::text::bigint as xmin from runs where id = $1::bigint",
		values: [run.id]
	});
	const [found] = rows;
	if (!found) return hasNoRow(run) ? {
		...run,
		row: null
	} : null;
	const { xmin, ...row } = found;
	return {
		id: run.id,
		name: row.name,
		xmin,
		row
	};
}
/** Whether it is made of jobs without a run. */
function hasNoRow({ xmin }) {
	return xmin === 0;
}
function whereJobs(run) {
	if (run.id < beyondOldIds) return {
		text: "run_id = $1",
		values: [run.id]
	};
	return {
		text: "run_id is null and name is not distinct from $1",
		values: [run.name]
	};
}
/** What decides about the jobs of a run, in the order of their ids. */
async function oldOutline({ client }, run) {
	const { text: condition, values } = whereJobs(run);
	const text = `select id, xmin::text::bigint as xmin, job_id, status, posted, updated, ${[
		...oldDocuments,
		"description",
		"failure_reason"
	].map((key) => `coalesce(octet_length(${key}), 0)`).join(" + ")} as size from jobs where ${condition} order by id`;
	return (await client.query({
		name: `outline ${condition}`,
		text,
		values
	})).rows;
}
/** Jobs with every column that is read, and the internal ids of the nodes that they ran on, in the order of their ids. */
async function oldJobs({ client, jobColumns }, ids) {
	const text = `select ${jobColumns} from jobs where id = any ($1::bigint[]) order by id`;
	const [jobs, links] = await Promise.all([client.query({
		name: "jobs",
		text,
		values: [ids]
	}), client.query({
		name: "links",
		text: "select job_id, node_id from job_nodes where job_id = any ($1::bigint[]) order by job_id, node_id",
		values: [ids]
	})]);
	const nodes = Map.groupBy(links.rows, ({ job_id }) => job_id);
	return jobs.rows.map((job) => ({
		job,
		nodes: (nodes.get(job.id) ?? []).map(({ node_id }) => node_id)
	}));
}
/** All nodes and all queues, as one state. */
async function oldMachines(old) {
	return onOneState(old, async () => {
		const nodes = await old.client.query("select * from nodes order by id");
		const queues = await old.client.query("select * from queue order by queue");
		return {
			nodes: nodes.rows,
			queues: queues.rows
		};
	});
}
/**
* What tells one state of a run from another: how many jobs, the last of them, and the sum of the transactions that wrote their rows.
* `updated` would not do, because clients set it.
*/
function fingerprintOf(run, jobs) {
	return [
		run.xmin,
		jobs.count,
		jobs.last,
		jobs.xmins
	].join(".");
}
/** The fingerprints of the runs with these ids, or of all, by id. */
async function oldFingerprints({ client }, runs, ids) {
	const some = ids === null ? "" : "where run_id = any ($1::bigint[]) or run_id is null";
	const { rows } = await client.query(`select coalesce(run_id, ${beyondOldIds} + min(id)) as id, count(*) as count, max(id) as last,
       sum(xmin::text::bigint)::bigint as xmins from jobs ${some}
     group by run_id, case when run_id is null then name end`, ids === null ? [] : [ids]);
	const found = new Map(rows.map((row) => [row.id, row]));
	const wanted = ids === null ? null : new Set(ids);
	const chosen = runs.filter(({ id }) => wanted === null || wanted.has(id) || id >= beyondOldIds);
	return new Map(chosen.map((run) => [run.id, fingerprintOf(run, found.get(run.id) ?? {
		count: 0,
		last: 0,
		xmins: 0
	})]));
}
/** The internal ids of the runs that may still change: unfinished ones, and those of the last 30 days. */
async function youngOldRuns({ client }) {
	const { rows } = await client.query(`
    select id from runs where status is null or status not like 'finished%'
      or greatest(posted, scheduled, updated) > now() at time zone 'UTC' - interval '30 days'`);
	return rows.map(({ id }) => id);
}
/** How many jobs there are of each status, as it is stored. */
async function oldStatuses({ client }) {
	const { rows } = await client.query("select status, count(*) as count from jobs group by status");
	return new Map(rows.map(({ status, count }) => [status, count]));
}
export { youngOldRuns as _, oldDocuments as a, oldKeys as c, oldRuns as d, oldStatuses as f, readOldRun as g, openOld as h, fingerprintOf as i, oldMachines as l, openAgain as m, closeOld as n, oldFingerprints as o, onOneState as p, countOld as r, oldJobs as s, beyondOldIds as t, oldOutline as u };
