import { readFileSync } from "node:fs";
import { join } from "node:path";
// src/root.ts
/** The folder of the checkout or of the package: `src/`, and what `npm pack` makes of it, are directly below. */
var root = join(import.meta.dirname, "..");
// src/version.ts
/** The version of the program, from package.json. */
var version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
export { root as n, version as t };
