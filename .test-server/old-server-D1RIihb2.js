import { dt as isSmallField, jt as UnavailableDatabase, st as documentFields, ut as isMoreField } from "./db-B0k_w_jX.js";
import { c as oldKeys } from "./old-database-BASmUI0g.js";
// src/store/takeover/tables.ts
/** What an export holds, in an order in which rows only refer to rows before them. */
var exportedTables = [
	{ table: "signatures" },
	{ table: "descriptions" },
	{ table: "runs" },
	{ table: "jobs" },
	{ table: "job_documents" },
	{ table: "nodes" },
	{ table: "job_nodes" },
	{ table: "log_excerpts" },
	{ table: "job_tests" },
	{ table: "failed_cases" },
	{ table: "queues" },
	{ table: "imported_runs" },
	{ table: "decisions" },
	{ table: "cause_moves" },
	{ table: "reviews" },
	{ table: "subscriptions" },
	{ table: "told_causes" },
	{ table: "suspect_nodes" },
	{ table: "tokens" },
	{ table: "audit" },
	{ table: "monthly_results" },
	{ table: "monthly_causes" },
	{
		table: "indexed",
		replaces: true
	}
];
// src/store/takeover/compare.ts
/** Jobs and runs as they are stored here, back in the columns of the old database, and what differs there. */
/** What differs between two rows. */
function differences(about, there, here) {
	return Object.keys(there).filter((key) => there[key] !== (here[key] ?? null)).map((key) => ({
		...about,
		key,
		there: there[key] ?? null,
		here: here[key] ?? null
	}));
}
var columns = [
	"name",
	"machine_type",
	"flavor",
	"branch",
	"failure_reason",
	"priority",
	"queue",
	"sha1",
	"user",
	"description"
];
/** An old job, cleaned of what cannot be copied. */
function valuesThere({ texts, nodes, ...job }) {
	const values = { nodes: nodes.toSorted((a, b) => a - b).join(" ") };
	for (const key of [
		"id",
		"job_id",
		"status",
		"success",
		"posted",
		"started",
		"updated"
	]) values[key] = job[key] === null ? null : String(job[key]);
	for (const key of [...oldKeys, ...documentFields]) values[key] = texts.get(key) ?? null;
	const { timestamp } = values;
	if (timestamp) values.timestamp = timestamp.replace("_", " ").replace(/"$/, ".000000\"");
	return values;
}
/** The jobs with these internal ids, by id. */
async function valuesHere({ kysely }, ids) {
	const jobs = await kysely.selectFrom("jobs").leftJoin("job_documents", "job_documents.id", "jobs.id").leftJoin("descriptions", "descriptions.hash", "jobs.description_hash").where("jobs.id", "in", ids).select(documentFields).select("description").selectAll("jobs").execute();
	const links = await kysely.selectFrom("job_nodes").selectAll().where("job_id", "in", ids).execute();
	const nodes = Map.groupBy(links, ({ job_id }) => job_id);
	return new Map(jobs.map((job) => {
		const linked = (nodes.get(job.id) ?? []).filter((link) => link.posted === job.posted && link.status === job.status);
		return [job.id, {
			...jobValues(job),
			nodes: linked.map(({ node_id }) => node_id).sort((a, b) => a - b).join(" ")
		}];
	}));
}
function jobValues(job) {
	const small = JSON.parse(job.small);
	const more = JSON.parse(job.more);
	const printed = (value) => value === null || value === void 0 ? null : JSON.stringify(value);
	const values = {};
	for (const key of [
		"id",
		"job_id",
		"status",
		"posted",
		"started",
		"updated"
	]) values[key] = job[key] === null ? null : String(job[key]);
	values.success = job.success === null ? null : String(Boolean(job.success));
	for (const key of oldKeys) if (columns.includes(key)) values[key] = printed(job[key]);
	else if (isSmallField(key)) values[key] = printed(small[key]);
	else if (isMoreField(key)) values[key] = printed(more[key]);
	for (const key of documentFields) values[key] = job[key] ?? null;
	return values;
}
/** The columns of a run; what people here may have changed is left out. */
function runValues(run) {
	const { revision: _, tags: __, ...row } = run;
	return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]));
}
// src/cli/takeover/old-server.ts
/** The old server as a client of its API sees it. */
/** The old server at an address. */
function oldServer(address) {
	const base = new URL(address).origin;
	const ask = async (method, path, body) => {
		const request = {
			method,
			headers: {
				accept: "application/json",
				"content-type": "application/json"
			},
			...body !== void 0 && { body }
		};
		const answer = await fetch(base + path, request).catch(noAnswer(base));
		const text = await answer.text();
		return {
			status: answer.status,
			json: parse(text)
		};
	};
	return {
		sent: 0,
		refused: 0,
		get: (path) => ask("GET", path),
		async send(method, path, body) {
			const { status, json } = await ask(method, path, body);
			if (status === 200 || method === "DELETE" && status === 404) {
				this.sent++;
				return;
			}
			this.refused++;
			const { message = "" } = json ?? {};
			process.stderr.write(`paddles: ${method} ${path} was answered with ${status} ${message}\n`);
		}
	};
}
/** What becomes of a request that `fetch` gave up: a sentence for the person who named the server. */
function noAnswer(server) {
	return (error) => {
		const { message } = error.cause ?? error;
		throw new UnavailableDatabase(`${server} does not answer: ${message}`, { cause: error });
	};
}
function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
export { valuesHere as a, runValues as i, oldServer as n, valuesThere as o, differences as r, exportedTables as s, noAnswer as t };
