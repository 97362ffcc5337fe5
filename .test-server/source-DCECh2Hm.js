// src/core/logs/line.ts
var time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s/;
var logger = /^\s?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):([\w.@:-]{1,160}?):(?=[^:]|$)\s?/;
/** Takes a line apart. The message of one that is none of teuthology is all of it but the time. */
function parseLine(line) {
	const rest = line.replace(/\x1b\[[\d;]{0,20}[A-Za-z]/g, "").replace(time, "");
	const found = logger.exec(rest);
	if (!found) return {
		level: "",
		logger: "",
		message: rest
	};
	return {
		level: found[1],
		logger: found[2],
		message: rest.slice(found[0].length)
	};
}
/** The last host that a logger names, which lines of one machine share. */
function hostIn(logger) {
	return /\.([a-z][a-z-]{1,30}\d{1,6})(?:\.|$)/.exec(logger)?.[1] ?? "";
}
/** Daemons and clients that a line is of, like `osd.3`. */
function daemonsIn(line) {
	return line.slice(0, 400).match(/\b(?:osd|mon|mds|mgr|rgw|client)\.\w{1,20}\b/g) ?? [];
}
// src/core/logs/word-search.ts
/**
* Makes the search. Two bytes at the end of a window as long as the shortest word tell how far it may move: four bytes at a time for words of
* five letters and more. A regular expression of the same words reads 190 MB a second, this some 700.
*/
function createWordSearch(words) {
	const length = Math.min(...words.map((word) => word.length));
	const shifts = (/* @__PURE__ */ new Uint8Array(65536)).fill(length - 1);
	/** Whether a word begins with two bytes: most windows that end like one do not, and looking that up takes no call. */
	const isBeginning = /* @__PURE__ */ new Uint8Array(65536);
	const ending = /* @__PURE__ */ new Map();
	for (const word of words) {
		const codes = Uint8Array.from(word, (letter) => letter.charCodeAt(0));
		isBeginning[codes[0] << 8 | codes[1]] = 1;
		for (let end = 1; end < length; end++) {
			const block = codes[end - 1] << 8 | codes[end];
			shifts[block] = Math.min(shifts[block], length - 1 - end);
			if (end === length - 1) ending.set(block, [...ending.get(block) ?? [], codes]);
		}
	}
	return (bytes, from, to) => {
		for (let at = from + length - 1; at < to;) {
			const block = bytes[at - 1] << 8 | bytes[at];
			const shift = shifts[block];
			if (shift > 0) {
				at += shift;
				continue;
			}
			const start = at - length + 1;
			if (isBeginning[bytes[start] << 8 | bytes[start + 1]] === 1 && ending.get(block)?.some((word) => isAt(bytes, start, word))) return start;
			at++;
		}
		return -1;
	};
}
function isAt(bytes, start, word) {
	for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false;
	return true;
}
// src/core/logs/evidence.ts
/** What a line of a log is evidence of. */
/** `command` is what a command that failed said; `log` what a log of the cluster, the system or the lab says; `none`: nothing was found. */
var evidenceKinds = [
	"crash",
	"test",
	"command",
	"traceback",
	"log",
	"none"
];
/** Where the next line may be that is evidence, or changes what is: the place of a part of it. */
var nextTrigger = createWordSearch([
	...[
		"FAILED",
		"FAIL: ",
		"ERROR: ",
		"ERROR   ",
		"... FAIL",
		"... ERROR",
		"not ok ",
		"Traceback (",
		"Saw exception",
		"Error: "
	],
	...[
		"Caught signal",
		"Sanitizer",
		"runtime error",
		"valgrind",
		"Segmentation fault",
		"core dump",
		"coredump",
		"ceph_abort"
	],
	...[
		"terminate called",
		"panic",
		"BUG: ",
		"blocked for more",
		"locking dep",
		"recursive locking",
		"lock state"
	],
	...[
		"Command failed",
		"Command crashed",
		"Error E",
		"Errno ",
		"mount error",
		": line ",
		"command not found",
		"fatal: ",
		"fatal error",
		"cannot "
	],
	...[
		"Cannot ",
		"nable to ",
		"error: ",
		"denied  {",
		"[WRN]",
		"[ERR]",
		"maximum tries",
		"Failed to ",
		"Connection ",
		"connection "
	],
	...[
		"No space left",
		"max job timeout",
		"did not come",
		"reimaging",
		"Killing ",
		"killing ",
		"Killed ",
		"kill osd.",
		"kill mds.",
		"kill mon.",
		"Unwinding ",
		"reviv",
		"Reviv"
	],
	...[
		"general protection",
		"Oops: ",
		"Error\n",
		"Exception"
	]
]);
/** Faults that a test puts into the program itself. */
var injected = /inject|kill_at|killpoint|kill_point|mds_kill|debug_kill|_debug_random/i;
/** Failures that a test wants. */
var wanted = /\bexpected (?:failure|error|to fail|fault)\b|\(expected\)|\bas expected\b|\bxfail\b|should fail|EXPECT_DEATH|expect_fail|expect_false/i;
/** Failures after which it is tried again. */
var retried = /\bretr(?:y|ies|ying)\b|\btry(?:ing)? again\b|\btry \d|\b(?:next|another) (?:attempt|try)\b|\battempts? (?:\d|left)|\bwill reconnect\b|\btries left\b/i;
var strongCrash = [
	/FAILED (?:ceph_)?(?:assert|abort)/,
	/Caught signal \((?!Terminated|Interrupt|Hangup|Killed|User|Quit)/,
	/\b\w{1,20}Sanitizer: |:\d{1,7}:\d{1,5}: runtime error: /,
	/saw valgrind issue|valgrind error: |\bvalgrind .{0,60}<kind>/,
	/possible \w{1,20} locking dependency|possible recursive locking|inconsistent lock state/,
	/terminate called after throwing|ceph_abort_msg|\bpanicked at |^panic: /
];
var weakCrash = [/\bBUG: |general protection fault|Oops: |blocked for more than \d{1,6} seconds/, /Segmentation fault|core dumped|[Ff]ound coredumps|Command crashed: /];
var tests = [
	/^(?:FAIL|ERROR): [\w.:-]{1,400}(?:\[.{0,400}\])? \([\w.:-]{1,300}\)/,
	/^(?:FAIL|ERROR): [\w.:/-]{0,300}[.:_]test[\w.:-]{0,200}/,
	/^Test failure: [\w.:-]{1,400}(?:\[.{0,400}\])? ?\(/,
	/^\[ {1,4}FAILED {1,4}\] \w[\w./]{1,200}[./][\w./]/,
	/^(?:FAILED|ERROR)\s{1,4}[\w./-]{1,200}(?:\.py)?::[\w.:[\]-]{1,200}/,
	/^[\w.:-]{1,400}(?:\[.{0,400}\])? (?:\([\w.:-]{1,300}\) )?\.\.\. (?:FAIL|ERROR)\b/,
	/^not ok \d{1,6}\b(?!.{0,400}# ?(?:TODO|SKIP)\b)/i,
	/^--- FAIL: \w/
];
var commandErrors = [
	/^Error E[A-Z]{2,15}: ?\S/,
	/^mount error \d|^mount error: /,
	/: command not found$|: line \d{1,6}: .{0,200}(?:not found|No such file)/,
	/^(?:\w[\w./-]{0,60}: )?fatal: |^(?:\w[\w./-]{0,60}: )?(?:ERROR|error): \S|^fatal error: /,
	/^[\w./-]{1,80}: (?:cannot|Cannot|unable|Unable) /
];
var lab = [
	/reached maximum tries \(/,
	/\[Errno \d{1,4}\]/,
	/\bavc: {1,4}denied {1,4}\{/,
	/\b(?:cluster|cephadm|audit) \[(?:WRN|ERR)\]/,
	/Connection (?:refused|reset|timed out)|SSH connection .{0,80}lost|did not come up|No space left on device/,
	/hit max job timeout|Error reimaging|^Failed to (?:fetch|connect|power|reconnect)/
];
var exception = /^(?:[A-Za-z_][\w.]{0,120}(?:Error|Exception|Interrupt|Exit|Failure|Failed|Tries|Timeout|Lost))(?:: |$)/;
/** What a line is evidence of; null for most. Whether it comes too late or is ignored is for others to say. */
function evidenceIn(line) {
	const { level, logger, message } = parseLine(line.slice(0, 4e3));
	const text = message.trim();
	if (/^(?:> |\+{1,4} |- |Running |running |sudo )/.test(text) || wanted.test(text)) return null;
	const found = (kind, strong) => ({
		kind,
		error: text.slice(0, 500),
		strong
	});
	if (strongCrash.some((pattern) => pattern.test(text))) return injected.test(text) ? null : found("crash", true);
	if (tests.some((pattern) => pattern.test(text))) return found("test", true);
	if (weakCrash.some((pattern) => pattern.test(text))) return injected.test(text) ? null : found("crash", false);
	if (/thrash/.test(logger) && level !== "ERROR") return null;
	if (lab.some((pattern) => pattern.test(text))) return retried.test(text) ? null : found("log", true);
	if (commandErrors.some((pattern) => pattern.test(text))) return retried.test(text) ? null : found("command", true);
	if (exception.test(text)) return retried.test(text) ? null : found("traceback", true);
	return null;
}
// src/core/logs/ignorelist.ts
/** Lines of the cluster log that a job says not to mind: `log-ignorelist` in its overrides. */
/** Entries and letters of them that count. */
var [mostEntries, longestEntry] = [300, 300];
/** The entries in the text of the overrides of a job, wherever they stand. */
function ignorelistOf(overrides) {
	const found = [];
	const look = (value, depth) => {
		if (typeof value !== "object" || value === null || depth > 6) return;
		for (const [key, inner] of Object.entries(value)) {
			if (/^log[-_](?:ignorelist|whitelist|ignore-list)$/.test(key) && Array.isArray(inner)) {
				for (const entry of inner) if (typeof entry === "string") found.push(entry.slice(0, longestEntry));
			}
			look(inner, depth + 1);
		}
	};
	look(overrides, 0);
	return found.slice(0, mostEntries);
}
/**
* Whether one of the entries is for a line. They are regular expressions of whoever wrote the suite, which nobody runs here: their
* plain parts have to occur in the line one after the other.
*/
function createIgnorelist(entries) {
	const parts = entries.map(plainParts).filter((some) => some.join("").length >= 3);
	return (line) => parts.some((some) => occur(some, line));
}
function plainParts(entry) {
	const parts = [""];
	for (let at = 0; at < entry.length; at++) {
		const letter = entry[at];
		if (letter === "\\") {
			const next = entry[++at] ?? "";
			if (/[a-zA-Z0-9]/.test(next)) parts.push("");
			else parts[parts.length - 1] += next;
		} else if (".*+?[]{}()|^$".includes(letter)) {
			if ("*?{".includes(letter)) parts[parts.length - 1] = parts.at(-1).slice(0, -1);
			parts.push("");
		} else parts[parts.length - 1] += letter;
	}
	return parts.filter((part) => part !== "");
}
function occur(parts, line) {
	let at = 0;
	for (const part of parts) {
		const found = line.indexOf(part, at);
		if (found < 0) return false;
		at = found + part.length;
	}
	return true;
}
// src/core/logs/first-error.ts
/** The first real error of a job, from the lines of its log that may be evidence (docs/decisions/0018-first-error.md). */
/** Why nothing is known of a log: it is still to be read, or it was not there or could not be read several times. */
var unreadLogs = ["waiting", "given up"];
/** The order of evidence: the program crashed; a test failed; a command failed and said why; an exception; a log complains. */
var ranks = {
	crash: 1,
	test: 2,
	command: 3,
	traceback: 4,
	log: 5,
	none: 9
};
/** Added to what comes after the job has failed, when it is taken down. */
var late = 10;
/** Candidates of one rank that are kept; the first ones count. */
var keptOfRank = 20;
/** Reads lines in their order, as Latin-1 so that a character is a byte; `line` is told each that `nextTrigger` finds. */
function createScan({ ignorelist, failure_reason }) {
	const ignored = createIgnorelist(ignorelist);
	const candidates = /* @__PURE__ */ new Map();
	const killed = /* @__PURE__ */ new Set();
	let failed = false;
	let unwinding = false;
	const add = (candidate) => {
		const { kind } = candidate;
		const isLate = failed || unwinding && (kind === "command" || kind === "traceback");
		const rank = candidate.rank + (isLate ? late : 0);
		const some = candidates.get(rank) ?? [];
		candidates.set(rank, some);
		const known = some.find(({ error }) => error === candidate.error);
		if (known) known.sure ||= candidate.sure && !isLate;
		else if (some.length < keptOfRank) some.push({
			...candidate,
			rank,
			sure: candidate.sure && !isLate
		});
	};
	return {
		line(line, at, near) {
			if (noteKill(line, killed)) return;
			if (/run_tasks:Unwinding /.test(line)) {
				unwinding = true;
				return;
			}
			if (/Saw exception from /.test(line)) {
				for (const candidate of exceptionOf(at, near, failure_reason)) add(candidate);
				failed = true;
				return;
			}
			const command = /Command (?:failed|crashed)\b/.test(line) ? commandAt(line, at, near) : null;
			if (command !== null) {
				add(command);
				return;
			}
			const evidence = line.includes("Traceback (most recent") ? tracebackAt(line, near) : evidenceIn(line);
			if (evidence === null || isIgnored(evidence, line, near)) return;
			add({
				kind: evidence.kind,
				error: evidence.error,
				at,
				rank: rankOf(evidence, failure_reason),
				sure: isSure(evidence)
			});
		},
		verdict: () => verdictOf([...candidates.values()].flat())
	};
	function isIgnored({ kind, strong }, line, near) {
		if (kind === "log" && /\[(?:WRN|ERR)\]/.test(line) && ignored(line)) return true;
		if (kind === "crash" && daemonsIn(line).some((daemon) => killed.has(daemon)) && !/FAILED|Sanitizer/.test(line)) return true;
		if (isWanted(line, near)) return true;
		return (kind === "command" || kind === "traceback" || kind === "log" || kind === "crash" && !strong) && near.after(4).some((next) => retried.test(next));
	}
}
/** Whether a test wants this line to fail: its shell said so just before, or something says it right after. */
function isWanted(line, near) {
	const { logger } = parseLine(line);
	const host = hostIn(logger);
	for (const before of near.before(4).reverse()) {
		const { logger: other, message } = parseLine(before);
		if (hostIn(other) !== host) continue;
		if (/^\+{1,4} +(?:expect_\w+|! |if ! )|\b(?:expect(?:ing|ed)? (?:\w+ )?(?:failure|error|to fail)|should fail|negative test)\b/i.test(message)) return true;
		if (/^\+{1,4} /.test(message)) return false;
	}
	return near.after(2).some((next) => /\b(?:as expected|expected failure|expected error)\b|\(expected\)/i.test(next));
}
/** Keeps which daemons a thrasher has killed. True when the line says nothing else. */
function noteKill(line, killed) {
	const kill = /\b[Kk]ill(?:ing|ed)?\b/.test(line);
	const revive = /\b[Rr]eviv(?:ing|ed?)\b|[Ss]tarting daemon/.test(line);
	if (!kill && !revive) return false;
	if (!/thrash|kill|reviv/i.test(parseLine(line).logger + line.slice(0, 200))) return false;
	for (const daemon of daemonsIn(line)) if (kill) killed.add(daemon);
	else killed.delete(daemon);
	return kill && /thrash/i.test(line);
}
var saysWhy = /\berror\b|failed|cannot|can't|could not|not found|denied|invalid|unable|no such|refused|timed out|fatal|abort|mismatch|unrecognized|usage:|does not|not supported/i;
/** What a command said before it failed: the last line of its standard error that sounds like a reason. */
function commandAt(line, at, near) {
	const { message, logger } = parseLine(line);
	if (/^(?:> |\+{1,4} )/.test(message) || near.after(3).some((next) => retried.test(next))) return null;
	const host = /\bon ([a-z][\w-]{1,60}?\d{1,6})\b/.exec(message)?.[1] ?? hostIn(logger);
	let place = at;
	for (const before of near.before(60).reverse()) {
		place -= before.length + 1;
		const { logger: other, message: said } = parseLine(before);
		if (!(/stderr$|stdout$/.test(other) && (host === "" || hostIn(other) === host)) || /^\+{1,4} |^Command |^\s*$/.test(said) || !saysWhy.test(said)) continue;
		const evidence = evidenceIn(before);
		if (evidence !== null && evidence.kind !== "command" && evidence.kind !== "traceback") continue;
		return {
			kind: "command",
			error: said.trim().slice(0, 500),
			at: place,
			rank: ranks.command,
			sure: true
		};
	}
	return {
		kind: "command",
		error: message.replace(/^[\w.]{1,100}(?:Error|Exception): /, "").trim().slice(0, 500),
		at,
		rank: ranks.log + .5,
		sure: false
	};
}
/** The exception at the end of a traceback that begins here. */
function tracebackAt(line, near) {
	const { logger } = parseLine(line);
	for (const next of near.after(80)) {
		const { logger: other, message } = parseLine(next);
		if (other !== "" && other !== logger) continue;
		if (/^\s|^$|^Traceback/.test(message)) continue;
		if (!/^[A-Za-z_][\w.]{1,160}(?:: |$)/.test(message)) return null;
		const text = message.trim().slice(0, 500);
		return {
			kind: "traceback",
			error: text,
			strong: !/CommandFailedError|CommandCrashed/.test(text)
		};
	}
	return null;
}
/** What the framework saw and ended the job for. */
function exceptionOf(at, near, reason) {
	const after = near.after(120);
	const start = after.findIndex((next) => next.includes("Traceback (most recent"));
	if (start < 0 || start > 3) return [];
	const evidence = tracebackAt(after[start], {
		before: () => [],
		after: (count) => after.slice(start + 1, start + 1 + count)
	});
	if (evidence === null) return [];
	const { kind, error } = evidence;
	const isCommand = /Command(?:Failed|Crashed)/.test(error);
	const sure = !isCommand && /: {0,9}\S/.test(error);
	return [{
		kind,
		error,
		at,
		rank: isCommand ? ranks.log + .5 : rankOf(evidence, reason),
		sure
	}];
}
/** A log that complains counts more when the job was ended for it. */
function rankOf({ kind, error, strong }, reason) {
	if (kind === "crash" && !strong) return 1.5;
	if (kind === "log" && reason !== null && sayTheSame(error, reason)) return .5;
	return ranks[kind];
}
function sayTheSame(error, reason) {
	const text = error.replace(/^.{0,120}\[(?:WRN|ERR)\]\s{0,4}/, "").slice(0, 60);
	return text.length > 15 && reason.slice(0, 4e3).includes(text);
}
function isSure({ kind, strong }) {
	return strong && (kind === "crash" || kind === "test");
}
/** The best candidate, then the first of each other rank, then what is left. */
function verdictOf(candidates) {
	const ordered = candidates.sort((a, b) => a.rank - b.rank || a.at - b.at);
	const first = ordered.filter(({ rank }, index) => ordered.findIndex((other) => other.rank === rank) === index);
	const chosen = [];
	for (const one of [...first.slice(0, 3), ...ordered]) if (chosen.length < 3 && !chosen.some(({ error }) => error === one.error)) chosen.push(one);
	return {
		found: chosen.map(({ kind, error, at }) => ({
			kind,
			error,
			at
		})),
		sure: chosen[0]?.sure ?? false
	};
}
// src/archive/source.ts
/** Why a file of the archive was not read, in a sentence for the person who asked. */
var ArchiveProblem = class extends Error {
	kind;
	constructor(kind, message) {
		super(message);
		this.name = "ArchiveProblem";
		this.kind = kind;
	}
};
/** The sentence for a failed call of the file system. */
function fileProblem(error) {
	if (error instanceof ArchiveProblem) return error;
	const { code = "unknown" } = error;
	if (code === "ENOENT" || code === "ENOTDIR") return new ArchiveProblem("missing", "the archive has no such file");
	if (code === "EACCES" || code === "EPERM") return new ArchiveProblem("refused", "the server may not read this file of the archive");
	if (code === "ELOOP" || code === "ENAMETOOLONG") return new ArchiveProblem("refused", "this is no file of the archive that can be opened");
	return new ArchiveProblem("away", `the archive cannot be read (${code})`);
}
export { ignorelistOf as a, nextTrigger as c, unreadLogs as i, fileProblem as n, evidenceIn as o, createScan as r, evidenceKinds as s, ArchiveProblem as t };
