import { St as lockRows } from "./db-B0k_w_jX.js";
// src/store/upkeep/each-job.ts
/** Jobs in one transaction: they keep others from writing to their run for some milliseconds. */
var batchSize = 250;
/** Hands all jobs of a run to `change`, in the order of their ids and each batch in a transaction; returns how many it changed. */
async function eachBatch(db, batches) {
	let changed = 0;
	for (let after = 0; !batches.signal?.aborted;) {
		const from = after;
		const batch = await db.kysely.transaction().execute(async (transaction) => {
			const jobs = await nextJobs(db, transaction, batches, from);
			const last = jobs.at(-1);
			return last ? {
				changed: await batches.change(transaction, jobs),
				last: last.id
			} : null;
		});
		if (batch === null) break;
		changed += batch.changed;
		after = batch.last;
		if (batches.pause !== void 0) await new Promise((resolve) => setTimeout(resolve, batches.pause));
	}
	return changed;
}
async function nextJobs({ engine }, transaction, { run, columns }, after) {
	const [found] = await lockRows(engine, run(transaction)).execute();
	if (!found) return [];
	return await transaction.selectFrom("jobs").select(["id", ...columns]).where("run_id", "=", found.id).where("id", ">", after).orderBy("id").limit(batchSize).execute();
}
export { eachBatch as t };
