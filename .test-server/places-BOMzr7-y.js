// src/core/logs/places.ts
/** Reads a setting: folders and addresses with commas between. Empty for none; `problem` says what one must be. */
function parseArchive(text) {
	const bases = text.split(",").map((part) => part.trim()).filter((part) => part !== "").map(parseBase);
	if (bases.includes(null) || bases.length === 0 && text.trim() !== "") return { problem: "must be absolute folders or http(s) URLs with commas between, behind which a template like {run}/{job} may stand" };
	return { value: bases };
}
/** The bases of a setting that `parseArchive` has accepted. */
function archivesIn(setting) {
	const bases = parseArchive(setting);
	return "problem" in bases ? [] : bases.value;
}
function parseBase(text) {
	const brace = text.indexOf("{");
	const end = brace < 0 ? text.length : text.lastIndexOf("/", brace) + 1;
	const root = text.slice(0, end).replace(/(?<!\/)\/+$/, "");
	const template = text.slice(end).replace(/(?<!\/)\/+$/, "");
	const rest = template.replace(/\{(?:run|job)\}/g, "");
	if (/[{}]/.test(rest) || template !== "" && partsOf(rest.replaceAll("/", "x/")) === null) return null;
	if (/^https?:\/\//i.test(root)) {
		if (!URL.canParse(root) || /[?#\s]/.test(root) || new URL(root).username !== "") return null;
		return {
			kind: "web",
			root: `${new URL(root).href.replace(/(?<!\/)\/+$/, "")}/`,
			template
		};
	}
	return root.startsWith("/") ? {
		kind: "folder",
		root,
		template
	} : null;
}
/**
* The folder of a job below a base, as names without slashes: what the template says, else the `archive_path` of the job where
* that lies below the base, else run and job. Null when the names are none of files. An `archive_path` that names another host or
* another folder does not count.
*/
function folderOf(base, job) {
	if (base.template !== "") return filled(base.template, job);
	return (job.archive_path === null ? null : below(base, job.archive_path)) ?? filled("{run}/{job}", job);
}
function filled(template, { run, job_id }) {
	const names = {
		"{run}": run,
		"{job}": job_id
	};
	const parts = template.split("/").map((part) => part.replace(/\{(?:run|job)\}/g, (name) => names[name]));
	return parts.every(isName) ? parts : null;
}
function below({ kind, root }, path) {
	if (path.startsWith("/") && kind === "web") return null;
	const isWhole = path.startsWith("/") || /^[a-z][a-z+.-]*:/i.test(path);
	const start = root.endsWith("/") ? root : `${root}/`;
	if (isWhole && !path.startsWith(start)) return null;
	return partsOf(isWhole ? path.slice(start.length) : path);
}
/** The names of a relative path, without a slash at its end; null when one of them would leave the folder. */
function partsOf(path) {
	const parts = path.replace(/\/{1,20}$/, "").split("/");
	return parts.every(isName) ? parts : null;
}
function isName(part) {
	return part !== "" && part !== "." && part !== ".." && part.length <= 255 && !/[/\\\0]/.test(part);
}
/** What the log of a job may be called, first come, first served. */
var logNames = [
	"teuthology.log",
	"teuthology.log.gz",
	"teuthology.log.xz",
	"teuthology.log.zst"
];
/** How a file is packed; null for a plain one. */
function packingOf(name) {
	return /\.(gz|xz|zst)$/.exec(name)?.[1] ?? null;
}
export { parseArchive as a, packingOf as i, folderOf as n, partsOf as o, logNames as r, archivesIn as t };
