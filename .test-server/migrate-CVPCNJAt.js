import { o as withDatabase } from "./database-B02yeTRS.js";
// src/cli/migrate.ts
/** `paddles migrate`: creates the database or brings it up to date. Returns the exit code. */
async function migrateDatabase(line) {
	return withDatabase(line, async ({ migrated }) => {
		return {
			text: migrated.length > 0 ? `applied ${migrated.join(", ")}` : "already up to date",
			exitCode: 0
		};
	}, { mustExist: false });
}
export { migrateDatabase };
