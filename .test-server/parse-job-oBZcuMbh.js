import { K as runStatus, T as nameProblem, U as jobsTotal, W as noJobs, _ as parseRunName, b as formatTimestamp, et as chunksOf, f as saveTexts, h as createJob, k as readValue, lt as isJobStatus, m as jobColumns, p as upsertText, rt as repeated, st as documentFields, w as filterable } from "./db-B0k_w_jX.js";
import { a as oldDocuments, c as oldKeys, g as readOldRun, i as fingerprintOf, s as oldJobs, t as beyondOldIds, u as oldOutline } from "./old-database-BASmUI0g.js";
import { t as parseJobChange, y as Refusal } from "./job-bodies-D22wQZKw.js";
import { appendFileSync, readFileSync } from "node:fs";
import { hash } from "node:crypto";
// src/store/takeover/clean.ts
/** Old rows with nothing in them that this program could not have stored itself; what was changed for that is told. */
/** The largest document that is copied, in UTF-16 units: what a server can be made to accept. */
var longestDocument = 16 << 20;
/** Microseconds of a time as PostgreSQL prints it, null for none and for one outside 1684-2255, which includes `infinity`. */
function readOldTime(text) {
	if (typeof text !== "string" || text[4] !== "-" || text.endsWith("BC")) return null;
	const seconds = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
	const fraction = text[19] === "." ? Number(text.slice(20, 26).padEnd(6, "0")) : 0;
	const micros = seconds * 1e3 + (Number.isInteger(fraction) ? fraction : 0);
	return Number.isSafeInteger(micros) ? micros : null;
}
/** Reads the times of a row; those that no calendar here has are told and count as missing. */
function timeReader(row, about, findings) {
	return (key) => {
		const was = row[key] ?? null;
		const time = readOldTime(was);
		if (time === null && was !== null) findings.add({
			...about,
			key,
			problem: "is outside 1684-2255",
			was,
			now: null
		});
		return time;
	};
}
/** A job with values that can be stored. */
function cleanJob(row, { run, job_id, nodes, runPosted }, findings) {
	const id = row.id;
	const about = {
		table: "jobs",
		id,
		run
	};
	const tell = (key, problem, now) => findings.add({
		...about,
		key,
		problem,
		was: row[key] ?? null,
		now
	});
	const time = timeReader(row, about, findings);
	const [sentPosted, started, sentUpdated] = [
		time("posted"),
		time("started"),
		time("updated")
	];
	const posted = sentPosted ?? sentUpdated ?? started ?? runPosted ?? 0;
	if (row.posted === null) tell("posted", "is null", formatTimestamp(posted));
	if (row.updated === null) tell("updated", "is null", formatTimestamp(posted));
	const status = isJobStatus(row.status) ? row.status : "unknown";
	if (status !== row.status) tell("status", row.status === null ? "is null" : "is no status", status);
	const texts = /* @__PURE__ */ new Map();
	for (const key of oldKeys) {
		const text = keyText(key, row[key] ?? null, tell);
		if (text !== null) texts.set(key, text);
	}
	for (const key of oldDocuments) {
		const text = documentText(key, row[key] ?? null, tell);
		if (text !== null) texts.set(key, text);
	}
	return {
		id,
		job_id,
		status,
		success: row.success,
		posted,
		started,
		updated: sentUpdated ?? posted,
		texts,
		nodes
	};
}
/** Cut in every list, because indexes hold no more. */
var filterableKeys = /* @__PURE__ */ new Set([
	"machine_type",
	"flavor",
	"branch",
	"queue",
	"sha1",
	"user"
]);
/** The longest of the short values, in UTF-16 units: as JSON, with every character escaped, it is still shorter than reports may have. */
var longestShort = 8e4;
function keyText(key, value, tell) {
	if (value === null) return null;
	if (key === "timestamp") return timestampText(value, tell);
	if (typeof value !== "string") return String(value);
	let text = filterableKeys.has(key) ? filterable(value) : value;
	if (key !== "failure_reason" && text.length > longestShort) text = text.slice(0, longestShort).toWellFormed();
	if (text !== value) tell(key, "is too long", `its first ${text.length} characters`);
	return JSON.stringify(text);
}
/** As it stands in a report, where it has no fraction. */
function timestampText(value, tell) {
	if (readOldTime(value) === null) {
		tell("timestamp", "is outside 1684-2255", null);
		return null;
	}
	return JSON.stringify(value.slice(0, 19).replace(" ", "_"));
}
function documentText(key, value, tell) {
	if (typeof value !== "string" || value === "") return null;
	if (value.length > longestDocument) {
		tell(key, "is longer than 16 MiB", null);
		return null;
	}
	const read = readValue(value);
	if (read === null) tell(key, "is no JSON", null);
	else if (read.hasNaN) tell(key, "has NaN or Infinity", "null in their places");
	return read === null || read.text === "null" ? null : read.text;
}
// src/store/takeover/findings.ts
/** What cannot be copied as it is: told row by row in a file, so that nothing is lost without a word. */
/** Findings that are appended to a file as lines of JSON, each once, however often it is found; null: they are only counted. */
function openFindings(path) {
	const told = /* @__PURE__ */ new Set();
	const counts = /* @__PURE__ */ new Map();
	const isNew = (finding, line) => {
		const known = hash("sha256", line, "base64").slice(0, 12);
		if (told.has(known)) return false;
		told.add(known);
		const kind = finding.key === void 0 ? finding.problem : `${finding.key}: ${finding.problem}`;
		counts.set(kind, (counts.get(kind) ?? 0) + 1);
		return true;
	};
	if (path !== null) for (const line of earlierLines(path)) isNew(JSON.parse(line), line);
	let waiting = [];
	return {
		counts,
		add(finding) {
			const line = JSON.stringify(finding);
			if (isNew(finding, line) && path !== null) waiting.push(line);
		},
		flush() {
			if (path === null || waiting.length === 0) return;
			appendFileSync(path, `${waiting.join("\n")}\n`);
			waiting = [];
		}
	};
}
/** Takes no notice. */
var unheard = {
	add: () => {},
	flush: () => {},
	counts: /* @__PURE__ */ new Map()
};
/** Throws when the file cannot be written. A line that a kill cut off is ended and left out. */
function earlierLines(path) {
	appendFileSync(path, "");
	const lines = readFileSync(path, "utf8").split("\n");
	if (lines.pop() !== "") appendFileSync(path, "\n");
	return lines.filter((line) => line.endsWith("}"));
}
// src/store/takeover/job-state.ts
/** Parses and decides as if the job had been reported, then sets what the old server had decided. */
function copyJob(job, run, parse, findings) {
	let change = parse(job.texts);
	while ("refused" in change) {
		const { refused, reason } = change;
		const was = job.texts.get(refused);
		if (was === void 0) throw new Error(`${refused} is refused and not there`);
		findings.add({
			table: "jobs",
			id: job.id,
			run: run.name,
			key: refused,
			problem: reason,
			was: JSON.parse(was),
			now: null
		});
		job.texts.delete(refused);
		change = parse(job.texts);
	}
	const { id, status, success, posted, started, updated } = job;
	const state = createJob(run.id, job.job_id, {
		...change,
		status
	}, posted);
	Object.assign(state.row, {
		id,
		status,
		success,
		posted,
		started,
		updated
	});
	return {
		state,
		nodes: job.nodes,
		suite: change.more.get("suite") ?? null
	};
}
/** Of no jobs yet. */
function nothingSeen() {
	return {
		counts: noJobs(),
		started: null,
		posted: null,
		first: null,
		branch: null,
		machine_type: null,
		suite: null,
		user: null
	};
}
/** Adds a job. */
function seeJob(summary, { state: { row }, suite }) {
	summary.counts[row.status]++;
	if (row.started !== null) summary.started = Math.min(summary.started ?? row.started, row.started);
	summary.posted = Math.min(summary.posted ?? row.posted, row.posted);
	if (summary.first === null || row.job_id < summary.first.job_id) summary.first = row;
	summary.branch = row.branch || summary.branch;
	summary.machine_type = row.machine_type || summary.machine_type;
	summary.user = row.user || summary.user;
	summary.suite = suite || summary.suite;
}
/**
* The row of a run: name, times and texts as the old server had them, everything else from its jobs. It took branch and machine type
* from the name, with rules that today's names have outgrown, until a job named them: where none did, the name is read again.
*/
function runRow(run, name, jobs, findings) {
	const row = run.row ?? {};
	const about = {
		table: "runs",
		id: run.id,
		run: name
	};
	const said = parseRunName(run.name ?? name);
	const time = timeReader(row, about, findings);
	const text = (key) => row[key] || "";
	const sent = {
		posted: time("posted"),
		scheduled: time("scheduled"),
		started: time("started"),
		updated: time("updated")
	};
	const posted = sent.posted ?? jobs.posted ?? sent.scheduled ?? said.scheduled ?? 0;
	const { first } = jobs;
	return {
		id: run.id,
		name,
		user: text("user") || said.user || jobs.user || "",
		suite: text("suite") || jobs.suite || said.suite,
		branch: jobs.branch === null ? said.branch || text("branch") : text("branch") || jobs.branch,
		machine_type: jobs.machine_type === null ? said.machine_type || text("machine_type") : text("machine_type") || jobs.machine_type,
		posted,
		scheduled: sent.scheduled ?? said.scheduled ?? posted,
		started: jobsTotal(jobs.counts) === 0 ? sent.started : jobs.started,
		updated: sent.updated,
		first_job: first?.job_id ?? null,
		sha1: first?.sha1 ?? null,
		flavor: first?.flavor ?? null,
		priority: first?.priority ?? null,
		status: runStatus(jobs.counts),
		...jobs.counts
	};
}
// src/store/takeover/job-statements.ts
/** The statements that write copied jobs: made where they are read, so that a thread hands over nothing but texts and values. */
/** Rows of a statement: its text is prepared once and used again. */
var rowsAtATime = 50;
/** Of the same failure the log or a test case may have told more meanwhile (write/excerpts.ts). */
var signature = `case when jobs.signature is not null and jobs.status = excluded.status
  and jobs.failure_reason is not distinct from excluded.failure_reason then jobs.signature else excluded.signature end`;
var upsertJobs = upsertText("jobs", ["id", ...jobColumns], "id", ["id", "run_id"], { signature });
var upsertDocuments = upsertText("job_documents", ["id", ...documentFields], "id", ["id"]);
/** The statements that write these jobs with their documents and links. */
function jobStatements(jobs) {
	const states = jobs.map(({ state }) => state);
	return {
		shared: saveTexts("sqlite", states),
		own: chunksOf(jobs, rowsAtATime).flatMap(saveRows)
	};
}
function saveRows(jobs) {
	const documents = jobs.flatMap(({ state: { row, document } }) => [row.id, ...documentFields.map((key) => document[key] ?? null)]);
	const links = jobs.flatMap(({ state: { row }, nodes }) => nodes.map((node) => [
		node,
		row.id,
		row.posted,
		row.status
	]));
	return [
		{
			sql: upsertJobs(jobs.length),
			parameters: jobs.flatMap(({ state: { row } }) => [row.id, ...jobColumns.map((column) => row[column])])
		},
		{
			sql: upsertDocuments(jobs.length),
			parameters: documents
		},
		...chunksOf(links, rowsAtATime).map((part) => ({
			sql: `insert into job_nodes (node_id, job_id, posted, status) values ${repeated("(?, ?, ?, ?)", part.length)}`,
			parameters: part.flat()
		}))
	];
}
// src/store/takeover/names.ts
/** Names of old runs, jobs, nodes and queues as they can stand in a URL here, each once. */
/** A name that can stand in a URL: `/` and control characters become `_`; `instead` when nothing is left to name it by. */
function addressable(name, longest, instead) {
	if (name === null || name === "") return instead;
	if (nameProblem(name, longest) === null) return name;
	const plain = name.toWellFormed().replaceAll("/", "_").replaceAll(/\p{Cc}/gu, "_").slice(0, longest).toWellFormed();
	return nameProblem(plain, longest) === null ? plain : instead;
}
/** Makes names different from those that were taken before, by the internal id. */
function uniqueNames(longest) {
	const taken = /* @__PURE__ */ new Set();
	return (name, id) => {
		let free = name;
		for (let tail = `_${id}`; taken.has(free); tail += "_") free = name.slice(0, longest - tail.length) + tail;
		taken.add(free);
		return free;
	};
}
/**
* The name of each run here, by its internal id: of several runs with one name the oldest keeps it. Jobs without a run go into a
* run `old-…` after the run that they name.
*/
function runNames(runs) {
	const unique = uniqueNames(512);
	const named = runs.toSorted((a, b) => a.id - b.id).map((run) => ({
		run,
		name: nameOfRun(run)
	}));
	const [kept, changed] = [named.filter(({ run, name }) => run.name === name), named.filter(({ run, name }) => run.name !== name)];
	return new Map([...kept, ...changed].map(({ run, name }) => [run.id, unique(name, run.id)]));
}
function nameOfRun({ id, name, xmin }) {
	if (xmin !== 0) return addressable(name, 512, `old-${id}`);
	return `old-${addressable(name, 508, id < beyondOldIds ? `run-${id}` : "jobs")}`;
}
/** Of several jobs with one `job_id` a finished one is copied, else the latest. */
function planJobs(outline, run, findings) {
	const plan = {
		jobIds: /* @__PURE__ */ new Map(),
		leftOut: /* @__PURE__ */ new Map()
	};
	const taken = /* @__PURE__ */ new Set();
	const odd = [];
	for (const [jobId, jobs] of Map.groupBy(outline, ({ job_id, id }) => job_id === null ? id : job_id)) {
		const [first, ...others] = jobs.length > 1 ? jobs.toSorted(byWorth) : jobs;
		const { id } = first;
		for (const other of others) plan.leftOut.set(other.id, id);
		if (typeof jobId === "number" || nameProblem(jobId, 32) !== null) odd.push(first);
		else taken.add(jobId);
		plan.jobIds.set(id, String(jobId));
	}
	for (const { id, job_id } of odd) {
		const wanted = addressable(job_id, 32, `old-${id}`);
		const jobId = taken.has(wanted) ? `old-${id}` : wanted;
		taken.add(jobId);
		plan.jobIds.set(id, jobId);
		const problem = job_id === null ? "is null" : "cannot stand in a URL";
		findings.add({
			table: "jobs",
			id,
			run,
			key: "job_id",
			problem,
			was: job_id,
			now: jobId
		});
	}
	return plan;
}
function byWorth(a, b) {
	const finished = ({ status }) => Number(status === "pass" || status === "fail" || status === "dead");
	const time = ({ updated, posted }) => readOldTime(updated) ?? readOldTime(posted) ?? Number.NEGATIVE_INFINITY;
	const [timeA, timeB] = [time(a), time(b)];
	return finished(b) - finished(a) || (timeA === timeB ? b.id - a.id : timeB > timeA ? 1 : -1);
}
// src/store/takeover/read-runs.ts
/** Reads old runs with their jobs, ready to be written, a few jobs at a time. */
/** Jobs, and bytes of them, that are held at a time. */
var [mostJobs, mostBytes] = [200, 4 << 20];
/**
* The parts of these runs, in order; each run as it was at one moment. The connections are used in turn, so that the old database
* works on one run while the one before it is prepared.
*/
async function* readRuns(connections, reading, runs) {
	const begin = (index) => {
		const [run, old] = [runs[index], connections[index % connections.length]];
		if (run === void 0 || old === void 0) return null;
		const parts = readRun({
			...reading,
			old
		}, run);
		const first = parts.next();
		first.catch(() => {});
		return {
			first,
			parts
		};
	};
	const ahead = connections.length - 1;
	const begun = Array.from({ length: ahead }, (_, index) => begin(index));
	for (let index = 0; index < runs.length; index++) {
		begun.push(begin(index + ahead));
		const run = begun.shift();
		if (!run) continue;
		const { done, value } = await run.first;
		if (done) continue;
		yield value;
		yield* run.parts;
	}
}
async function* readRun(reading, listed) {
	const { old, findings } = reading;
	const name = reading.names.get(listed.id) ?? `old-${listed.id}`;
	const { client } = old;
	await client.query("begin isolation level repeatable read, read only");
	try {
		const run = await readOldRun(old, listed);
		if (run === null) return;
		if (run.name !== name) {
			const problem = run.row === null ? "these jobs have no run" : "cannot be its name";
			findings.add({
				table: "runs",
				id: run.id,
				run: name,
				key: "name",
				problem,
				was: run.name,
				now: name
			});
		}
		const outline = await oldOutline(old, run);
		const plan = planJobs(outline, name, findings);
		const summary = nothingSeen();
		const portions = [...portionsOf(outline)];
		let rows = askFor(old, portions[0]);
		yield {
			kind: "begin",
			row: runRow(run, name, summary, unheard),
			jobIds: plan.jobIds
		};
		let complete = true;
		for (let index = 0; index < portions.length; index++) {
			const read = await rows;
			rows = askFor(old, portions[index + 1]);
			const { jobs, sawAll } = readJobs(reading, {
				run,
				name,
				plan
			}, read);
			complete &&= sawAll;
			for (const job of jobs) seeJob(summary, job);
			if (jobs.length > 0) yield {
				kind: "jobs",
				ids: jobs.map(({ state }) => state.row.id),
				statements: jobStatements(jobs)
			};
		}
		const fingerprint = complete ? fingerprintOf(run, sumOf(outline)) : "";
		yield {
			kind: "end",
			row: runRow(run, name, summary, findings),
			fingerprint,
			leftOut: statusesOf(outline, plan)
		};
	} finally {
		await client.query("commit");
	}
}
/** Asks for jobs before they are needed. */
function askFor(old, ids) {
	const rows = ids === void 0 ? Promise.resolve([]) : oldJobs(old, ids);
	rows.catch(() => {});
	return rows;
}
/** The internal ids of jobs in groups that can be held in memory. */
function* portionsOf(outline) {
	let ids = [];
	let bytes = 0;
	for (const { id, size } of outline) {
		if (ids.length > 0 && (ids.length >= mostJobs || bytes + size > mostBytes)) {
			yield ids;
			[ids, bytes] = [[], 0];
		}
		ids.push(id);
		bytes += size;
	}
	if (ids.length > 0) yield ids;
}
/** What a fingerprint says of the jobs of a run. */
function sumOf(outline) {
	const xmins = outline.reduce((sum, { xmin }) => sum + xmin, 0);
	return {
		count: outline.length,
		last: outline.at(-1)?.id ?? 0,
		xmins
	};
}
/** The statuses of jobs that are left out, with spaces between. */
function statusesOf(outline, { leftOut }) {
	if (leftOut.size === 0) return "";
	return outline.filter(({ id }) => leftOut.has(id)).map(({ status }) => status).map((status) => isJobStatus(status) ? status : "unknown").join(" ");
}
function readJobs({ parse, findings, nodes }, { run, name, plan }, rows) {
	const newest = Math.max(0, ...nodes);
	const runPosted = readOldTime(run.row?.posted);
	const jobs = [];
	let sawAll = true;
	for (const { job, nodes: linked } of rows) {
		const id = job.id;
		const job_id = plan.jobIds.get(id);
		if (job_id === void 0) {
			findings.add({
				table: "jobs",
				id,
				run: name,
				problem: "is left out, because another job of its run has its job_id",
				was: {
					...job,
					nodes: linked
				},
				now: plan.leftOut.get(id)
			});
			continue;
		}
		const there = linked.filter((node) => nodes.has(node));
		for (const node of linked) {
			if (nodes.has(node)) continue;
			if (node > newest) sawAll = false;
			else findings.add({
				table: "jobs",
				id,
				run: name,
				key: "nodes",
				problem: "names a node that is gone",
				was: node
			});
		}
		const clean = cleanJob(job, {
			run: name,
			job_id,
			nodes: there,
			runPosted
		}, findings);
		jobs.push(copyJob(clean, {
			id: run.id,
			name
		}, parse, findings));
	}
	return {
		jobs,
		sawAll
	};
}
// src/cli/takeover/parse-job.ts
/** Reads an old job as a report that arrives at the door of teuthology. */
var parseOldJob = (texts) => {
	try {
		return parseJobChange({
			texts,
			size: 0
		});
	} catch (error) {
		if (!(error instanceof Refusal) || error.failure.failure !== "invalid") throw error;
		const { key, reason } = error.failure;
		return {
			refused: key ?? "",
			reason
		};
	}
};
export { timeReader as _, addressable as a, uniqueNames as c, runRow as d, seeJob as f, readOldTime as g, cleanJob as h, sumOf as i, copyJob as l, unheard as m, portionsOf as n, planJobs as o, openFindings as p, readRuns as r, runNames as s, parseOldJob as t, nothingSeen as u };
