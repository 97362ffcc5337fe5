// src/core/turns.ts
var last = Promise.resolve();
/**
* Waits for a round of the event loop that no other long work has: whoever asks for little waits for one step of one of them. When
* each of a dozen answers made a step of 10 to 30 ms in one round, others waited for 600 ms.
*/
function nextTurn() {
	last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
	return last;
}
/** How long work may keep others waiting before it gives them their turn, in milliseconds. */
var stretch = 10;
/** Some items one by one, with a turn for other requests whenever the work on them has taken 10 ms, however long they are. */
async function* inTurns(items) {
	let since = performance.now();
	for (const item of items) {
		if (performance.now() - since >= stretch) {
			await nextTurn();
			since = performance.now();
		}
		yield item;
	}
}
/** Does one work after the other. One that throws does so for whoever wanted it alone, and no result is kept here. */
function createQueue() {
	let last = Promise.resolve();
	return (work) => {
		const done = last.then(work);
		last = done.then(ignore, ignore);
		return done;
	};
}
function ignore() {}
export { inTurns as n, nextTurn as r, createQueue as t };
