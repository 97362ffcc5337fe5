import { d as caseTitle, t as causeOf } from "./signature-2Y-wGRpp.js";
// src/core/test-cases.ts
/** The test cases of a job. */
/** How a case ended. */
var caseResults = [
	"pass",
	"fail",
	"error",
	"skipped"
];
/** The longest name and message that are kept, in UTF-16 units. */
var longestCase = {
	name: 500,
	message: 1e3
};
/** The most cases of a job. */
var mostCases = 25e4;
/** Counts of nothing. */
function noCases() {
	return {
		pass: 0,
		fail: 0,
		error: 0,
		skipped: 0
	};
}
/** Whether a case says that something is wrong. */
function isFailed({ result }) {
	return result === "fail" || result === "error";
}
/** The cause that a failed case is, whoever names it. */
function caseCause(name) {
	return causeOf("test", caseTitle(name));
}
export { mostCases as a, longestCase as i, caseResults as n, noCases as o, isFailed as r, caseCause as t };
