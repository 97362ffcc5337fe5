import { X as invalid, Y as conflict } from "./db-B0k_w_jX.js";
// src/core/queue.ts
/** When a queue is paused, and how it is paused and resumed (teuthology contract §2.19, §7.72, §7.73). */
/** A queue that has never been paused. */
var neverPaused = {
	paused_by: null,
	paused_since: null,
	paused_until: null,
	pause_duration: null
};
/** True while the pause lasts. */
function isPaused({ paused_until }, at) {
	return paused_until !== null && paused_until > at;
}
/**
* The pause after a change. With `pause_duration` it begins now: `conflict` when the queue is paused, `invalid` without
* `paused_by`. A duration of 0 resumes the queue and clears all four values; they stay when a pause ends by itself.
*/
function changePause(pause, change, at) {
	const { pause_duration: seconds, paused_by, paused_until } = change;
	if (seconds === void 0) return {
		...pause,
		...change
	};
	if (seconds === 0) return { ...neverPaused };
	if (isPaused(pause, at)) return conflict("Cannot pause an already-paused queue");
	if (!paused_by) return invalid("paused_by", "Cannot pause without specifying paused_by");
	const until = seconds === null ? NaN : at + Math.round(seconds * 1e6);
	if (seconds === null || seconds < 0 || !Number.isSafeInteger(until)) return invalid("pause_duration", "invalid value for key 'pause_duration': must be a number of seconds");
	if (paused_until) return invalid("paused_until", "give pause_duration or paused_until, not both");
	return {
		paused_by,
		paused_since: at,
		paused_until: until,
		pause_duration: seconds
	};
}
export { isPaused as n, neverPaused as r, changePause as t };
