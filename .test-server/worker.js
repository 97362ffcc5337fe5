import { c as nextTrigger, n as fileProblem, o as evidenceIn, r as createScan, t as ArchiveProblem } from "./source-DCECh2Hm.js";
import "./test-cases-Dfsvb5rE.js";
import { a as readJunit, i as JunitProblem, n as gatherCases, t as createPacker } from "./pack-cases-CD9kDc5b.js";
import { i as packingOf, r as logNames } from "./places-BOMzr7-y.js";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, opendirSync, readSync, realpathSync, statSync, statfsSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { setImmediate } from "node:timers/promises";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
// src/archive/slices.ts
/** Bytes of a slice. In JSON a byte takes up to three, and a line another sixty: an answer stays below 256 KB. */
var mostBytes = 65536;
/** A line is looked for so far before a place that lies within it, in bytes. */
var longestLine$1 = 16384;
/** Reads a slice of at most `count` lines. Throws `ArchiveProblem`. */
async function sliceOf(source, at, count) {
	const { size } = source;
	if ("before" in at || "from" in at && at.from === "end") {
		const end = "before" in at ? Math.min(at.before, size) : size;
		return {
			size,
			...last(await linesIn(source, Math.max(0, end - mostBytes), end), count)
		};
	}
	if ("around" in at) {
		const half = last(await sliceOf(source, { before: await lineStart(source, Math.min(at.around, size)) }, Math.floor(count / 2)), 500, mostBytes / 4);
		const behind = await sliceOf(source, { from: half.to }, count - half.lines.length);
		return first({
			size,
			from: half.from,
			to: behind.to,
			lines: [...half.lines, ...behind.lines]
		});
	}
	const from = await lineStart(source, Math.min(at.from, size));
	const { lines, to } = await linesIn(source, from, Math.min(from + mostBytes, size));
	const some = lines.slice(0, count);
	return {
		size,
		from,
		to: lines[count]?.at ?? to,
		lines: some
	};
}
/** The last lines of a slice, those of at most so many bytes. */
function last(slice, count, bytes = Number.POSITIVE_INFINITY) {
	const lines = count === 0 ? [] : slice.lines.slice(-count).filter(({ at }) => slice.to - at <= bytes);
	return {
		...slice,
		lines,
		from: lines[0]?.at ?? slice.to
	};
}
/** Not more bytes than a slice may have. */
function first(slice) {
	const end = slice.lines.findIndex(({ at }) => at - slice.from > 49152);
	if (end <= 0) return slice;
	return {
		...slice,
		lines: slice.lines.slice(0, end),
		to: slice.lines[end].at
	};
}
/** Where the line begins that a byte is in; the byte itself in the middle of a very long line. */
async function lineStart(source, at) {
	if (at === 0) return 0;
	const start = Math.max(0, at - longestLine$1);
	const end = (await source.read(start, at - start)).lastIndexOf(10);
	if (end >= 0) return start + end + 1;
	return start === 0 ? 0 : at;
}
/** The whole lines between two bytes, of which the first begins a line or lies in one that is left out. */
async function linesIn(source, start, end) {
	const before = start === 0 ? 0 : 1;
	const bytes = await source.read(start - before, end - start + before);
	let at = start === 0 || bytes[0] === 10 ? before : bytes.indexOf(10) + 1;
	if (at === 0) at = before;
	const lines = [];
	const from = start - before + at;
	while (at < bytes.length) {
		const newline = bytes.indexOf(10, at);
		const cutAt = newline < 0 ? bytes.length : newline;
		if (newline < 0 && lines.length > 0 && start - before + cutAt < source.size) break;
		for (let piece = at; piece === at || piece < cutAt; piece += longestLine$1) {
			const pieceEnd = Math.min(piece + longestLine$1, cutAt);
			const begins = piece === 0 || bytes[piece - 1] === 10;
			lines.push({
				at: start - before + piece,
				text: textOf(bytes.subarray(piece, pieceEnd)),
				begins
			});
		}
		at = cutAt + 1;
	}
	return {
		from,
		to: Math.min(start - before + at, end),
		lines
	};
}
/** As text: bytes that are none in UTF-8, and control characters other than those of colours, are shown as such, none in more than three bytes of JSON. */
function textOf(bytes) {
	const end = bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length;
	return bytes.toString("utf8", 0, end).replace(/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]|\x1b(?!\[[\d;]{0,20}[A-Za-z])/g, "�");
}
// src/archive/find.ts
/** Looks for a text in a log of any size. */
var chunk$2 = 1 << 20;
/** Milliseconds for one question; a search that takes longer goes on with the next one, from `next`. */
var longestSearch = 1500;
/** Finds the first line from a byte on for which `find` tells a place in the bytes, −1 for none. Throws `ArchiveProblem`. */
async function findFrom(source, from, find, overlap) {
	const { size } = source;
	const deadline = performance.now() + longestSearch;
	for (let at = Math.min(from, size); at < size;) {
		const bytes = await source.read(at, chunk$2);
		const found = find(bytes);
		if (found !== null) {
			const match = at + found.at;
			return {
				size,
				at: Math.max(await lineStart(source, match), from),
				next: match + Math.max(1, found.length)
			};
		}
		if (bytes.length < chunk$2) break;
		at += bytes.length - overlap;
		if (performance.now() > deadline) return {
			size,
			at: null,
			next: at
		};
		await setImmediate();
	}
	return {
		size,
		at: null,
		next: null
	};
}
/** Finds a text, case and all. */
function findText(source, text, from) {
	const wanted = Buffer.from(text);
	const find = (bytes) => {
		const at = bytes.indexOf(wanted);
		return at < 0 ? null : {
			at,
			length: wanted.length
		};
	};
	return findFrom(source, from, find, wanted.length - 1);
}
// src/archive/first-error.ts
/** Reads the log of a job that ended badly for its first real error, and finds the next line that may be one. */
var chunk$1 = 1 << 20;
/** Bytes of lines before a chunk that may still be asked for, and behind it. */
var [before, behind] = [65536, 32768];
/** Bytes at each end that are read of a file that is far away, or takes too long. */
var ends = 64 << 20;
/** Processor time for a log, in microseconds, and for its end when the rest took all of that. */
var [mostTime, timeForEnd] = [8e6, 2e6];
/** Finds the first real error. Throws `ArchiveProblem`. */
async function firstErrorOf(source, { isNear, ...job }) {
	const scan = createScan(job);
	const { size } = source;
	const spent = timer();
	const stopped = await scanPart(source, 0, isNear ? size : Math.min(size, ends), scan.line, () => spent() > mostTime);
	const lastStart = Math.max(stopped, size - ends);
	const end = await scanPart(source, lastStart, size, scan.line, () => spent() > mostTime + timeForEnd);
	const { found, sure } = scan.verdict();
	const [best, ...others] = found.map((finding) => ({
		...finding,
		error: asUtf8(finding.error)
	}));
	if (best === void 0) return {
		kind: "none",
		error: "",
		at: null,
		sure: false,
		others: [],
		context: await contextOf(source, { from: "end" }, null)
	};
	const whole = stopped === size || lastStart <= stopped && end === size;
	const context = await contextOf(source, { around: best.at }, best.at);
	return {
		...best,
		sure: sure && (whole || best.at < stopped),
		others,
		context
	};
}
function timer() {
	const start = process.threadCpuUsage();
	return () => {
		const { user, system } = process.threadCpuUsage(start);
		return user + system;
	};
}
/** Tells each line of a part of a file that has a trigger; returns where it stopped. */
async function scanPart(source, from, to, tell, isLate) {
	let window = Buffer.alloc(0);
	/** The byte that the window begins at, and the first one that no line was told of. */
	let [start, told] = [from, from];
	for (let at = from; at < to; await setImmediate()) {
		const bytes = await source.read(at, Math.min(chunk$1, to - at));
		at += bytes.length;
		window = Buffer.concat([window, bytes]);
		const end = bytes.length === 0 || at >= to ? start + window.length : lineEnd(window, start, at - behind);
		tellLines({
			window,
			start,
			told,
			end
		}, tell);
		told = Math.max(told, end);
		const keep = Math.max(0, told - before - start);
		window = window.subarray(keep);
		start += keep;
		if (bytes.length === 0) return to;
		if (isLate()) return told;
	}
	return to;
}
/** Behind the last line that ends before a byte; the byte itself where no line ends. */
function lineEnd(window, start, at) {
	if (at <= start) return start;
	const newline = window.lastIndexOf(10, at - start);
	return newline < 0 ? at : start + newline + 1;
}
/** Lines of a window that are told at most: of hostile ones it is known enough then. */
var mostLines = 2e4;
var longestLine = 8192;
function tellLines({ window, start, told, end }, tell) {
	let next = told - start;
	for (let count = 0; count < mostLines; count++) {
		const hit = nextTrigger(window, next, window.length);
		if (hit < 0 || start + hit >= end) return;
		const lineStart = hit === 0 ? 0 : window.lastIndexOf(10, hit - 1) + 1;
		const newline = window.indexOf(10, hit);
		const lineEnd = newline < 0 ? window.length : newline;
		const from = Math.max(lineStart, hit - longestLine / 2);
		const to = Math.min(lineEnd, from + longestLine);
		tell(window.toString("latin1", from, to), start + from, nearOf(window, lineStart, lineEnd));
		next = to === lineEnd ? lineEnd + 1 : to;
	}
}
function nearOf(window, lineStart, lineEnd) {
	return {
		before(count) {
			const lines = [];
			for (let end = lineStart - 1; end > 0 && lines.length < count;) {
				const start = window.lastIndexOf(10, end - 1) + 1;
				lines.unshift(window.toString("latin1", start, end));
				end = start - 1;
			}
			return lines;
		},
		after(count) {
			const lines = [];
			for (let start = lineEnd + 1; start < window.length && lines.length < count;) {
				const newline = window.indexOf(10, start);
				const end = newline < 0 ? window.length : newline;
				lines.push(window.toString("latin1", start, Math.min(end, start + longestLine)));
				start = end + 1;
			}
			return lines;
		}
	};
}
/** Lines of context, bytes of all of them, and characters of each: with three errors and a name an excerpt has at most 8 KB. */
var [contextLines, longestContext, longestContextLine] = [
	40,
	5e3,
	500
];
async function contextOf(source, place, at) {
	const { lines } = await sliceOf(source, place, contextLines);
	const short = lines.map((line) => ({
		at: line.at,
		text: line.text.slice(0, longestContextLine).toWellFormed()
	}));
	const bytesOf = ({ text }) => Buffer.byteLength(text) + 1;
	let size = short.reduce((sum, line) => sum + bytesOf(line), 0);
	const middle = at ?? short.at(-1)?.at;
	while (size > longestContext && short.length > 1) {
		const [first, last] = [short[0], short.at(-1)];
		const gone = middle - first.at > last.at - middle ? short.shift() : short.pop();
		size -= bytesOf(gone ?? { text: "" });
	}
	return short.map(({ text }) => text).join("\n");
}
/** Bytes of an error. */
var longestError = 500;
function asUtf8(latin1) {
	const text = Buffer.from(latin1, "latin1").toString().replace(/[\x00-\x1f\x7f]/g, "�");
	return new TextDecoder().decode(Buffer.from(text).subarray(0, longestError), { stream: true });
}
/** Finds the next line from a byte on that may be evidence of a failure. Throws `ArchiveProblem`. */
async function nextError(source, from) {
	const { size } = source;
	const spent = timer();
	let found = null;
	const stopped = await scanPart(source, from, size, (line, at) => {
		if (found === null && evidenceIn(line) !== null) found = {
			at,
			length: line.length
		};
	}, () => found !== null || spent() > 1e6);
	const { at, length } = found ?? {
		at: null,
		length: 0
	};
	if (at !== null) return {
		size,
		at,
		next: at + length + 1
	};
	return {
		size,
		at: null,
		next: stopped < size ? stopped : null
	};
}
// src/archive/folder.ts
/**
* An archive in a folder. Calls are synchronous: the thread that makes them has nothing else to do, and a network file system
* that hangs would otherwise take the threads that the whole process has for files.
*/
/** Names of a folder that are listed. */
var mostEntries = 1e3;
/** Where a path really leads, below the root. A link out of it is refused. */
function realPath(root, parts) {
	try {
		const [top, real] = [realpathSync(root), realpathSync(join(root, ...parts))];
		if (real === top || real.startsWith(top === "/" ? top : `${top}/`)) return real;
	} catch (error) {
		throw fileProblem(error);
	}
	throw new ArchiveProblem("refused", "this leads out of the archive");
}
/** Opens a file below a folder. Throws `ArchiveProblem`. */
function openFile(root, parts) {
	const path = realPath(root, parts);
	let file = null;
	try {
		file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		const stat = fstatSync(file);
		if (!stat.isFile()) throw new ArchiveProblem("missing", "the archive has no such file");
		const id = `${path} ${stat.ino}`;
		return {
			...sourceOf(file, stat.size),
			id,
			key: `${id} ${stat.size} ${stat.mtimeMs}`
		};
	} catch (error) {
		if (file !== null) closeSync(file);
		throw fileProblem(error);
	}
}
/** An open file; whoever has it closes it. */
function sourceOf(file, size) {
	let closed = false;
	return {
		size,
		async read(at, length) {
			if (closed) throw new ArchiveProblem("away", "the file was closed meanwhile; try again");
			const bytes = Buffer.allocUnsafe(length);
			try {
				return bytes.subarray(0, readSync(file, bytes, 0, length, at));
			} catch (error) {
				throw fileProblem(error);
			}
		},
		close() {
			if (!closed) closeSync(file);
			closed = true;
		}
	};
}
/** The names in a folder, the first thousand that the file system tells, in order. Throws `ArchiveProblem`. */
function listFolder(root, parts) {
	const path = realPath(root, parts);
	try {
		const folder = opendirSync(path);
		const entries = [];
		let more = false;
		try {
			for (let next = folder.readSync(); next !== null; next = folder.readSync()) {
				if (entries.length >= 1e3) {
					more = true;
					break;
				}
				const entry = entryOf(root, parts, next);
				if (entry !== null) entries.push(entry);
			}
		} finally {
			folder.closeSync();
		}
		return {
			entries: entries.sort((a, b) => a.name < b.name ? -1 : 1),
			more
		};
	} catch (error) {
		throw fileProblem(error);
	}
}
/** Null for what is neither a file nor a folder of the archive: pipes, links that lead out or nowhere. */
function entryOf(root, parts, { name }) {
	try {
		const stat = statSync(realPath(root, [...parts, name]));
		if (stat.isDirectory()) return {
			name,
			type: "folder",
			size: null
		};
		return stat.isFile() ? {
			name,
			type: "file",
			size: stat.size
		} : null;
	} catch {
		return null;
	}
}
// src/archive/unpack.ts
/** Packed files, and those of servers that know no parts, are copied plain into a nameless file before they are read. */
/** Bytes of a file when it is unpacked; of a longer one, a bomb for instance, the beginning is shown. */
var mostUnpacked = workerData?.mostUnpacked ?? 5 << 28;
/** The most memory of the program that unpacks .xz: what `xz -9` needs to unpack. */
var memoryOfXz = "80MiB";
/** Milliseconds for one file; the beginning is shown of one that takes longer. */
var longestUnpacking = workerData?.longestUnpacking ?? Number.POSITIVE_INFINITY;
/** All bytes of a source, in order. */
async function* chunksOf(source) {
	for (let at = 0;;) {
		const chunk = await source.read(at, 262144);
		if (chunk.length === 0) return;
		yield chunk;
		at += chunk.length;
	}
}
/** Copies a file, at most `most` bytes of it. `cut` when it goes on, or ends in the middle of what was packed. Throws `ArchiveProblem`. */
async function unpack(packed, packing, most = mostUnpacked) {
	const { bavail, bsize } = unlessFull(() => statfsSync(tmpdir()));
	const room = Math.min(most, Math.floor(bavail * bsize / 2));
	const file = openNameless();
	let size = 0;
	let cut = false;
	const deadline = performance.now() + longestUnpacking;
	try {
		for await (const chunk of unpacked(packed, packing)) {
			size += writeAll(file, chunk.subarray(0, room - size), size);
			cut = size >= room || performance.now() > deadline;
			if (cut) break;
		}
	} catch (error) {
		if (error instanceof ArchiveProblem && error.kind !== "refused") {
			sourceOf(file, 0).close();
			throw error;
		}
		if (size === 0) {
			sourceOf(file, 0).close();
			throw error instanceof ArchiveProblem ? error : new ArchiveProblem("refused", `this is not a readable .${packing} file`);
		}
		cut = true;
	}
	return {
		...sourceOf(file, size),
		cut
	};
}
function openNameless() {
	const path = join(tmpdir(), `paddles-log-${randomBytes(12).toString("hex")}`);
	const file = unlessFull(() => openSync(path, "wx+", 384));
	unlinkSync(path);
	return file;
}
/** Zeros become a hole: a bomb of them takes no room on the disk. */
function writeAll(file, chunk, at) {
	if (chunk.length > 4096 && chunk[0] === 0 && Buffer.compare(chunk, Buffer.alloc(chunk.length)) === 0) {
		ftruncateSync(file, at + chunk.length);
		return chunk.length;
	}
	let done = 0;
	while (done < chunk.length) done += unlessFull(() => writeSync(file, chunk, done, chunk.length - done, at + done));
	return done;
}
/** Uses the temporary folder, which may be full or not there: that says nothing of the file, and may pass. */
function unlessFull(use) {
	try {
		return use();
	} catch (error) {
		const { code, message } = error;
		throw new ArchiveProblem("away", `the server has no room to unpack files (${code ?? message})`);
	}
}
async function* unpacked(packed, packing) {
	if (packing === null) yield* packed;
	else if (packing === "xz") yield* unxz(packed);
	else {
		const stream = packing === "gz" ? createGunzip({ chunkSize: 262144 }) : createZstdDecompress();
		const input = Readable.from(packed);
		input.on("error", (error) => stream.destroy(error));
		try {
			for await (const chunk of input.pipe(stream)) yield chunk;
		} finally {
			input.destroy();
			stream.destroy();
		}
	}
}
/** By the program (docs/decisions/0017-logs.md). */
async function* unxz(packed) {
	const child = spawn("xz", [
		"--decompress",
		"--stdout",
		`--memlimit-decompress=${memoryOfXz}`
	], { stdio: [
		"pipe",
		"pipe",
		"ignore"
	] });
	const ended = endOf(child);
	const input = Readable.from(packed);
	let problem;
	input.on("error", (error) => {
		problem = error;
		child.kill();
	});
	child.stdin.on("error", () => {});
	input.pipe(child.stdin);
	try {
		for await (const chunk of child.stdout) yield chunk;
		const end = await ended;
		if (problem) throw problem;
		if (end === "absent") throw new ArchiveProblem("refused", "the server needs the program 'xz' to read .xz files, and does not have it");
		if (end !== 0) throw new ArchiveProblem("refused", "this is not a readable .xz file");
	} finally {
		input.destroy();
		child.kill();
	}
}
function endOf(child) {
	return new Promise((resolve) => {
		child.once("error", () => resolve("absent"));
		child.once("close", (code) => resolve(code));
	});
}
// src/archive/web.ts
/** An archive behind an HTTP server. Nothing but its own host is asked, and nothing but what lies below its address. */
/** How long a server may be silent, in milliseconds, and how long one answer may take as a whole. */
var patience = 8e3;
var longestAnswer = 25e3;
var mostRedirects = 3;
/** Bytes of the page that lists a folder: some 2,000 names. */
var longestPage = 524288;
/** The address of a file below a base that ends in a slash. */
function addressOf(root, parts) {
	return new URL(parts.map(encodeURIComponent).join("/"), root);
}
/** Asks the archive. Follows redirects only to where it could have been asked itself; throws `ArchiveProblem`. */
async function ask(root, address, headers) {
	let url = address;
	for (let redirects = 0;; redirects++) {
		const answer = await askOnce(url, headers);
		const { status } = answer;
		if (status === 200 || status === 206 || status === 416) return answer;
		await answer.body?.cancel().catch(() => {});
		if (status === 404 || status === 410) throw new ArchiveProblem("missing", "the archive has no such file");
		const location = status >= 300 && status < 400 ? answer.headers.get("location") : null;
		if (location === null) throw new ArchiveProblem("away", `the archive answers ${status}`);
		if (redirects >= mostRedirects || !URL.canParse(location, url.href)) throw new ArchiveProblem("away", "the archive redirects without end");
		url = new URL(location, url);
		if (!url.href.startsWith(root) || /%(?:2f|5c|00)/i.test(url.pathname)) throw new ArchiveProblem("refused", "the archive redirects to another place");
	}
}
async function askOnce(url, headers) {
	const abort = new AbortController();
	const silent = setTimeout(() => abort.abort(), patience);
	try {
		return await fetch(url.href, {
			headers: {
				"accept-encoding": "identity",
				...headers
			},
			redirect: "manual",
			signal: AbortSignal.any([abort.signal, AbortSignal.timeout(longestAnswer)])
		});
	} catch {
		throw new ArchiveProblem("away", "the archive does not answer");
	} finally {
		clearTimeout(silent);
	}
}
/** Opens a file. Throws `ArchiveProblem`. */
async function openAddress(root, parts) {
	const url = addressOf(root, parts);
	const answer = await ask(root, url, { range: "bytes=0-0" });
	const changed = answer.headers.get("etag") ?? answer.headers.get("last-modified") ?? "";
	if (answer.status === 200) {
		const length = answer.headers.get("content-length") ?? "";
		const close = () => void answer.body?.cancel().catch(() => {});
		return {
			key: `${url.href} ${length} ${changed}`,
			id: url.href,
			source: null,
			whole: async () => bytesOf(answer),
			close
		};
	}
	await answer.body?.cancel().catch(() => {});
	const range = /\/(\d{1,15})$/.exec(answer.headers.get("content-range") ?? "");
	const size = range ? Number(range[1]) : 0;
	const read = async (at, length) => {
		if (at >= size || length === 0) return Buffer.alloc(0);
		const part = await ask(root, url, { range: `bytes=${at}-${Math.min(at + length, size) - 1}` });
		if (part.status === 206) return readAtMost(part, length);
		await part.body?.cancel().catch(() => {});
		if (part.status === 416) return Buffer.alloc(0);
		throw new ArchiveProblem("away", "the archive no longer sends parts of files");
	};
	const whole = async () => bytesOf(await ask(root, url, {}));
	const close = () => {};
	return {
		key: `${url.href} ${size} ${changed}`,
		id: url.href,
		source: {
			size,
			read,
			close
		},
		whole,
		close
	};
}
/** The files that the page of a folder links to. Throws `ArchiveProblem`. */
async function listAddress(root, parts) {
	const page = await readAtMost(await ask(root, new URL(`${addressOf(root, parts).href}/`), {}), longestPage);
	const entries = /* @__PURE__ */ new Map();
	for (const [, link = ""] of page.toString().matchAll(/<a\s[^<>]{0,200}?href="([^"<>]{1,600})"/gi)) {
		const isFolder = link.endsWith("/");
		const name = nameIn(isFolder ? link.slice(0, -1) : link);
		if (name !== null) entries.set(name, {
			name,
			type: isFolder ? "folder" : "file",
			size: null
		});
		if (entries.size >= 1e3) break;
	}
	return {
		entries: [...entries.values()].sort((a, b) => a.name < b.name ? -1 : 1),
		more: entries.size >= mostEntries
	};
}
/** The name that a link of a listing stands for; null for one that sorts the list or leads elsewhere. */
function nameIn(link) {
	const plain = link.replace(/^\.\//, "").replaceAll("&amp;", "&");
	if (/[/?#:]/.test(plain) || plain === "" || plain === "." || plain === "..") return null;
	try {
		const name = decodeURIComponent(plain);
		return /[/\\\0]/.test(name) || name.length > 255 || name === ".." ? null : name;
	} catch {
		return null;
	}
}
async function* bytesOf(answer) {
	try {
		for await (const chunk of answer.body ?? []) yield chunk;
	} catch {
		throw new ArchiveProblem("away", "the archive stopped in the middle of the file");
	}
}
async function readAtMost(answer, most) {
	const parts = [];
	let length = 0;
	for await (const chunk of bytesOf(answer)) {
		parts.push(chunk);
		length += chunk.length;
		if (length >= most) break;
	}
	return Buffer.concat(parts).subarray(0, most);
}
// src/archive/open.ts
/** Unpacked files that a thread keeps, the one that was used last at the end. */
var kept$1 = /* @__PURE__ */ new Map();
var mostKept$1 = 3;
/** Files that are being unpacked. */
var making = /* @__PURE__ */ new Map();
/** Opens a file, or the log where `file` is null. `stored` leaves it packed. Throws `ArchiveProblem`. */
async function openLog(places, file, stored = false) {
	const names = file === null ? logNames.map((name) => [name]) : [file];
	return firstOf(places, (place) => firstOf(names, (name) => openIn(place, name, stored), ["missing", "refused"]));
}
/** Lists a folder of a job; `path` from its own folder on. Throws `ArchiveProblem`. */
async function listFiles(places, path) {
	return firstOf(places, async ({ base, folder }) => {
		const parts = [...folder, ...path];
		return base.kind === "folder" ? listFolder(base.root, parts) : listAddress(base.root, parts);
	});
}
/** What the first of them gives. A problem that is passed does not keep the next from being tried, but is told of when none has it. */
async function firstOf(all, open, passed = [
	"missing",
	"refused",
	"away"
]) {
	let problem = new ArchiveProblem("missing", "the archive has no such file");
	for (const one of all) try {
		return await open(one);
	} catch (error) {
		if (!(error instanceof ArchiveProblem) || !passed.includes(error.kind)) throw error;
		if (problem.kind === "missing") problem = error;
	}
	throw problem;
}
async function openIn({ base, folder }, name, stored) {
	const parts = [...folder, ...name];
	const packing = stored ? null : packingOf(name.at(-1));
	const log = {
		name: name.join("/"),
		cut: false,
		isNear: true
	};
	if (base.kind === "folder") {
		const file = openFile(base.root, parts);
		if (packing === null) return {
			...log,
			source: file,
			key: file.key,
			id: file.id
		};
		const unpacking = () => unpack(chunksOf(file), packing);
		try {
			return {
				...log,
				...await fromKept(file.key, unpacking)
			};
		} finally {
			file.close();
		}
	}
	const file = await openAddress(base.root, parts);
	if (file.source !== null && packing === null) return {
		...log,
		source: file.source,
		key: file.key,
		id: file.id,
		isNear: false
	};
	try {
		return {
			...log,
			...await fromKept(file.key, async () => unpack(await file.whole(), packing))
		};
	} finally {
		file.close();
	}
}
/** The unpacked file of a key. Several who ask for it while it is unpacked get the same one. */
async function fromKept(key, make) {
	const source = kept$1.get(key) ?? await (making.get(key) ?? keep(key, make));
	if (kept$1.delete(key)) kept$1.set(key, source);
	return {
		source: {
			...source,
			close: () => {}
		},
		cut: source.cut,
		key,
		id: key
	};
}
function keep(key, make) {
	const made = make().then((source) => {
		kept$1.set(key, source);
		for (const [oldest, { close }] of kept$1) {
			if (kept$1.size <= mostKept$1) break;
			close();
			kept$1.delete(oldest);
		}
		return source;
	}).finally(() => making.delete(key));
	making.set(key, made);
	return made;
}
// src/archive/job-tests.ts
/** Test cases from files of the archive: every `*.xml` in the folder of a job, and in the folders in it. */
/** Files and folders that are looked at, and bytes of one file. */
var [mostFiles, mostFolders, longestFile] = [
	50,
	30,
	64 << 20
];
/** The cases in the files of a job; null when it has none, or too long ones. Files that are no JUnit XML are left alone. */
async function testsIn(places) {
	const packer = createPacker();
	const parts = [];
	const files = [];
	let total = 0;
	for (const path of await xmlFiles(places)) {
		const lines = [];
		const found = await casesIn(places, path, (line) => lines.push(line));
		if (found === null || total + found.total > 25e4) continue;
		for (const line of lines) packer.write(line);
		parts.push(found);
		total += found.total;
		files.push(path.join("/"));
	}
	const packed = await packer.done(parts);
	return total === 0 || packed === null ? null : {
		...packed,
		files
	};
}
async function xmlFiles(places) {
	const files = [];
	const folders = [[]];
	for (let at = 0; at < folders.length && at < mostFolders; at++) {
		const folder = folders[at];
		const { entries } = await listFiles(places, folder).catch(() => ({ entries: [] }));
		for (const { name, type } of entries) {
			if (type === "folder" && folder.length < 3) folders.push([...folder, name]);
			if (type === "file" && name.endsWith(".xml") && files.length < mostFiles) files.push([...folder, name]);
		}
	}
	return files;
}
async function casesIn(places, path, onLine) {
	try {
		const { source } = await openLog(places, path);
		try {
			if (source.size > longestFile) return null;
			const cases = gatherCases(onLine);
			await readJunit(chunksOf(source), cases.add);
			return cases.done();
		} finally {
			source.close();
		}
	} catch (error) {
		if (error instanceof JunitProblem || error instanceof ArchiveProblem) return null;
		throw error;
	}
}
// src/archive/line-index.ts
/** Numbers of lines: how many begin before every 64th kilobyte of a file, counted as far as somebody has looked. */
/** Bytes between two entries, some 600 lines: an index of bytes is as small for lines of hostile length, or of none. */
var step = 65536;
var chunk = 16 * step;
/** Milliseconds of counting for a slice, which waits for it, and for a line that is looked for by its number. */
var [forSlice, forLine] = [40, 8e3];
/** Bytes that are counted of a file that is another machine's to send. */
var mostFar = 64 << 20;
/** Files that were looked at last, the very last at the end: 128 KB for a gigabyte. */
var kept = /* @__PURE__ */ new Map();
var mostKept = 20;
/** Numbers the lines of a slice, when counting them up to there takes no time that anybody notices. Throws `ArchiveProblem`. */
async function numbered(log, { lines, ...slice }) {
	const at = lines[0]?.at ?? 0;
	const isCounted = log.isNear || at < mostFar;
	const counted = await countedOf(log);
	if (isCounted) await count(counted, log.source, forSlice, () => coveredOf(counted) + step > at);
	const first = coveredOf(counted) + step > at ? await endsBefore(counted, log.source, at) : null;
	let line = first;
	const rows = lines.map(({ at, text, begins }, index) => {
		if (line !== null && begins && index > 0) line++;
		return {
			at,
			line: line === null ? null : line + 1,
			text
		};
	});
	return {
		...slice,
		lines: rows,
		counting: isCounted && first === null
	};
}
/** Where a line begins, by its number; where the file ends for one behind its end. Throws `ArchiveProblem`. */
async function byteOfLine(log, line) {
	const ends = line - 1;
	if (ends <= 0) return 0;
	const counted = await countedOf(log);
	const most = log.isNear ? log.source.size : Math.min(log.source.size, mostFar);
	const isThere = () => counted.before.at(-1) >= ends || coveredOf(counted) + step > most;
	await count(counted, log.source, forLine, isThere);
	if (!isThere()) throw new ArchiveProblem("away", "the lines of this file are still being counted");
	const entry = lastBelow(counted.before, ends);
	const bytes = await log.source.read(entry * step, step);
	let left = ends - counted.before[entry];
	for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) if (--left === 0) return entry * step + at + 1;
	if (most < log.source.size) throw new ArchiveProblem("refused", "only the lines in the first 64 MB of a file behind HTTP are counted");
	return log.source.size;
}
async function countedOf({ id, key, source }) {
	const known = kept.get(id);
	const counted = known !== void 0 && (known.key === key || await hasGrown(known, source)) ? known : empty(key);
	counted.key = key;
	kept.delete(id);
	kept.set(id, counted);
	const [oldest] = kept.keys();
	if (kept.size > mostKept) kept.delete(oldest);
	return counted;
}
function empty(key) {
	return {
		key,
		before: [0],
		tail: Buffer.alloc(0)
	};
}
async function hasGrown({ tail, before }, source) {
	const end = (before.length - 1) * step;
	return source.size >= end && (await source.read(end - tail.length, tail.length)).equals(tail);
}
function coveredOf({ before }) {
	return (before.length - 1) * step;
}
/** Counts on until it is enough, the file ends, or the time is over. */
async function count(counted, source, most, isEnough) {
	const deadline = performance.now() + most;
	while (!isEnough() && performance.now() < deadline) {
		const place = coveredOf(counted);
		const bytes = await source.read(place, chunk);
		if (bytes.length < step) return;
		if (coveredOf(counted) === place) add(counted, bytes);
		await setImmediate();
	}
}
function add(counted, bytes) {
	let ends = counted.before.at(-1);
	let at = 0;
	for (; at + step <= bytes.length; at += step) {
		ends += endsIn(bytes.subarray(at, at + step));
		counted.before.push(ends);
	}
	counted.tail = Buffer.from(bytes.subarray(at - 64, at));
}
async function endsBefore({ before }, source, at) {
	const entry = Math.floor(at / step);
	const bytes = await source.read(entry * step, at - entry * step);
	return before[entry] + endsIn(bytes);
}
function endsIn(bytes) {
	let ends = 0;
	for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends++;
	return ends;
}
/** The index of the last of some numbers, in their order, that is less than one; the first is. */
function lastBelow(numbers, than) {
	let [low, high] = [0, numbers.length];
	while (high - low > 1) {
		const middle = low + high >> 1;
		if (numbers[middle] < than) low = middle;
		else high = middle;
	}
	return low;
}
// src/archive/worker.ts
/** A thread that reads archives: a file system that hangs, or a file of any size, keeps nobody else waiting. */
var handlers = {
	files: ({ places, path }) => listFiles(places, path),
	slice: (ask) => withLog(ask, async (log) => {
		const at = "line" in ask.at ? { around: await byteOfLine(log, ask.at.line) } : ask.at;
		return numbered(log, await sliceOf(log.source, at, ask.count));
	}),
	find: (ask) => withLog(ask, ({ source }) => findText(source, ask.text, ask.from)),
	next: (ask) => withLog(ask, ({ source }) => nextError(source, ask.from)),
	first: (ask) => withLog(ask, ({ source, isNear }) => firstErrorOf(source, {
		...ask,
		isNear
	})),
	tests: ({ places }) => testsIn(places),
	async bytes({ places, file, at, length }) {
		const { name, source } = await openLog(places, file, true);
		try {
			return {
				name,
				size: source.size,
				bytes: await source.read(at, length)
			};
		} finally {
			source.close();
		}
	}
};
async function withLog({ places, file }, read) {
	const log = await openLog(places, file);
	try {
		return {
			...await read(log),
			name: log.name,
			cut: log.cut
		};
	} finally {
		log.source.close();
	}
}
parentPort?.on("message", async ({ id, kind, ...ask }) => {
	let answered;
	try {
		answered = {
			id,
			answer: await handlers[kind](ask)
		};
	} catch (error) {
		answered = {
			id,
			problem: error instanceof ArchiveProblem ? error.kind : "defect",
			message: error instanceof Error ? error.stack ?? error.message : String(error)
		};
		if (error instanceof ArchiveProblem) answered.message = error.message;
	}
	parentPort?.postMessage(answered);
});
export {};
