import { d as parseMoment, l as momentWords, u as parseDuration } from "./expiry-Bid1olVd.js";
import { n as classified } from "./signature-2Y-wGRpp.js";
import { Ct as oneOf, Dt as readValue, Et as globMatcher, F as isFailing, It as sql, Ot as splitValues, P as changeOf, Tt as asciiLower, bt as escapeLike, ft as jobStatuses, kt as unquoted, q as runStatuses } from "./db-B0k_w_jX.js";
import { n as inTurns, r as nextTurn } from "./turns-BSXoj0Vn.js";
// src/core/query-span.ts
/** What the values of numbers, durations and times stand for. */
/** Reads whole numbers, durations in seconds, or times in milliseconds since the epoch. */
function spanReader(kind, clock) {
	if (kind === "time") return (text) => parseMoment(text, clock);
	return (text) => {
		const point = kind === "duration" ? parseDuration(text) : /^-?\d{1,12}$/.test(text) ? Number(text) : null;
		return point === null ? null : {
			from: point,
			to: point + 1
		};
	};
}
/** What a value allows, from `from` on and before `to`; null when it cannot be read. */
function valueBounds(value, spanOf) {
	const open = {
		from: Number.NEGATIVE_INFINITY,
		to: Number.POSITIVE_INFINITY
	};
	if (value.type === "literal") return spanOf(value.text);
	if (value.type === "above") {
		const span = spanOf(value.value);
		return span && {
			...open,
			from: span.to
		};
	}
	if (value.type === "below") {
		const span = spanOf(value.value);
		return span && {
			...open,
			to: span.from
		};
	}
	if (value.type !== "range") return null;
	const from = value.from === null ? open : spanOf(value.from);
	const to = value.to === null ? open : spanOf(value.to);
	return from && to && {
		from: from.from,
		to: to.to
	};
}
// src/core/query-check.ts
/** Whether a value of a filter means something, and what was probably meant when it does not. */
/** Checks a bare word. */
function checkWord(written) {
	const isQuoted = written.startsWith("\"");
	const text = unquoted(written);
	if (text === "") return { message: "an empty word is in every text" };
	if (isQuoted || !text.includes("*")) return { value: {
		type: "literal",
		text
	} };
	return /^\*+$/.test(text) ? { message: "* alone matches everything" } : { value: {
		type: "glob",
		text
	} };
}
/** Checks a value of a key; `choices` are all values of a `choice`. */
function checkValue(key, kind, written, choices) {
	const value = readValue(written);
	if (kind === "choice") return checkChoice(key, written, choices);
	if (kind === "digits" && !isDigits(value.type === "none" ? "" : written)) return checkDigits(key, written);
	if (kind === "text" || kind === "part" || kind === "digits") return checkText(key, kind, written, value);
	return value.type === "none" ? { value } : checkSpan(key, kind, written, value);
}
function checkChoice(key, written, choices) {
	const [value, text] = [readValue(written), unquoted(written)];
	const choice = choices.find((one) => one === text.toLowerCase());
	if (choice !== void 0) return { value: choice === "none" ? { type: "none" } : {
		type: "literal",
		text: choice
	} };
	if (value.type === "glob" && choices.some(globMatcher(text))) return { value };
	const words = choices.map((one) => one.includes(" ") ? `"${one}"` : one);
	const meant = nearest(text.toLowerCase(), words);
	const message = `${key}: ${shown(text)} is not one of ${words.join(", ")}`;
	return meant === void 0 ? { message } : {
		message,
		meant
	};
}
/** Whether a text can be the beginning of hexadecimal digits, or a pattern of them. */
function isDigits(text) {
	return /^[\da-f*]*$/i.test(text);
}
/** What is quoted is meant as it is: nothing keeps clients from sending another sha1. */
function checkDigits(key, written) {
	if (written.startsWith("\"")) return checkText(key, "part", written, readValue(written));
	return { message: `${key}: ${shown(written)} has other signs than 0 to 9 and a to f` };
}
function checkText(key, kind, written, value) {
	if (kind !== "text" && value.type === "literal" && value.text === "") return { message: `${key}: needs a value` };
	if (value.type !== "above" && value.type !== "below" && value.type !== "range") return { value };
	if (key === "reason" || key === "text") return { value: {
		type: "literal",
		text: written
	} };
	return {
		message: `${key}: ${shown(written)} compares, which only numbers and times do`,
		meant: `"${written.replace(/["\\]/g, "\\$&")}"`
	};
}
function shown(text) {
	return `"${unquoted(text).slice(0, 40).toWellFormed()}"`;
}
var forms = {
	time: momentWords,
	number: "a whole number",
	duration: "a duration like 90, 5m or 1h30m"
};
function checkSpan(key, kind, written, value) {
	const read = spanReader(kind, {
		now: 0,
		zone: "UTC"
	});
	const isRead = (text) => read(text) !== null;
	const bounds = boundsOf(value);
	if (bounds.length > 0 && bounds.every(isRead)) {
		if (isBackward(kind, value)) return {
			message: `${key}: ${shown(written)} ends before it begins`,
			meant: bounds.reverse().join("..")
		};
		const span = value.type === "literal" ? read(value.text) : null;
		return { value: span !== null && span.from === span.to ? {
			type: "range",
			from: bounds[0],
			to: null
		} : value };
	}
	const meant = unquoted(written).split(/(\.\.|^[<>])/).map((part) => isRead(part) ? part : respelled(part).find(isRead) ?? part).join("");
	const wanted = boundsOf(readValue(meant));
	const message = `${key}: ${shown(written)} is not ${forms[kind]}`;
	return wanted.length > 0 && wanted.every(isRead) ? {
		message,
		meant
	} : { message };
}
/** Whether a range ends before it begins; of a day and an age only a clock tells, so that it has to be so at any time. */
function isBackward(kind, value) {
	if (value.type !== "range" || value.from === null || value.to === null) return false;
	return [Date.UTC(1970), Date.UTC(9999)].every((now) => {
		const bounds = valueBounds(value, spanReader(kind, {
			now,
			zone: "UTC"
		}));
		return bounds !== null && bounds.to < bounds.from;
	});
}
/** The texts of a value that must be numbers or times; none of a pattern. */
function boundsOf(value) {
	if (value.type === "literal") return [value.text];
	if (value.type === "above" || value.type === "below") return [value.value];
	return value.type === "range" ? [value.from, value.to].filter((bound) => bound !== null) : [];
}
/** Spellings of a time or a duration that people also use, as the language has them. */
function respelled(text) {
	const lower = text.slice(0, 100).toLowerCase();
	const units = lower.replace(/(\d) *([smhdw])[a-z]*/g, "$1$2");
	const day = nearest(lower, ["today", "yesterday"]);
	return [
		lower,
		units,
		lower.replaceAll("/", "-"),
		...day === void 0 ? [] : [day]
	];
}
/** A word that differs from a text by one letter, or else by what is missing or added at its end. */
function nearest(text, words) {
	const isLonger = (a, b) => b.length >= 3 && a.startsWith(b);
	return words.find((word) => isOneLetterAway(text, word)) ?? words.find((word) => isLonger(word, text)) ?? words.find((word) => isLonger(text, word));
}
/** One letter more, less or different, or two letters exchanged. */
function isOneLetterAway(a, b) {
	if (a === "" || Math.abs(a.length - b.length) > 1) return false;
	let same = 0;
	while (same < a.length && a[same] === b[same]) same++;
	const [restA, restB] = [a.slice(same), b.slice(same)];
	return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2) || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
// src/core/signature-kinds.ts
/** What sort of failure a cause is. */
var signatureKinds = [
	"timeout",
	"infra",
	"command",
	"crash",
	"clusterlog",
	"test",
	"selinux",
	"ansible",
	"dead",
	"other"
];
// src/core/verdicts/statistics.ts
/** The arithmetic of verdicts: nothing in here knows what a run is. */
var lnFactorials = [0];
/** ln(n!), exact to the last digits. Keeps what it has computed: 8 bytes for each number up to the largest asked for. */
function lnFactorial(n) {
	for (let i = lnFactorials.length; i <= n; i++) lnFactorials.push(lnFactorials[i - 1] + Math.log(i));
	return lnFactorials[n];
}
/** The logarithm of the number of ways to choose k of n; minus infinity when there is none. */
function lnChoose(n, k) {
	return k < 0 || k > n ? Number.NEGATIVE_INFINITY : lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);
}
/**
* ln P(X ≥ k) of the hypergeometric distribution: at least `k` of `drawn` things are marked when `marked` of all `total` are.
* A logarithm, because strong evidence is below the least number.
*/
function lnHypergeometricTail(k, drawn, marked, total) {
	const least = Math.max(0, drawn + marked - total);
	const most = Math.min(drawn, marked);
	if (k <= least) return 0;
	if (k > most) return Number.NEGATIVE_INFINITY;
	let term = 1;
	let sum = 1;
	for (let x = k; x < most; x++) {
		term *= (marked - x) / (x + 1) * ((drawn - x) / (total - marked - drawn + x + 1));
		sum += term;
		if (term < sum * 1e-17) break;
	}
	const first = lnChoose(marked, k) + lnChoose(total - marked, drawn - k) - lnChoose(total, drawn);
	return Math.min(0, first + Math.log(sum));
}
/** The 95 % interval of a share by Wilson, as shares; everything when there is nothing to count. */
function wilsonInterval(k, n) {
	if (n === 0) return [0, 1];
	const z = 1.959963984540054;
	const middle = (k + z ** 2 / 2) / (n + z ** 2);
	const half = z / (n + z ** 2) * Math.sqrt(k * (n - k) / n + z ** 2 / 4);
	return [k === 0 ? 0 : middle - half, k === n ? 1 : middle + half];
}
/** What a cut costs, in units of log likelihood. */
var cutCost = 6;
/** Shares that differ by less are one: no rise. */
var leastRise = 3;
/** Minus the log likelihood of a share that is estimated from itself. */
function costOf({ n, k }) {
	const part = (count) => count === 0 ? 0 : count * Math.log(count / n);
	return -part(k) - part(n - k);
}
/** Cuts counts in order of time (each `n` ≥ 1) where that explains them best; see `cutCost`. */
function stretchesOf(counts) {
	const sums = [{
		n: 0,
		k: 0
	}];
	for (const [at, { n, k }] of counts.entries()) sums.push({
		n: sums[at].n + n,
		k: sums[at].k + k
	});
	const between = (from, to) => ({
		from,
		n: sums[to].n - sums[from].n,
		k: sums[to].k - sums[from].k
	});
	const best = [{
		cost: -6,
		from: 0
	}];
	for (let to = 1; to <= counts.length; to++) {
		let least = {
			cost: Number.POSITIVE_INFINITY,
			from: 0
		};
		for (let from = 0; from < to; from++) {
			const cost = best[from].cost + cutCost + costOf(between(from, to));
			if (cost < least.cost) least = {
				cost,
				from
			};
		}
		best.push(least);
	}
	const stretches = [];
	for (let to = counts.length; to > 0; to = best[to].from) stretches.unshift(between(best[to].from, to));
	return stretches;
}
/** The last stretch, with those before it joined while their shares are within threefold, and the one before that. */
function lastStretch(counts) {
	const stretches = stretchesOf(counts);
	let last = stretches.pop() ?? {
		from: 0,
		n: 0,
		k: 0
	};
	let before = stretches.pop() ?? null;
	while (before !== null && isWithinThreefold(last, before)) {
		last = {
			from: before.from,
			n: before.n + last.n,
			k: before.k + last.k
		};
		before = stretches.pop() ?? null;
	}
	return {
		last,
		before,
		rises: before !== null && last.k * before.n >= leastRise * before.k * last.n && last.k > 0
	};
}
function isWithinThreefold(a, b) {
	const [x, y] = [a.k * b.n, b.k * a.n];
	return Math.max(x, y) < leastRise * Math.min(x, y) || x === 0 && y === 0;
}
// src/core/verdicts/blame.ts
/** The largest p, and the least ratio of shares, at which something is said. */
var largestP = 5e-4;
var leastRatio = 3;
/** A pair has to be so much less likely than the best facet. */
var pairAdvantage = 10;
var leastFailures = 3;
/** Pairs are made of so many facets. */
var mostPaired = 10;
/** What the jobs of `pool` that ended with a cause have in common, if anything stands out. */
function blameOf(pool, cause) {
	const all = {
		n: sum(pool, ({ jobs }) => jobs),
		k: sum(pool, ({ causes }) => causes.get(cause)?.length ?? 0)
	};
	if (all.k < leastFailures) return null;
	const candidates = candidatesOf(pool, cause, all);
	const best = candidates[0];
	if (best === void 0) return null;
	const tried = candidates.length;
	const single = {
		facets: [best],
		...best,
		lnP: best.lnP + Math.log(tried)
	};
	const pair = bestPair(pool, cause, all, candidates.slice(0, mostPaired));
	const pairLnP = (pair?.lnP ?? 0) + Math.log(tried * (tried - 1) / 2);
	const chosen = pair !== null && pairLnP + Math.log(pairAdvantage) < single.lnP ? {
		...pair,
		lnP: pairLnP
	} : single;
	const without = {
		n: all.n - chosen.n,
		k: all.k - chosen.k
	};
	if (chosen.lnP > Math.log(largestP) || chosen.k * without.n < leastRatio * without.k * chosen.n) return null;
	return {
		facets: chosen.facets.map(({ names }) => names.filter((name) => areTogether(pool, name, names[0]))),
		with: {
			n: chosen.n,
			k: chosen.k
		},
		without,
		runs: pool.length,
		p: Math.exp(chosen.lnP)
	};
}
/** The logarithm of how likely jobs of a run that ended with a cause share some facet as much by chance; at most 0. */
function lnInCommon(run, cause) {
	const failures = run.causes.get(cause)?.length ?? 0;
	const shared = run.hitsOf(cause).filter(({ jobs }) => jobs >= 2);
	let least = 0;
	for (const { facet, jobs } of shared) least = Math.min(least, lnHypergeometricTail(jobs, run.withFacet(facet).length, failures, run.jobs));
	return Math.min(0, least + Math.log(Math.max(1, shared.length)));
}
function sum(pool, count) {
	return pool.reduce((total, run) => total + count(run), 0);
}
/** Facets that two failures or more have, but not all jobs; those of equal counts are one, the least likely come first. */
function candidatesOf(pool, cause, all) {
	const hits = /* @__PURE__ */ new Map();
	for (const run of pool) for (const { facet, jobs } of run.hitsOf(cause)) hits.set(facet, (hits.get(facet) ?? 0) + jobs);
	const candidates = /* @__PURE__ */ new Map();
	for (const [name, k] of hits) {
		if (k < 2) continue;
		const n = sum(pool, (run) => run.withFacet(name).length);
		if (n >= all.n) continue;
		const known = candidates.get(`${k}/${n}`);
		if (known !== void 0) known.names.push(name);
		else candidates.set(`${k}/${n}`, {
			names: [name],
			k,
			n,
			lnP: lnHypergeometricTail(k, n, all.k, all.n)
		});
	}
	return [...candidates.values()].sort((a, b) => a.lnP - b.lnP);
}
/** The least likely pair of `halves` (at most 10), not corrected. */
function bestPair(pool, cause, all, halves) {
	const jobs = new Int32Array(1 << halves.length);
	const failures = new Int32Array(1 << halves.length);
	for (const run of pool) {
		const held = new Uint16Array(run.jobs);
		for (const [bit, { names }] of halves.entries()) for (const job of run.withFacet(names[0])) held[job] |= 1 << bit;
		for (const bits of held) jobs[bits]++;
		for (const job of run.causes.get(cause) ?? []) failures[held[job]]++;
	}
	for (const counts of [jobs, failures]) countSupersets(counts, halves.length);
	let best = null;
	for (const [a, first] of halves.entries()) for (let b = a + 1; b < halves.length; b++) {
		const second = halves[b];
		const both = 1 << a | 1 << b;
		const [n, k] = [jobs[both], failures[both]];
		if (k < 2 || n >= Math.min(first.n, second.n)) continue;
		const lnP = lnHypergeometricTail(k, n, all.k, all.n);
		if (best === null || lnP < best.lnP) best = {
			facets: [first, second],
			n,
			k,
			lnP
		};
	}
	return best;
}
/** Adds to each count those of the indexes that have all of its bits and more. */
function countSupersets(counts, bits) {
	for (let bit = 1; bit < 1 << bits; bit <<= 1) for (let index = 0; index < counts.length; index++) if ((index & bit) === 0) counts[index] += counts[index | bit];
}
/** Whether every job has both facets or neither. */
function areTogether(pool, a, b) {
	return pool.every((run) => {
		const others = run.withFacet(b);
		return a === b || run.withFacet(a).every((job, at) => job === others[at]);
	});
}
// src/core/facets.ts
/** Descriptions come from clients; no suite nests as deep as this, has as many choices, or such long ones. */
var deepest = 20;
var mostFacets$1 = 200;
var longestPath = 200;
var longestExamined = 2e4;
/**
* The choices of a description, each once: `fs/workload/{x mount/kclient/{base/{y}}}` has its sub-suite `fs/workload`, the first two parts, then
* `x`, `base=y` and, because a choice that is a folder is named like one that is a file, `mount=kclient`. Neither has the `$` of a
* random choice or the ending `.yaml`. None without a description; at most 200, of paths of at most 200
* characters within the first 20,000.
*/
function parseFacets(description) {
	const facets = /* @__PURE__ */ new Map();
	const add = (key, value) => {
		if (value !== "" && facets.size < mostFacets$1) facets.set(`${key}=${value}`, {
			key,
			value
		});
	};
	for (const path of pathsOf((description ?? "").slice(0, longestExamined).toWellFormed())) {
		if (facets.size === mostFacets$1) break;
		addPath(path, add);
	}
	return [...facets.values()];
}
function addPath({ root, folders, file }, add) {
	add("", root.slice(0, 2).join("/"));
	for (let at = 2; at < root.length; at++) add(root[at - 1], root[at]);
	add(folders.at(-1) ?? "", file);
	if (folders.length > 1) add(folders[0], folders[1]);
}
/** Braces hold alternatives of a folder: `a/{b c/{d e}}` is `a/b`, `a/c/d` and `a/c/e`. */
function* pathsOf(description) {
	const start = description.search(/[^ ]/);
	const begins = start < 0 ? "" : /^[^{ ]*/.exec(description.slice(start, start + longestPath))?.[0] ?? "";
	const root = partsOf(begins);
	yield {
		root,
		folders: [],
		file: ""
	};
	const parents = [];
	let word = "";
	const path = () => ((parents.at(-1) ?? "") + word).slice(0, longestPath);
	const end = function* () {
		const folders = partsOf(path());
		const file = folders.pop();
		if (word !== "" && file !== void 0) yield {
			root,
			folders,
			file: file.replace(/\.yaml$/, "")
		};
		word = "";
	};
	for (const character of description.slice(Math.max(start, 0) + begins.length)) if (character === "{" && parents.length < deepest) {
		parents.push(path());
		word = "";
	} else if (character === "}" && parents.length > 0) {
		yield* end();
		parents.pop();
	} else if (character === " ") yield* end();
	else if (word.length < longestPath) word += character;
	yield* end();
}
function partsOf(path) {
	return path.replaceAll("$", "").split("/").filter((part) => part !== "");
}
/** A facet as the filter language and the pages write it. */
function facetText({ key, value }) {
	return key === "" ? value : `${key}=${value}`;
}
// src/core/verdicts/digest.ts
/** What a finished run contributes to verdicts on later ones, small enough to be stored and read in dozens. */
/** Bounds of what clients can make of a digest: suites have some 30 choices in a description and some hundreds in all. */
var mostFacetsOfJob = 64;
var mostFacets = 2e4;
/** No run has as many jobs, or failed test cases: numbers of jobs, facets and causes have 16 bits. */
var mostJobs = 4e4;
var mostFurther = 25e3;
/** Takes the jobs of a run one by one, those that do not count included. */
function createDigest(run) {
	const facets = /* @__PURE__ */ new Map();
	const descriptions = /* @__PURE__ */ new Map();
	const causes = /* @__PURE__ */ new Map();
	const withFacet = [];
	const ends = [];
	const further = [];
	const describe = (text) => {
		const known = descriptions.get(text);
		if (known !== void 0) return known;
		const places = parseFacets(text).slice(0, mostFacetsOfJob).map(facetText).filter((name) => facets.size < mostFacets || facets.has(name)).map((name) => placeOf(facets, name));
		descriptions.set(text, places);
		return places;
	};
	return {
		add: ({ description, status, causes: all }) => {
			const [first, ...others] = isFailing(status) ? all.filter((cause) => cause.class !== "infra") : [];
			if (first === void 0 && status !== "pass" || ends.length === mostJobs) return;
			for (const facet of describe(description ?? "")) {
				withFacet[facet] ??= [];
				withFacet[facet].push(ends.length);
			}
			const end = first === void 0 ? 0 : 1 + placeOf(causes, first.id);
			for (const { id } of others) if (further.length < 2 * mostFurther) further.push(ends.length, placeOf(causes, id));
			ends.push(end);
		},
		done: () => ({
			run,
			facets: [...facets.keys()],
			counts: Uint16Array.from(withFacet, ({ length }) => length),
			rows: Uint16Array.from(withFacet.flat()),
			causes: [...causes.keys()],
			ends: Uint16Array.from(ends),
			further: Uint16Array.from(further)
		})
	};
}
function placeOf(places, name) {
	const place = places.get(name) ?? places.size;
	places.set(name, place);
	return place;
}
var none$1 = /* @__PURE__ */ new Uint16Array();
/** Takes less than a millisecond for 5,000 jobs. */
function indexRun(digest) {
	const { run, facets, counts, rows, causes, ends, further } = digest;
	const passed = new Uint8Array(ends.length);
	const byCause = causes.map(() => []);
	let [passes, at] = [0, 0];
	for (let job = 0; job < ends.length; job++) {
		if (ends[job] === 0) {
			passed[job] = 1;
			passes++;
		} else byCause[ends[job] - 1].push(job);
		for (; further[at] === job; at += 2) byCause[further[at + 1]].push(job);
	}
	const withFacet = /* @__PURE__ */ new Map();
	let from = 0;
	for (const [place, name] of facets.entries()) {
		withFacet.set(name, rows.subarray(from, from + counts[place]));
		from += counts[place];
	}
	const jobsOf = new Map(causes.map((id, place) => [id, byCause[place]]));
	let hits = null;
	return {
		run,
		jobs: ends.length,
		passed,
		passes,
		causes: jobsOf,
		hitsOf: (cause) => {
			hits ??= facetHits(digest);
			return hits.get(cause) ?? [];
		},
		withFacet: (name) => withFacet.get(name) ?? none$1
	};
}
function facetHits({ facets, counts, rows, causes, ends, further }) {
	const found = causes.map(() => []);
	const others = /* @__PURE__ */ new Map();
	for (let at = 0; at < further.length; at += 2) {
		const job = further[at];
		others.set(job, [...others.get(job) ?? [], further[at + 1]]);
	}
	const hit = (cause, facet) => {
		const last = found[cause].at(-1);
		if (last?.facet === facet) last.jobs++;
		else found[cause].push({
			facet,
			jobs: 1
		});
	};
	let at = 0;
	for (const [place, facet] of facets.entries()) for (const after = at + counts[place]; at < after; at++) {
		const job = rows[at];
		if (ends[job] === 0) continue;
		hit(ends[job] - 1, facet);
		for (const cause of others.get(job) ?? []) hit(cause, facet);
	}
	return new Map(causes.map((id, place) => [id, found[place]]));
}
/** The jobs that have all of some facets, ascending; null stands for every job. */
function jobsWith(index, facets) {
	let found = null;
	for (const name of facets) {
		const jobs = index.withFacet(name);
		found = found === null ? jobs : intersection(found, jobs);
	}
	return found;
}
function intersection(a, b) {
	const both = new Uint16Array(Math.min(a.length, b.length));
	let [at, inB] = [0, 0];
	for (const job of a) {
		while (inB < b.length && b[inB] < job) inB++;
		if (b[inB] === job) both[at++] = job;
	}
	return both.subarray(0, at);
}
// src/core/verdicts/baseline.ts
/** How old a run of the baseline is at most, in milliseconds. */
var longestBaseline = 5184e6;
/** The branches that others are compared with unless a setting names them. `runs` are scheduled runs. */
function defaultBases(runs) {
	const suites = /* @__PURE__ */ new Map();
	for (const { branch, suite } of runs) {
		if (branch.includes("-") || /\d{4}/.test(branch)) continue;
		suites.set(branch, (suites.get(branch) ?? /* @__PURE__ */ new Set()).add(suite));
	}
	return ["main", ...[...suites].filter(([, { size }]) => size >= 2).map(([branch]) => branch).filter((branch) => branch !== "main").sort()];
}
/** The branch that a branch is compared with: itself, the longest part of its name that is one, or the first. */
function baseOf(branch, bases) {
	if (bases.includes(branch)) return branch;
	const parts = bases.filter((base) => `-${branch}-`.includes(`-${base}-`));
	return parts.reduce((longest, base) => base.length > longest.length ? base : longest, parts[0] ?? bases[0] ?? "main");
}
/** The runs of a list that a run is compared with, oldest first; `runs` are ascending by `scheduled`. */
function baselineOf(run, base, runs) {
	const oldest = run.scheduled - longestBaseline;
	const fits = (one) => one.branch === base && isEarlier(one, run) && one.scheduled >= oldest;
	return runs.filter(fits).slice(-40);
}
/** The last runs of its own branch before a run, oldest first. */
function ownRunsOf(run, runs) {
	return runs.filter((one) => one.branch === run.branch && isEarlier(one, run)).slice(-3);
}
function isEarlier(one, run) {
	return one.suite === run.suite && one.id !== run.id && one.scheduled < run.scheduled;
}
// src/core/verdicts/outages.ts
/** Whether several suites and branches were hit by the same thing at the same time. */
/** From the middle job of a cause an outage is looked for this long before and after, in milliseconds. */
var reach = 36e5;
var leastHits = 3;
var leastShare = .2;
var leastInside = .8;
/** The time that is looked at for the jobs of a cause that started at `starts` (not empty), all in milliseconds. */
function outageWindow(starts) {
	const middle = starts.toSorted((a, b) => a - b)[Math.floor((starts.length - 1) / 2)];
	return {
		from: middle - reach,
		to: middle + reach
	};
}
/** How many of the jobs that started in a time a cause hit, by suite and branch. */
function countAround(cause, { from, to }, jobs) {
	const found = /* @__PURE__ */ new Map();
	for (const job of jobs) {
		if (job.start < from || job.start > to) continue;
		const key = JSON.stringify([job.suite, job.branch]);
		const one = found.get(key) ?? {
			suite: job.suite,
			branch: job.branch,
			jobs: 0,
			hits: 0
		};
		found.set(key, one);
		one.jobs++;
		if (job.cause === cause) one.hits++;
	}
	return [...found.values()];
}
/**
* The outage that hit a run, if there was one: jobs of other runs, of two branches and two suites with this run. Instead of two
* suites two bases do when nearly all jobs of this run (`starts`, in milliseconds) failed at that time: what is broken on a base
* reaches its branches, and what is broken on several does not last for an hour. Suites are mostly tested on several bases at night.
*/
function outageOf(run, starts, around, bases) {
	const hit = around.filter(({ hits }) => hits > 0).sort((a, b) => b.hits - a.hits);
	const jobs = around.reduce((total, one) => total + one.jobs, 0);
	const hits = hit.reduce((total, one) => total + one.hits, 0);
	const different = (of) => new Set([run, ...hit].map(of)).size;
	if (hits < leastHits || hits < leastShare * jobs || different(({ branch }) => branch) < 2) return null;
	const { from, to } = outageWindow(starts);
	const isBrief = starts.filter((start) => start >= from && start <= to).length >= leastInside * starts.length;
	return different(({ suite }) => suite) >= 2 || isBrief && different(({ branch }) => baseOf(branch, bases)) >= 2 ? {
		jobs,
		hits,
		hit
	} : null;
}
// src/core/verdicts/sentence.ts
/** A time in milliseconds as the day on which it was in UTC: "20 Nov". A formatter of `Intl` would take 20 ms of each start of the program. */
function dayText(milliseconds) {
	return new Date(milliseconds).toUTCString().slice(5, 11).replace(/^0/, "");
}
/** One sentence with the numbers of a verdict. Dates and times are in UTC. */
function sentenceOf(verdict) {
	const { c, m, k, n, p, runs, runs_with, since, outage, last_with } = verdict;
	const field = fieldText(verdict);
	switch (verdict.verdict) {
		case "INFRA": {
			if (outage === null) return `${c} of ${m} jobs here; the lab failed, not what was tested.`;
			const [first, ...more] = outage.hit;
			return `Also hit ${`${first?.suite} on ${first?.branch}${more.length > 0 ? ` and ${more.length} more` : ""}`}: ${outage.hits} of ${outage.jobs} jobs from ${clock(outage.from)} to ${clock(outage.to)}.`;
		}
		case "NEW": return `${c} of ${m}${field} here, 0 of ${n} before (p ${digits(p ?? 0)}).`;
		case "UNSEEN": return `${c === 1 ? "One job" : `${c} of ${m} jobs`} here; 0 of ${n}${field} before, too little to tell.`;
		case "ROSE": return `${c} of ${m}${field} here, before ${k} of ${n}.`;
		case "SINCE": return `Began ${dayText(since?.run.scheduled ?? 0)}: ${k} of ${n}${field} before, ${since?.k} of ${since?.n} since.`;
		case "FLAKY": return `${k} of ${n}${field} in ${runs} runs (${`${percent(k / n)} %, ${percent(verdict.lo)}–${percent(verdict.hi)} %`}).`;
		case "KNOWN": return `In ${runs_with} of ${runs} runs${last_with === null ? "" : `, last on ${dayText(last_with.scheduled)}`}: ${k} of ${n}${field}.`;
	}
}
/** What the failures of a cause have in common, or that nothing is known. */
function blameText({ blame }) {
	if (blame === null) return "Nothing stands out.";
	const { with: inside, without, runs } = blame;
	const where = runs === 1 ? "this run" : `${runs} runs`;
	return `${inside.k} of ${inside.n} with it, ${without.k} of ${without.n} without, in ${where}.`;
}
/** The facets of a blame as one text; of those that are always together, the first two. */
function facetsText(facets) {
	return facets.map((names) => names.slice(0, 2).join(" = ")).join(" and ");
}
function fieldText({ blame }) {
	return blame === null ? " jobs" : ` jobs with ${facetsText(blame.facets)}`;
}
/** A share in percent, with one digit behind the point below one. */
function percent(share) {
	return (share * 100).toFixed(share > 0 && share < .01 ? 1 : 0);
}
function digits(p) {
	return p < 1e-4 ? "below 0.0001" : p.toPrecision(1);
}
function clock(milliseconds) {
	return new Date(milliseconds).toISOString().slice(11, 16);
}
// src/core/verdicts/verdict.ts
/** What can be said of a cause, the first that is true. */
var verdictNames = [
	"INFRA",
	"NEW",
	"UNSEEN",
	"ROSE",
	"SINCE",
	"FLAKY",
	"KNOWN"
];
var newDays = 6048e5;
/** What `is:new` finds and a run shows first: NEW, ROSE, and SINCE that began in the seven days before the run. */
function isNew({ verdict, since }, run) {
	if (verdict === "SINCE") return since !== null && since.run.scheduled >= run.scheduled - newDays;
	return verdict === "NEW" || verdict === "ROSE";
}
var leastNew = 2;
var largestNewP = .02;
var leastRunsBefore = 3;
var few = {
	before: 2,
	p: 1e-4
};
var flaky = {
	runs: 2,
	jobs: 10,
	share: .5
};
var burstMs = 72e5;
/** Decides what is said of one cause. Takes about a millisecond with 40 runs of 5,000 jobs. */
function verdictOf(comparison, cause) {
	const { run, baseline } = comparison;
	if (cause.class === "infra") return infraVerdict(run, cause, null);
	const outage = outageIn(comparison, cause);
	if (outage !== null) return infraVerdict(run, cause, outage);
	const seen = baseline.some(({ causes }) => causes.has(cause.id));
	const blame = blameIn(comparison, cause);
	const points = baseline.map((one) => pointOf(one, cause.id, blame)).filter(({ n }) => n > 0);
	const here = pointOf(run, cause.id, blame);
	const verdict = {
		cause: cause.id,
		blame,
		outage,
		c: here.k,
		m: here.n,
		p: null,
		since: null,
		last_without: null,
		...countsOf(sumOf(points)),
		runs: points.length,
		runs_with: points.filter(({ k }) => k > 0).length,
		last_with: points.findLast(({ k }) => k > 0)?.run ?? null,
		...decide(seen, points, here, blame === null ? lnInCommon(run, cause.id) : 0)
	};
	return {
		...verdict,
		sentence: sentenceOf(verdict)
	};
}
/** No count of earlier runs matters, and digests leave these jobs out. */
function infraVerdict({ jobs, causes }, { id, starts, shared }, outage) {
	const c = starts.length;
	const nothing = {
		blame: null,
		p: null,
		since: null,
		last_without: null,
		last_with: null
	};
	const counts = {
		c,
		m: jobs - (causes.get(id)?.length ?? shared) + c,
		...countsOf({
			k: 0,
			n: 0
		}),
		runs: 0,
		runs_with: 0
	};
	const verdict = {
		cause: id,
		verdict: "INFRA",
		outage,
		...nothing,
		...counts
	};
	return {
		...verdict,
		sentence: sentenceOf(verdict)
	};
}
function outageIn({ run, bases }, cause) {
	if (cause.class !== "support" || cause.around === void 0 || cause.starts.length === 0) return null;
	const outage = outageOf(run.run, cause.starts, cause.around, bases);
	return outage === null ? null : {
		...outage,
		...outageWindow(cause.starts)
	};
}
/** The rules for everything but the lab, in their order. */
function decide(seen, points, here, lnShared) {
	if (!seen) {
		const { n } = sumOf(points);
		const p = Math.exp(lnChoose(here.n, here.k) - lnChoose(n + here.n, here.k));
		return {
			verdict: here.k >= leastNew && p <= largestNewP ? "NEW" : "UNSEEN",
			p
		};
	}
	const line = [...points, here];
	const { last, before, rises } = lastStretch(line);
	if (rises && before !== null && last.from >= leastRunsBefore) {
		const counts = {
			...countsOf(before),
			last_without: line[last.from - 1].run
		};
		if (last.from === points.length) return {
			verdict: "ROSE",
			...counts
		};
		return {
			verdict: "SINCE",
			since: {
				run: line[last.from].run,
				k: last.k,
				n: last.n
			},
			...counts
		};
	}
	if (risesFromFew(points, here, lnShared)) return {
		verdict: "ROSE",
		...countsOf(sumOf(points)),
		last_without: points.findLast(({ k }) => k === 0)?.run ?? null
	};
	return flakyOf(line, last.from) ?? { verdict: "KNOWN" };
}
/**
* Whether several jobs of one run are unlikely after one or two in the whole baseline, in time and in what they have in common
* together. Those may be another cause that was grouped wrongly, and two jobs of a new bug cut no stretch then. Where earlier
* failures share the same (`lnShared` is 0 then), it is no news.
*/
function risesFromFew(points, here, lnShared) {
	const { n, k } = sumOf(points);
	if (k > few.before || here.k < leastNew || points.length < leastRunsBefore) return false;
	return lnHypergeometricTail(here.k, here.n, k + here.k, n + here.n) + lnShared <= Math.log(few.p);
}
/** FLAKY when the last stretch without this run says so. */
function flakyOf(line, from) {
	const stretch = line.slice(from, -1);
	const k = stretch.reduce((sum, point) => sum + point.k, 0);
	const n = stretch.reduce((sum, point) => sum + point.clear, 0);
	const runs_with = stretch.filter((point) => point.k > 0).length;
	const lo = wilsonInterval(k, sumOf(stretch).n)[0];
	const counts = {
		...countsOf({
			k,
			n
		}),
		lo
	};
	if (runs_with < flaky.runs || n < flaky.jobs || counts.hi >= flaky.share) return null;
	return {
		verdict: "FLAKY",
		...counts,
		runs: stretch.length,
		runs_with
	};
}
function countsOf({ k, n }) {
	const [lo, hi] = wilsonInterval(k, n);
	return {
		k,
		n,
		lo,
		hi
	};
}
function sumOf(points) {
	return points.reduce((sum, { k, n }) => ({
		k: sum.k + k,
		n: sum.n + n
	}), {
		k: 0,
		n: 0
	});
}
function pointOf(index, cause, blame) {
	const { run, passed, passes } = index;
	const hit = index.causes.get(cause) ?? [];
	const field = blame === null ? null : jobsWith(index, blame.facets.flat());
	if (field === null) return {
		run,
		n: index.jobs,
		k: hit.length,
		clear: passes + hit.length
	};
	let [k, clear, next] = [
		0,
		0,
		0
	];
	for (const job of field) {
		while (next < hit.length && hit[next] < job) next++;
		if (hit[next] === job) k++;
		else clear += passed[job];
	}
	return {
		run,
		n: field.length,
		k,
		clear: clear + k
	};
}
/** What the jobs of this run have in common with each other and with earlier ones. */
function blameIn({ run, baseline, own }, { id, class: kind, starts }) {
	const withIt = (index) => index.causes.has(id);
	const pool = /* @__PURE__ */ new Set([
		run,
		...baseline.filter(withIt).slice(-7),
		...own.filter(withIt)
	]);
	const blame = blameOf([...pool], id);
	if (blame === null || kind === "support" && !holdsWithoutBurst([...pool], blame, run, {
		id,
		starts
	})) return null;
	const field = jobsWith(run, blame.facets.flat());
	return field === null || run.causes.get(id)?.some((job) => field.includes(job)) ? blame : null;
}
/**
* Suites run one after the other, so an outage looks like a fault of the sub-suite that was running. Of the runs in which the cause
* may have been one, the one with most failures must not be needed.
*/
function holdsWithoutBurst(pool, blame, run, { id, starts }) {
	const isSpread = Math.max(...starts) - Math.min(...starts) > burstMs;
	const hits = (index) => index.causes.get(id)?.length ?? 0;
	const [most] = pool.filter((index) => !(index === run && isSpread)).sort((a, b) => hits(b) - hits(a));
	if (most === void 0) return true;
	const rest = blameOf(pool.filter((index) => index !== most), id);
	return rest !== null && rest.facets.flat().join() === blame.facets.flat().join();
}
// src/core/verdicts/bands.ts
/** The band of a cause in a run. */
function bandOf(verdict, run) {
	if (isSettled(verdict)) return "decided";
	if (verdict.verdict === "INFRA") return "infra";
	if (verdict.verdict === "UNSEEN") return "unseen";
	return isNew(verdict, run) ? "look" : "undecided";
}
/** Whether nothing is left to decide: somebody has decided, or the cause behaves as it always did. One whose decision has ended is looked at again. */
function isSettled({ verdict, decision, past }) {
	return decision !== null || past === null && (verdict === "FLAKY" || verdict === "KNOWN");
}
// src/core/traits.ts
/** What `is:` of the filter language asks of a job: what is said of its cause, and what became of its description. */
/** The values of `is:`. */
var traits = [
	"new",
	"rose",
	"since",
	"flaky",
	"known",
	"unseen",
	"infra",
	"todo",
	"fixed",
	"live"
];
/**
* The traits of a job of a run. It is new when one of its causes is to be looked at first, whether NEW, ROSE or SINCE, to do when one is left to
* decide, and fixed when its description failed in the previous run and passes now.
*/
function traitsOf({ status, previous, verdicts }, run) {
	const found = /* @__PURE__ */ new Set();
	if (status === "running" || status === "waiting") found.add("live");
	if (changeOf(previous, status) === "fixed") found.add("fixed");
	for (const verdict of verdicts) {
		found.add(verdict.verdict.toLowerCase());
		if (isNew(verdict, run)) found.add("new");
		if (!isSettled(verdict)) found.add("todo");
	}
	return found;
}
// src/core/query.ts
/** The filter language (docs/dashboard.md), read here for the server and the browser alike; `query-print.ts` writes it. */
var both = ["runs", "jobs"];
/** Every key of the language. */
var queryKeys = {
	status: {
		short: ["s"],
		values: "choice",
		on: both,
		help: "status of a job, or of any job of a run",
		example: "s:fail,dead"
	},
	suite: {
		short: [],
		values: "text",
		on: both,
		help: "suite",
		example: "suite:rados"
	},
	branch: {
		short: [],
		values: "text",
		on: both,
		help: "branch",
		example: "branch:wip-*"
	},
	user: {
		short: [],
		values: "text",
		on: both,
		help: "who scheduled it",
		example: "user:teuthology"
	},
	machine: {
		short: ["m", "machine_type"],
		values: "text",
		on: both,
		help: "machine type",
		example: "m:smithi"
	},
	flavor: {
		short: [],
		values: "text",
		on: both,
		help: "flavor of the build",
		example: "flavor:default"
	},
	sha1: {
		short: [],
		values: "digits",
		on: both,
		help: "beginning of the sha1",
		example: "sha1:936071df"
	},
	scheduled: {
		short: [],
		values: "time",
		on: both,
		help: "when it was scheduled",
		example: "scheduled:2026-11-20.."
	},
	started: {
		short: [],
		values: "time",
		on: both,
		help: "when it started",
		example: "started:>-2d"
	},
	updated: {
		short: [],
		values: "time",
		on: both,
		help: "when it last changed",
		example: "updated:>-1h"
	},
	prio: {
		short: ["priority"],
		values: "number",
		on: both,
		help: "priority",
		example: "prio:<100"
	},
	job: {
		short: [],
		values: "text",
		on: ["jobs"],
		help: "job id",
		example: "job:8600017"
	},
	os: {
		short: [],
		values: "text",
		on: ["jobs"],
		help: "operating system and version",
		example: "os:rocky*"
	},
	node: {
		short: [],
		values: "text",
		on: ["jobs"],
		help: "node it ran on",
		example: "node:smithi08*"
	},
	reason: {
		short: [],
		values: "part",
		on: ["jobs"],
		help: "part of the failure reason",
		example: "reason:\"read error\""
	},
	text: {
		short: [],
		values: "part",
		on: ["jobs"],
		help: "part of the reason, of the first error of the log, or of the name of a failed test case",
		example: "text:\"read error\""
	},
	cause: {
		short: ["sig", "signature"],
		values: "digits",
		on: both,
		help: "beginning of the id of a cause; runs with a job that failed of it",
		example: "cause:4f2a"
	},
	kind: {
		short: [],
		values: "choice",
		on: ["jobs", "audit"],
		help: "kind of failure; of what was changed",
		example: "kind:timeout"
	},
	f: {
		short: ["facet"],
		values: "text",
		on: ["jobs"],
		help: "choice in the description",
		example: "f:objectstore=bluestore*"
	},
	dur: {
		short: ["duration"],
		values: "duration",
		on: both,
		help: "duration",
		example: "dur:>2h"
	},
	wait: {
		short: ["waited"],
		values: "duration",
		on: both,
		help: "time from posting to the start, of a run to its first start",
		example: "wait:>1h"
	},
	task: {
		short: ["tasks"],
		values: "text",
		on: ["jobs"],
		help: "a task of its configuration",
		example: "task:workunit"
	},
	role: {
		short: ["roles"],
		values: "text",
		on: ["jobs"],
		help: "a role of its configuration",
		example: "role:mds*"
	},
	is: {
		short: [],
		values: "choice",
		on: ["jobs"],
		help: "new, rose, since, flaky, known, unseen, infra, todo (left to decide), fixed or live",
		example: "is:new"
	},
	by: {
		short: ["who"],
		values: "text",
		on: ["audit"],
		help: "who changed something",
		example: "by:alice"
	},
	action: {
		short: [],
		values: "text",
		on: ["audit"],
		help: "what was done",
		example: "action:lock,unlock"
	},
	target: {
		short: [],
		values: "text",
		on: ["audit"],
		help: "name of what was changed",
		example: "target:smithi08*"
	},
	at: {
		short: [],
		values: "time",
		on: ["audit"],
		help: "when it was changed",
		example: "at:>-2d"
	},
	door: {
		short: [],
		values: "text",
		on: ["audit"],
		help: "classic, teuthology, api or command",
		example: "door:api"
	},
	address: {
		short: [],
		values: "text",
		on: ["audit"],
		help: "address that it came from",
		example: "address:10.0.*"
	}
};
var spellings = new Map(Object.entries(queryKeys).flatMap(([key, { short }]) => [key, ...short].map((name) => [name, key])));
/** The key that a spelling means, in capitals or not; null when there is none. */
function keyOf(spelling) {
	return spellings.get(spelling.toLowerCase()) ?? null;
}
/** The longest filter that is read; the longest kind of description fits into it. */
var longest = 4e3;
/** How many values are read: each is asked of every run, or of every job of a run. */
var mostValues = 50;
/** Reads a filter. Terms that mean nothing for `target` are reported in `problems` and left out. Never throws. */
function parseQuery(text, target) {
	const terms = [];
	const problems = [];
	if (text.length > longest) problems.push({
		text: "",
		message: `only the first ${longest} characters are used`
	});
	let room = mostValues;
	for (const piece of termTexts(text.slice(0, longest)).map(readPiece)) {
		const tooMany = piece.values.length > room;
		if (tooMany) problems.push({
			text: piece.text,
			message: `only the first ${mostValues} values are used`
		});
		const values = piece.values.slice(0, room);
		room -= values.length;
		const term = room === 0 && values.length === 0 ? null : readTerm({
			...piece,
			values
		}, target, problems);
		if (term !== null) terms.push(term);
		if (tooMany) break;
	}
	return {
		query: { terms },
		problems
	};
}
/** What stands between the spaces of a filter, as it was written. */
function termTexts(text) {
	return text.match(/(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/gs) ?? [];
}
function readPiece(text) {
	const sign = text.startsWith("-") && text.length > 1 ? "-" : "";
	const body = text.slice(sign.length);
	const colon = body.startsWith("\"") ? -1 : body.indexOf(":");
	if (colon <= 0) return {
		text,
		sign,
		name: null,
		values: [body]
	};
	return {
		text,
		sign,
		name: body.slice(0, colon).toLowerCase(),
		values: splitValues(body.slice(colon + 1))
	};
}
/** The term that a piece means; null when nothing of it can be used. */
function readTerm({ text, sign, name, values }, target, problems) {
	const key = name === null ? null : keyOf(name);
	if (name !== null && (key === null || !isOn(key, target))) {
		const message = `"${name.slice(0, 40).toWellFormed()}" is not a filter key here`;
		const meant = nearest(name, [...spellings].flatMap(([spelling, key]) => spelling.length > 1 && isOn(key, target) ? spelling : []));
		problems.push(meant === void 0 ? {
			text,
			message
		} : {
			text,
			message: `${message}; did you mean ${meant}:`,
			suggestion: text.replace(/^(-?)[^:]*/, `$1${meant}`)
		});
		return null;
	}
	if (values.length === 0) problems.push({
		text,
		message: `${name}: needs a value`
	});
	const read = [];
	for (const [at, written] of values.entries()) {
		const checked = key === null ? checkWord(written) : checkValue(key, valuesOf(key, target), written, choices(key, target));
		if ("value" in checked) read.push(checked.value);
		else if (checked.meant === void 0) problems.push({
			text,
			message: checked.message
		});
		else {
			const suggestion = `${sign}${name}:${values.with(at, checked.meant).join(",")}`;
			problems.push({
				text,
				message: `${checked.message}; did you mean ${checked.meant}`,
				suggestion
			});
		}
	}
	return read.length === 0 ? null : {
		key,
		negated: sign === "-",
		values: read
	};
}
/** All values of a key that has only a few. A run has the statuses of its jobs beside its own. */
function choices(key, target) {
	if (key === "is") return [...traits, "none"];
	if (key === "kind") return [...signatureKinds, "none"];
	return target === "jobs" ? jobStatuses : [.../* @__PURE__ */ new Set([...jobStatuses, ...runStatuses])];
}
/** What the values of a key are. What a change is about is no kind of failure. */
function valuesOf(key, target) {
	return key === "kind" && target === "audit" ? "text" : queryKeys[key].values;
}
function isOn(key, target) {
	return queryKeys[key].on.includes(target);
}
// src/store/read/case-causes.ts
/** The causes that failed test cases give to jobs beside their own (core/job-causes.ts). A case is always a cause of kind `test`. */
/** Failed cases of a run that are causes: with more, no page of it could be read. */
var mostOfRun = 5e3;
var none = [];
/** A case that is a cause. Only of these rows there is an index, and SQLite uses it where it finds the same words. */
var isCause = sql`failed_cases.place < ${sql.lit(20)}`;
/** Of the failed jobs of a run. */
async function caseCausesOfRun(db, runId) {
	return gathered(await selectCauses(db).where("jobs.run_id", "=", runId).where("jobs.signature", "is not", null).orderBy("jobs.id").orderBy("failed_cases.place").limit(mostOfRun).execute());
}
/** Of some failed jobs, by their internal ids. */
async function caseCausesOf(db, ids) {
	if (ids.length === 0) return () => none;
	return gathered(await selectCauses(db).where(oneOf(db.engine, "jobs.id", ids)).orderBy("jobs.id").orderBy("failed_cases.place").execute());
}
function selectCauses({ kysely }) {
	return kysely.selectFrom("jobs").crossJoin("failed_cases").crossJoin("signatures").whereRef("failed_cases.job_id", "=", "jobs.id").whereRef("signatures.id", "=", "failed_cases.signature").where(isCause).select([
		"jobs.id as job",
		"signatures.id",
		"signatures.kind",
		"signatures.title"
	]);
}
function gathered(rows) {
	const causes = /* @__PURE__ */ new Map();
	const found = /* @__PURE__ */ new Map();
	for (const { job, id, kind, title } of rows) {
		const cause = causes.get(id) ?? classified({
			id,
			kind,
			title
		});
		causes.set(id, cause);
		found.set(job, (found.get(job) ?? /* @__PURE__ */ new Set()).add(cause));
	}
	const lists = new Map([...found].map(([job, set]) => [job, [...set]]));
	return (id) => lists.get(id) ?? none;
}
/** The failed jobs with a cause among those of their test cases, newest first: since a time in microseconds, and those before one of them. */
async function jobsWithCase({ kysely }, { id, kind }, { from = 0, before, limit }) {
	if (kind !== "test") return [];
	const query = kysely.selectFrom("failed_cases").innerJoin("jobs", "jobs.id", "failed_cases.job_id").select(({ fn }) => [
		"failed_cases.job_id as id",
		"failed_cases.posted",
		fn.min("jobs.run_id").as("run_id")
	]).where("failed_cases.signature", "=", id).where(isCause).where("failed_cases.posted", ">=", from).where("jobs.signature", "is not", null).groupBy(["failed_cases.posted", "failed_cases.job_id"]).orderBy("failed_cases.posted", "desc").orderBy("failed_cases.job_id", "desc").limit(limit);
	if (before === void 0) return query.execute();
	return query.where(({ eb, refTuple, tuple }) => eb(refTuple("failed_cases.posted", "failed_cases.job_id"), "<", tuple(before.posted, before.id))).execute();
}
/** How many jobs of each of some runs have each of some causes only by their failed test cases. */
async function caseCounts({ engine, kysely }, runs, causes) {
	const ids = causes.flatMap(({ id, kind }) => kind === "test" ? [id] : []);
	if (ids.length === 0) return [];
	return (await kysely.selectFrom("jobs").crossJoin("failed_cases").whereRef("failed_cases.job_id", "=", "jobs.id").whereRef("failed_cases.signature", "<>", "jobs.signature").where(oneOf(engine, "jobs.run_id", runs)).where("jobs.signature", "is not", null).where(isCause).where(oneOf(engine, "failed_cases.signature", ids)).select(["jobs.run_id", "failed_cases.signature as cause"]).select(sql`count(distinct jobs.id)`.as("jobs")).groupBy(["jobs.run_id", "failed_cases.signature"]).execute()).map(({ jobs, ...row }) => ({
		...row,
		jobs: Number(jobs)
	}));
}
/** What the failed test case of a cause says in some jobs, by their internal ids; jobs of which it says nothing are left out. */
async function caseMessages({ engine, kysely }, { id, kind }, jobs) {
	if (kind !== "test") return /* @__PURE__ */ new Map();
	const rows = await kysely.selectFrom("failed_cases").select(["job_id", "message"]).where(oneOf(engine, "job_id", jobs)).where("signature", "=", id).where(isCause).execute();
	return new Map(rows.flatMap(({ job_id, message }) => message === null ? [] : [[job_id, message]]));
}
// src/store/pages/cause-runs.ts
/** The runs with a job that failed of some causes: `cause:` of the filter language. */
/**
* Causes whose jobs are looked up at a time. Of a million jobs with 4,000 causes, the hundred most frequent take SQLite 93 ms on a busy
* machine, and all of them 400.
*/
var causesAtATime = 20;
/** Their internal ids. The index of jobs with a cause has all that is read of jobs. */
async function runsWithCause(db, { values }) {
	const named = values.filter(({ type }) => type !== "none");
	const found = /* @__PURE__ */ new Set();
	const causes = named.length === 0 ? [] : await causesNamed(db, named);
	for (let at = 0; at < causes.length; at += causesAtATime) {
		const ids = causes.slice(at, at + causesAtATime).map(({ id }) => id);
		for (const id of await runsWith(db, ids)) found.add(id);
		await nextTurn();
	}
	for (const cause of causes) for await (const id of runsByCases(db, cause)) found.add(id);
	if (named.length < values.length) for (const id of await greenRuns(db)) found.add(id);
	return [...found];
}
function causesNamed({ kysely }, values) {
	return kysely.selectFrom("signatures").select(["id", "kind"]).where(({ or }) => or(values.map(idCondition))).execute();
}
async function runsWith({ kysely, engine }, causes) {
	return (await kysely.selectFrom("jobs").select("run_id").distinct().where("signature", "is not", null).where(oneOf(engine, "signature", causes)).execute()).map(({ run_id }) => run_id);
}
/** Jobs with a failed test case that are looked up at a time. */
var jobsAtATime = 2e3;
/** The runs of the jobs that have a cause by their failed test cases. */
async function* runsByCases(db, cause) {
	for (let before;; await nextTurn()) {
		const jobs = await jobsWithCase(db, cause, {
			before,
			limit: jobsAtATime
		});
		for (const { run_id } of jobs) yield run_id;
		if (jobs.length < jobsAtATime) return;
		before = jobs.at(-1);
	}
}
/** Without a cause is a run in which nothing failed. */
async function greenRuns({ kysely }) {
	return (await kysely.selectFrom("runs").select("id").where("fail", "=", 0).where("dead", "=", 0).execute()).map(({ id }) => id);
}
function idCondition(value) {
	if (value.type === "glob") {
		const pattern = asciiLower(value.text).split("*").map(escapeLike).join("%");
		return sql`id like ${pattern} escape '\\'`;
	}
	const beginning = value.type === "literal" ? asciiLower(value.text) : "";
	return sql`id >= ${beginning} and id < ${`${beginning}\u{10ffff}`}`;
}
// src/store/pages/run-query.ts
/** The filter language (docs/dashboard.md) as conditions on runs. */
/** The runs that match, or `only` this one if it does. */
async function matchingRuns(db, { terms }, clock, only) {
	const tests = terms.filter(hasPattern).map(runTest);
	const others = terms.filter((term) => !hasPattern(term) && term.key !== "cause");
	let matching = db.kysely.selectFrom("runs").where((builder) => whereTerms(builder, others, clock));
	if (only !== void 0) matching = matching.where("runs.id", "=", only);
	for (const term of terms.filter(({ key }) => key === "cause")) {
		const failed = oneOf(db.engine, "runs.id", await runsWithCause(db, term));
		matching = matching.where(term.negated ? sql`not ${failed}` : failed);
		await nextTurn();
	}
	if (tests.length === 0) return matching;
	return matching.where(oneOf(db.engine, "runs.id", await idsThatPass(matching, tests)));
}
/** Runs to read at a time, and to test with turns for others: SQLite reads them in about 3 ms. */
var runsAtATime = 2e3;
/** The ids of the runs that pass. In a statement, fifty patterns would keep everybody waiting for seconds (SQLite). */
async function idsThatPass(matching, tests) {
	const ids = [];
	const columns = [...new Set(tests.map(({ column }) => column))];
	for (let after = 0;;) {
		const rows = await matching.select(["id", ...columns]).where("id", ">", after).orderBy("id").limit(runsAtATime).execute();
		for await (const row of inTurns(rows)) if (tests.every(({ column, test }) => test(row[column] ?? null))) ids.push(row.id);
		if (rows.length < runsAtATime) return ids;
		after = rows.at(-1)?.id ?? after;
		await nextTurn();
	}
}
/** A bare word is a pattern too: it stands for a part of the name. */
function hasPattern({ key, values }) {
	return key === null || key in textColumns && values.some(({ type }) => type === "glob");
}
function runTest({ key, negated, values }) {
	const column = key === null ? "name" : textColumns[key];
	const any = values.map((value) => textTest(key, value));
	return {
		column,
		test: (text) => any.some((test) => test(text)) !== negated
	};
}
function textTest(key, value) {
	if (value.type === "none") return (text) => !text;
	if (value.type !== "literal" && value.type !== "glob") return () => false;
	if (value.type === "glob") {
		const test = globMatcher(key === null ? `*${value.text}*` : value.text);
		return (text) => text !== null && test(text);
	}
	const wanted = asciiLower(value.text);
	if (key === null) return (text) => text !== null && asciiLower(text).includes(wanted);
	return key === "sha1" ? (text) => text?.startsWith(wanted) === true : (text) => text === value.text;
}
/** Columns that not every run has a value in. */
var nullable = /* @__PURE__ */ new Set([
	"updated",
	"started",
	"priority"
]);
/** A column as the indexes have it. */
function printKey(key) {
	return nullable.has(key) ? presentOr(key) : sql`${sql.ref(key)}`;
}
function presentOr(column) {
	return sql`coalesce(${sql.ref(column)}, ${sql.lit(-1)})`;
}
function whereTerms(builder, terms, clock) {
	return builder.and(terms.map((term) => whereTerm(builder, term, clock)));
}
function whereTerm(builder, { key, negated, values }, clock) {
	const any = builder.or(values.map((value) => whereValue(builder, key, value, clock)));
	return negated ? sql`not coalesce(${any}, false)` : any;
}
/** The columns of the keys that have texts. */
var textColumns = {
	suite: "suite",
	branch: "branch",
	user: "user",
	machine: "machine_type",
	flavor: "flavor",
	sha1: "sha1"
};
var spanColumns = {
	scheduled: "scheduled",
	started: "started",
	updated: "updated",
	prio: "priority"
};
function whereValue(builder, key, value, clock) {
	if (key === "status") return whereStatus(builder, value);
	if (key === "dur" || key === "wait") return whereSpent(key, value, clock);
	const span = spanColumns[key];
	if (span !== void 0) return whereSpan(builder, span, value, clock);
	const column = textColumns[key];
	if (column === void 0) return sql`false`;
	if (value.type === "none") return builder.or([builder(column, "is", null), builder(column, "=", "")]);
	if (value.type !== "literal") return sql`false`;
	if (key !== "sha1") return builder(column, "=", value.text);
	const beginning = asciiLower(value.text);
	return builder.and([builder("sha1", ">=", beginning), builder("sha1", "<", `${beginning}\u{10ffff}`)]);
}
/** A status of jobs means runs that have such jobs; with spaces in it, the status of the run itself. */
function whereStatus(builder, value) {
	if (value.type !== "literal" && value.type !== "glob") return sql`false`;
	const test = value.type === "glob" ? globMatcher(value.text) : (status) => status === value.text;
	const columns = jobStatuses.filter(test);
	if (columns.length > 0) return builder.or(columns.map((status) => builder(status, ">", sql.lit(0))));
	return builder("status", "in", runStatuses.filter(test));
}
function whereSpan(builder, column, value, clock) {
	if (value.type === "none") return builder.and([builder(column, "is", null), sql`${printKey(column)} = ${sql.lit(-1)}`]);
	const bounds = valueBounds(value, spanReader(column === "priority" ? "number" : "time", clock));
	if (bounds === null) return sql`false`;
	const unit = column === "priority" ? 1 : 1e3;
	const stored = (point) => Math.max(point * unit, Number.MIN_SAFE_INTEGER);
	const key = printKey(column);
	const limits = nullable.has(column) ? [sql`${sql.ref(column)} is not null`] : [];
	if (Number.isFinite(bounds.from)) limits.push(sql`${key} >= ${stored(bounds.from)}`);
	if (Number.isFinite(bounds.to)) limits.push(sql`${key} < ${stored(bounds.to)}`);
	return builder.and(limits);
}
/** Microseconds from the first start to the last change, and from the posting of the run to the first start. */
var spent = {
	dur: sql`(updated - started)`,
	wait: sql`(started - posted)`
};
function whereSpent(key, value, clock) {
	const time = spent[key];
	if (value.type === "none") return sql`${time} is null`;
	const bounds = valueBounds(value, spanReader("duration", clock));
	if (bounds === null) return sql`false`;
	const stored = (seconds) => Math.min(Math.max(seconds * 1e6, 0), Number.MAX_SAFE_INTEGER);
	return sql`(${time} >= ${stored(bounds.from)} and ${time} < ${stored(bounds.to)})`;
}
export { facetText as A, baseOf as C, ownRunsOf as D, longestBaseline as E, spanReader as F, valueBounds as I, blameOf as M, lnHypergeometricTail as N, createDigest as O, isDigits as P, outageWindow as S, defaultBases as T, verdictOf as _, caseCausesOfRun as a, countAround as b, isCause as c, queryKeys as d, traitsOf as f, verdictNames as g, isNew as h, caseCausesOf as i, parseFacets as j, indexRun as k, jobsWithCase as l, isSettled as m, printKey as n, caseCounts as o, bandOf as p, textColumns as r, caseMessages as s, matchingRuns as t, parseQuery as u, blameText as v, baselineOf as w, outageOf as x, facetsText as y };
