// src/core/moment.ts
var unitSeconds = {
	s: 1,
	m: 60,
	h: 3600,
	d: 86400,
	w: 604800
};
var msPerDay = 864e5;
/** The longest age that the settings and commands take, 200 years in seconds: times later than 2255 are no longer exact. */
var longestAge = 63072e5;
/** Seconds of "90", "5m", "2h", "1h30m"; null for anything else. */
function parseDuration(text) {
	if (/^\d{1,12}$/.test(text)) return Number(text);
	const parts = text.match(/^(?:\d{1,9}[smhdw])+$/) ? [...text.matchAll(/(\d{1,9})([smhdw])/g)] : [];
	return parts.length === 0 ? null : parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitSeconds[unit], 0);
}
/** As people write it, and as `/api` prints it: with a fraction of a second, and the zone that it is meant in. */
var dayOrTime = /^(\d{4})-(\d\d?)-(\d\d?)(?:[T_ ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;
/** The first millisecond whose microseconds are exact, in the year 1684: no time that is kept lies before it. */
var earliest = Math.ceil(Number.MIN_SAFE_INTEGER / 1e3);
/**
* The span, in milliseconds since the epoch, of "2026-11-20", "2026-11-20T09:30", "today" or "yesterday" in a zone, or of
* the moment that "2d" or "-2d" was ago; null for anything else, and for what lies before the year 1684.
*/
function parseMoment(text, clock) {
	const span = readMoment(text, clock);
	return span === null || span.from < earliest ? null : span;
}
/** How people may write a moment. */
var momentWords = "a day like 2026-11-20 or today, a minute like 2026-11-20T09:30 or an age like 2d";
/** True for a day, a minute or an age like 2d, whatever the zone: what a list can begin with. */
function isDay(text) {
	return !text.startsWith("-") && parseMoment(text, {
		now: 0,
		zone: "UTC"
	}) !== null;
}
function readMoment(text, { now, zone }) {
	if (text === "today" || text === "yesterday") {
		const today = Math.floor((now + offsetAt(now, zone)) / msPerDay);
		return daysAt(text === "today" ? today : today - 1, zone);
	}
	const ago = text.startsWith("-") ? parseDuration(text.slice(1)) : /[a-z]$/.test(text) ? parseDuration(text) : null;
	if (ago !== null) return {
		from: now - ago * 1e3,
		to: now - ago * 1e3
	};
	const found = dayOrTime.exec(text);
	if (!found) return null;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? 0));
	const civil = Date.UTC(year, month - 1, day, hour, minute, second);
	const read = new Date(civil);
	if (!(read.getUTCFullYear() === year && read.getUTCMonth() === month - 1 && read.getUTCDate() === day) || minute >= 60 || second >= 60) return null;
	if (found[4] === void 0) return daysAt(civil / msPerDay, zone);
	const offset = found[7];
	if (offset !== void 0 && offset !== "Z" && !isTimeZone(offset)) return null;
	const from = momentOf(civil, offset === "Z" ? "UTC" : offset ?? zone);
	return {
		from,
		to: from + (found[6] === void 0 ? 6e4 : 1e3)
	};
}
/** The span of a day, counted from 1970-01-01; days with a change of the clocks have 23 or 25 hours. */
function daysAt(day, zone) {
	return {
		from: momentOf(day * msPerDay, zone),
		to: momentOf((day + 1) * msPerDay, zone)
	};
}
/**
* The moment at which the clocks of a zone show a time, which is given as if it were UTC. Of two such moments it is the
* first. If the clocks skip the time, it is as long after the change as the time is after the start of the gap.
*/
function momentOf(civil, zone) {
	const [before, after] = [offsetAt(civil - msPerDay, zone), offsetAt(civil + msPerDay, zone)];
	return [civil - Math.max(before, after), civil - Math.min(before, after)].find((moment) => moment + offsetAt(moment, zone) === civil) ?? civil - before;
}
var formats = /* @__PURE__ */ new Map();
function formatOf(zone) {
	let format = formats.get(zone);
	if (format === void 0) {
		const part = "numeric";
		const parts = {
			year: part,
			month: part,
			day: part,
			hour: part,
			minute: part,
			second: part
		};
		format = new Intl.DateTimeFormat("en-US", {
			timeZone: zone,
			calendar: "gregory",
			hourCycle: "h23",
			...parts
		});
		if (formats.size >= 1e3) formats.clear();
		formats.set(zone, format);
	}
	return format;
}
/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
function offsetAt(ms, zone) {
	if (zone === "UTC") return 0;
	const parts = new Map(formatOf(zone).formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
	const read = (type) => parts.get(type) ?? 0;
	return Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"), read("second")) - Math.floor(ms / 1e3) * 1e3;
}
/** True for the name of a time zone, like Europe/Berlin, or an offset, like +02:00. */
function isTimeZone(text) {
	if (text.length > 64) return false;
	try {
		return formatOf(text) !== void 0;
	} catch {
		return false;
	}
}
// src/core/plural.ts
/** `1 job`, `0 jobs`, `2 matches`; `print` says how a number is written. */
function plural(count, noun, nouns = `${noun}s`, print = String) {
	return `${print(count)} ${count === 1 ? noun : nouns}`;
}
// src/core/expiry.ts
/** The statuses of jobs that have not ended. */
var expiring = [
	"running",
	"waiting",
	"queued"
];
var queuedByDefault = "14d";
/** Reads "3d", "3d,14d" or "off": the age for running and waiting jobs, then that for queued ones. */
function parseExpiryAges(text) {
	const [first = "", second, ...rest] = text.split(",").map((part) => part.trim());
	const running = ageOf(first);
	const queued = ageOf(second ?? (running === null ? "off" : queuedByDefault));
	if (running === void 0 || queued === void 0 || rest.length > 0) return { problem: "must be an age like 3d, two of them (the second for queued jobs) like 3d,14d, or off" };
	return {
		running,
		waiting: running,
		queued
	};
}
/** Undefined for what is no age. */
function ageOf(text) {
	if (text === "off" || text === "0") return null;
	const seconds = text.length > 1 && "smhdw".includes(text.slice(-1)) ? parseDuration(text) : null;
	if (seconds === null || seconds > 63072e5) return void 0;
	return seconds === 0 ? null : seconds;
}
var reasons = {
	running: "no news from its worker",
	waiting: "no news from its worker",
	queued: "no worker took it"
};
var end = " (expired)";
/** The failure reason of a job that expired in a status after some seconds, like "no news from its worker for 3 days (expired)". */
function expiryReason(status, seconds) {
	return `${reasons[status]} for ${inWords(seconds)}${end}`;
}
/** The title of the cause that such a reason names; null for any other reason. */
function expiryTitle(reason) {
	if (!reason.endsWith(end)) return null;
	const found = Object.values(reasons).find((beginning) => reason.startsWith(`${beginning} for `));
	return found === void 0 ? null : found + end;
}
function inWords(seconds) {
	const [unit, length] = [
		["day", 86400],
		["hour", 3600],
		["minute", 60]
	].find(([, length]) => seconds % length === 0) ?? ["second", 1];
	return plural(seconds / length, unit);
}
export { plural as a, longestAge as c, parseMoment as d, parseExpiryAges as i, momentWords as l, expiryReason as n, isDay as o, expiryTitle as r, isTimeZone as s, expiring as t, parseDuration as u };
