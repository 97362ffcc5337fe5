import { jt as UnavailableDatabase } from "./db-B0k_w_jX.js";
import { h as openOld, n as closeOld } from "./old-database-BASmUI0g.js";
import { r as readRuns, t as parseOldJob } from "./parse-job-oBZcuMbh.js";
import { parentPort, workerData } from "node:worker_threads";
// src/cli/takeover/reader-thread.ts
/** A thread that reads runs of an old database and makes the statements that write them. */
/** Parts that are read before anybody has asked for them: each has at most 4 MB of jobs. */
var allowed = 2;
var allow = () => {};
parentPort?.on("message", () => {
	allowed++;
	allow();
});
var { url, runs, ...toRead } = workerData;
var connections = await Promise.all(runs.slice(0, 2).map(() => openOld(url))).catch((error) => {
	throw error instanceof UnavailableDatabase ? error.cause : error;
});
var found = [];
var findings = {
	add: (finding) => found.push(finding),
	flush: () => {},
	counts: /* @__PURE__ */ new Map()
};
for await (const part of readRuns(connections, {
	parse: parseOldJob,
	findings,
	...toRead
}, runs)) {
	while (allowed === 0) await new Promise((next) => {
		allow = next;
	});
	allowed--;
	parentPort?.postMessage({
		part,
		findings: found
	});
	found = [];
}
await Promise.all(connections.map(closeOld));
parentPort?.close();
export {};
