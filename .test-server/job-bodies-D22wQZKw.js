import { t as readDecimal } from "./decimal-1-oyIEYZ.js";
import { A as scanObject, At as DatabaseFault, C as parseTimestamp, E as storable, T as nameProblem, X as invalid, Z as isFailure, _t as smallFields, b as formatTimestamp, ct as isDocumentField, dt as isSmallField, gt as noChange, ht as moreFields, lt as isJobStatus, mt as longestShortValue, ut as isMoreField } from "./db-B0k_w_jX.js";
import { t as createQueue } from "./turns-BSXoj0Vn.js";
import { setImmediate } from "node:timers/promises";
// src/http/refusal.ts
/** A failure on its way to the error handler of its contract, which alone words it. */
var Refusal = class extends Error {
	failure;
	/** What the contract says here of a thing that is missing or exists already, instead of its usual words. */
	words;
	constructor(failure, words) {
		super(failure.failure);
		this.name = "Refusal";
		this.failure = failure;
		this.words = words;
	}
};
/** Whoever asks may not do this, whatever the request says; each contract sends it in the shape of its errors. */
var Denial = class extends Error {
	statusCode;
	constructor(statusCode, message) {
		super(message);
		this.name = "Denial";
		this.statusCode = statusCode;
	}
};
/** What a function of the store or the core answered; throws a `Refusal` when that is a failure. */
function orThrow(answer, words) {
	if (isFailure(answer)) throw new Refusal(answer, words);
	return answer;
}
/** Refuses what a client sent, naming the offending key; null when it is the body as a whole. */
function refuse(key, reason) {
	throw new Refusal(invalid(key, reason));
}
/** Reads what a client sent. When that is refused, `exists` comes first: it throws when what the path names is not there. */
async function readKnowing(exists, read) {
	try {
		return read();
	} catch (error) {
		if (error instanceof Refusal) await exists();
		throw error;
	}
}
// src/http/unread.ts
/** Bytes of the longest body, a document of test cases: 100,000 of them have 15 to 30 MB. It is read as it arrives and never held as a whole. */
var longestBody = 64 << 20;
/** The last request of a connection that was answered before its end. */
var answered = /* @__PURE__ */ new WeakMap();
/** Whether a request that is still arriving on this connection has been answered. */
function isAnswered(socket) {
	return answered.get(socket)?.complete === false;
}
/**
* Reads and drops the rest of every request that is answered before its end: otherwise a client that writes its whole body before it reads
* would wait for ever, and closing the connection over unread data would take the answer back. A client that sends more than any body may
* have is cut off, and one that is too slow by the `requestTimeout` of the server. So a route may stop reading a request whenever it likes,
* but must not destroy it, because nothing reads its connection any more then.
*/
function readToTheEnd(server) {
	server.on("request", (request, response) => {
		const { socket } = request;
		response.prependOnceListener("finish", () => {
			if (!request.complete && !socket.destroyed) dropRest(server, socket, request);
		});
	});
}
function dropRest(server, socket, request) {
	let bytes = 0;
	let isKept = true;
	answered.set(socket, request);
	const close = socket.destroySoon;
	socket.destroySoon = () => {
		isKept = false;
		socket.end();
	};
	request.unpipe().removeAllListeners("data").removeAllListeners("readable").on("data", (chunk) => {
		bytes += chunk.length;
		if (bytes > 67108864) socket.destroy();
	}).once("end", () => {
		socket.destroySoon = close;
		if (!isKept || !server.listening) socket.destroySoon();
	}).resume();
}
// src/http/errors.ts
/** The Content-Type of every answer of the classic contract. */
var jsonType = "application/json; charset=utf-8";
/** Sends `{"message": …}`, the one shape of an error in every contract, to be read and not kept as the file that was asked for. */
function sendMessage(reply, status, message) {
	return sendJson(reply.code(status).removeHeader("content-disposition"), JSON.stringify({ message }));
}
/** Sends a ready JSON text. A Buffer leaves several times as fast as a string (docs/decisions/0002-text-as-sent.md). */
function sendJson(reply, text) {
	return reply.type(jsonType).send(Buffer.from(text));
}
/** The methods of requests that change something. */
var writes = [
	"POST",
	"PUT",
	"DELETE"
];
/** Sends JSON for everything that goes wrong outside a handler, and for what a handler throws. */
function answerErrors(app, { condition }) {
	app.addHook("onResponse", async ({ method }, { statusCode }) => {
		if (writes.includes(method) && statusCode < 300) condition.wrote();
	});
	app.setErrorHandler((error, request, reply) => {
		const status = error.statusCode ?? 500;
		if (status < 500) return sendMessage(reply, status, error.message);
		if (error === request.raw.errored) return sendMessage(reply, 400, "the request was cut off");
		if (condition.failed(error, writes.includes(request.method))) return sendFault(reply, error);
		request.log.error({ err: error }, "request failed");
		return sendMessage(reply, 500, "internal error; the log has the details under this request id");
	});
}
/** Sends that the database does not work. Only the log has the driver's text, which may name files and addresses. */
function sendFault(reply, error) {
	const sentence = error instanceof DatabaseFault ? error.message : "the database does not answer";
	return sendMessage(reply.header("retry-after", "5"), 503, `${sentence}; try again`);
}
/** What Node's parser refuses never becomes a request: answer in JSON on the bare socket. */
function answerClientError(error, socket) {
	const pending = socket._httpMessage;
	if (pending?.req.complete && !pending.writableFinished && !socket.destroyed) {
		takeFromParser(socket);
		pending.once("close", () => answerClientError(error, socket));
		return;
	}
	if (!socket.writable || error.code === "ECONNRESET" || isAnswered(socket)) {
		socket.destroy();
		return;
	}
	const [status, message] = parserAnswers[error.code ?? ""] ?? ["400 Bad Request", "the request is not valid HTTP"];
	endWithAnswer(socket, status, message);
}
/** Drops what arrives: the parser would refuse all of it anew, and unread data would make the system take the answer back. */
function takeFromParser(socket) {
	socket.removeAllListeners("data").on("data", () => {});
	socket.on("error", () => {});
}
/** How long a client may take to read why its connection ends, in milliseconds. */
var lastAnswer = 1e3;
/**
* Answers on a bare socket and ends the connection, also when the client goes on sending or breaks it; `status` may be followed by
* lines of headers.
*/
function endWithAnswer(socket, status, message) {
	takeFromParser(socket);
	const timer = setTimeout(() => socket.destroy(), lastAnswer).unref();
	socket.once("close", () => clearTimeout(timer));
	const body = JSON.stringify({ message });
	socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}
var parserAnswers = {
	CONNECT: ["405 Method Not Allowed", "this server is no proxy"],
	HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "the request line and headers are too large"],
	ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "the request took too long to arrive"]
};
// src/http/received.ts
/** Bytes of all bodies from their first byte until they are let go. A body takes one to four times as much while it is read and written. */
var mostBytes = 32 << 20;
/** Sets the bound, which is that of the process, as its memory is: two ports share it. */
function setReceiveBudget(bytes) {
	mostBytes = bytes;
}
var bodies = /* @__PURE__ */ new Set();
var bodyOf = /* @__PURE__ */ new WeakMap();
var heldBytes = 0;
/**
* Receives the body of a request, at most `limit` bytes. What it takes up is accounted for until the response has closed and `letGo` has
* been called.
*/
function receiveBytes(request, response, limit) {
	return new Promise((resolve) => {
		const chunks = [];
		const body = {
			bytes: 0,
			refuse: () => finish("no memory"),
			isAnswered: false,
			isClosed: false
		};
		const onData = (chunk) => {
			chunks.push(chunk);
			if (body.bytes + chunk.length > limit) finish("too large");
			else hold(body, chunk.length);
		};
		const onEnd = () => finish(Buffer.concat(chunks));
		const onClose = () => finish("cut off");
		const finish = (result) => {
			request.off("data", onData).off("end", onEnd).off("close", onClose);
			body.refuse = null;
			chunks.length = 0;
			if (typeof result === "string") release(body);
			resolve(result);
		};
		if (Number(request.headers["content-length"]) > limit) return resolve("too large");
		if (response.destroyed) return resolve("cut off");
		bodies.add(body);
		bodyOf.set(request, body);
		response.once("close", () => {
			body.isClosed = true;
			if (body.isAnswered) release(body);
		});
		request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", () => {});
	});
}
/** Says that a request has been answered: only sending the answer may still need its body. */
function letGo(request) {
	const body = bodyOf.get(request);
	if (body === void 0) return;
	body.isAnswered = true;
	if (body.isClosed) release(body);
}
/** Accounts for more bytes of a body. Beyond the bound the largest body that is still arriving is refused: small ones get through while large ones stall. */
function hold(body, bytes) {
	body.bytes += bytes;
	heldBytes += bytes;
	while (heldBytes > mostBytes) {
		let largest = null;
		for (const each of bodies) if (each.refuse && each.bytes > (largest?.bytes ?? 0)) largest = each;
		if (largest === null) return;
		largest.refuse?.();
	}
}
function release(body) {
	if (bodies.delete(body)) heldBytes -= body.bytes;
}
// src/http/body.ts
/** Request bodies: one JSON object each, whatever their Content-Type says. */
/** The most keys of a body: hundreds of times as many as a job has. */
var mostKeys = 1e4;
/** Bytes of a body that an error report contains. */
var beginningBytes = 1024;
/** Bytes up to which a body is read at once: it takes half a millisecond, and a typical job has 8 KB. */
var readAtOnce = 65536;
/** A list or an object that is longer, in UTF-16 units, is not parsed: it takes milliseconds, and no key that is looked into holds one. */
var longestParsed = 262144;
/** Makes bodies arrive whatever their Content-Type: old clients send none, or a form type. */
function acceptAnyContentType(app, bodyLimit) {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
	app.addHook("onRequest", async ({ headers, method }) => {
		if (headers["content-type"] !== void 0 || method === "QUERY") headers["content-type"] = "application/json";
	});
	app.addHook("preValidation", async (request, reply) => {
		if (request.routeOptions.config.streamed) return;
		if (request.body !== void 0) return receiveBody(request, reply, bodyLimit);
	});
	app.addHook("onSend", async ({ raw }) => letGo(raw));
}
/** Receives and reads the body of a request into `request.body`. When it cannot be received, sends the refusal and returns the reply. */
async function receiveBody(request, reply, limit) {
	const bytes = await receiveBytes(request.raw, reply.raw, limit);
	if (typeof bytes !== "string") {
		request.body = {
			scan: bytes.length <= readAtOnce ? readNow(bytes) : await readInTurn(bytes),
			size: bytes.length,
			beginning: Uint8Array.from(bytes.subarray(0, beginningBytes))
		};
		return;
	}
	if (bytes === "too large") return sendMessage(reply, 413, "the request body is too large");
	if (bytes === "cut off") return sendMessage(reply, 400, "the request was cut off");
	return sendMessage(reply.header("retry-after", "1"), 503, "too many large bodies are being received");
}
/**
* The body as one JSON object; anything else is refused. With `acceptNaN`, the `NaN` and `Infinity` that Python prints are read as null: they are
* no JSON, but a result must not be lost for them (teuthology contract §1.4, §7.15).
*/
function readBody(request, { acceptNaN = false } = {}) {
	const body = request.body;
	if (!body) return refuse(null, notJson);
	const { scan, size } = body;
	switch (scan.problem) {
		case null: return scan.hasNaN && !acceptNaN ? refuse(null, notJson) : {
			texts: scan.members,
			size
		};
		case "syntax": return refuse(null, notJson);
		case "kind": return refuse(null, "the JSON body must be an object");
		case "depth": {
			const key = scan.key.slice(0, 100);
			return refuse(key, `invalid value for key '${key}': nests deeper than 500 levels`);
		}
		case "count": return refuse(null, `the JSON body has more than ${mostKeys} keys`);
	}
}
/** The value of a key; undefined when the body does not have it. A list or an object of more than 256 KB is `{}`. */
function bodyValue({ texts }, key) {
	const text = texts.get(key);
	if (text === void 0) return void 0;
	return text.length > longestParsed && !text.startsWith("\"") ? {} : JSON.parse(text);
}
/** The first bytes of a body, for a report. */
function beginningOf(request) {
	return request.body?.beginning ?? /* @__PURE__ */ new Uint8Array();
}
var notJson = "could not decode JSON body";
var decoder = new TextDecoder("utf-8", { fatal: true });
function decode(bytes) {
	try {
		return decoder.decode(bytes);
	} catch {
		return null;
	}
}
function readNow(bytes) {
	const text = decode(bytes);
	if (text === null) return { problem: "syntax" };
	const scan = scanObject(text, mostKeys);
	let step = scan.next();
	while (!step.done) step = scan.next();
	return step.value;
}
var oneByOne = createQueue();
/** Reads a long body some milliseconds at a time, so that other requests are answered meanwhile; one body after the other. */
function readInTurn(bytes) {
	return oneByOne(async () => {
		await setImmediate();
		const text = decode(bytes);
		await setImmediate();
		if (text === null) return { problem: "syntax" };
		const scan = scanObject(text, mostKeys);
		for (let step = scan.next();; step = scan.next()) {
			await setImmediate();
			if (step.done) return step.value;
		}
	});
}
// src/http/teuthology/job-bodies.ts
/** Job bodies (teuthology contract §3.2) → changes of the core. */
/**
* The `job_id` of a new job, null when the server is to choose one; any other value is refused (teuthology contract
* §2.6, §7.43).
*/
function parseJobId(body) {
	const value = bodyValue(body, "job_id");
	if (value === void 0) return null;
	const id = typeof value === "number" ? body.texts.get("job_id") : value;
	const problem = typeof id === "string" && (typeof value === "string" || /^-?\d+$/.test(id)) ? nameProblem(id, 32) : "must be a string or a whole number";
	return problem === null ? id : refuse("job_id", `invalid value for key 'job_id': ${problem}`);
}
/**
* The accepted keys of a job's body, `-` read as `_`; unknown keys are left out. Harmless values are coerced as the old
* server's database did (teuthology contract §3.2, §7.5): numbers to text, `0` and `1` to booleans, fractions to whole
* numbers. A null `status`, `success` or `updated` says nothing. Refuses the first key whose value means
* nothing.
*/
function parseJobChange(body) {
	const change = noChange();
	for (const [sent, text] of body.texts) applyKey(change, sent, body, text);
	return change;
}
function applyKey(change, sent, body, text) {
	const key = sent.replaceAll("-", "_");
	if (sent === "status" || sent === "success" || sent === "updated") {
		applySpecial(change, sent, bodyValue(body, sent));
		return;
	}
	if (isDocumentField(key)) {
		change.document.set(key, text);
		return;
	}
	const kind = isSmallField(key) ? smallFields[key] : isMoreField(key) ? moreFields[key] : void 0;
	if (kind === void 0) return;
	if (text.length > 524288 && key !== "failure_reason") refuse(sent, `invalid value for key '${sent}': must be at most ${longestShortValue} characters long`);
	if (text.length > longestGathered && isGathered(text)) refuse(sent, `invalid value for key '${sent}': a list or an object must be at most ${longestGathered} characters long`);
	const value = bodyValue(body, sent);
	const coerced = coerce(kind, value, text);
	if (coerced === void 0) refuse(sent, `invalid value for key '${sent}': must be ${expected[kind]} or null`);
	if (isSmallField(key)) change.small.set(key, keepsText(kind, value) ? text : JSON.stringify(coerced));
	else change.more.set(key, coerced);
}
/** The longest list or object that is kept as a short value, in UTF-16 units. */
var longestGathered = 65536;
function isGathered(text) {
	return text.startsWith("{") || text.startsWith("[");
}
/** Strings and numbers of text keys stay as they were sent: the classic contract shows them so. */
function keepsText(kind, value) {
	if (kind === "text" || kind === "id") return typeof value === "string" || typeof value === "number";
	return kind === "number" && typeof value === "number";
}
function applySpecial(change, key, value) {
	if (value === null) return;
	if (key === "status") {
		if (!isJobStatus(value)) refuse(key, `invalid value for key 'status': ${describe(value)} is no job status`);
		change.status = value;
	} else if (key === "success") {
		const success = toBoolean(value);
		if (success === void 0) refuse(key, "invalid value for key 'success': must be true or false");
		change.success = success;
	} else {
		const updated = typeof value === "string" ? parseTimestamp(value, "updated") : null;
		if (updated === null) refuse(key, "invalid value for key 'updated': must look like 2024-03-01 20:00:15");
		change.updated = updated;
	}
}
function describe(value) {
	return JSON.stringify(value).slice(0, 60);
}
var expected = {
	text: "a text",
	id: "a text",
	number: "a number",
	integer: "a whole number",
	boolean: "true, false",
	time: "a time like 2024-03-01_20:00:15",
	json: "a JSON value"
};
/** The value in the type that the contract gives the key; undefined when there is none. `text` is the raw JSON. */
function coerce(kind, value, text) {
	if (value === null) return null;
	switch (kind) {
		case "text":
		case "id": return storable(typeof value === "string" ? value : typeof value === "number" ? text : JSON.stringify(value));
		case "number": return toNumber(value);
		case "integer": {
			const number = toNumber(value);
			const whole = number === void 0 ? NaN : Math.sign(number) * Math.round(Math.abs(number));
			return Number.isSafeInteger(whole) ? whole || 0 : void 0;
		}
		case "boolean": return toBoolean(value);
		case "time": {
			const time = typeof value === "string" ? parseTimestamp(value, "run-name") : null;
			return time === null ? void 0 : formatTimestamp(time);
		}
		case "json": return value;
	}
}
function toNumber(value) {
	const number = typeof value === "string" ? readDecimal(value) : value;
	return typeof number === "number" && Number.isFinite(number) ? number : void 0;
}
function toBoolean(value) {
	if (typeof value === "boolean") return value;
	return value === 1 || value === 0 ? value === 1 : void 0;
}
export { refuse as S, readToTheEnd as _, bodyValue as a, orThrow as b, setReceiveBudget as c, endWithAnswer as d, jsonType as f, longestBody as g, sendMessage as h, beginningOf as i, answerClientError as l, sendJson as m, parseJobId as n, readBody as o, sendFault as p, acceptAnyContentType as r, receiveBody as s, parseJobChange as t, answerErrors as u, Denial as v, readKnowing as x, Refusal as y };
