// src/thread-file.ts
/** The code of a thread beside a module: TypeScript in a checkout, and what became of it in a package. */
function threadFile(name, besideUrl) {
	return new URL(`./${name}.${besideUrl.endsWith(".ts") ? "ts" : "js"}`, besideUrl);
}
export { threadFile as t };
