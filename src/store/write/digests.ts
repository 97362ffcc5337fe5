/** Keeps what runs contribute to verdicts. */
import type { Kysely } from 'kysely';
import type { Schema } from '../engine/schema.ts';

/** Keeps the digest of a run in place of an older one; fails when the run is gone. */
export async function keepDigest(kysely: Kysely<Schema>, digest: Schema['run_digests']): Promise<void> {
  await kysely
    .insertInto('run_digests')
    .values(digest)
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ made_of: digest.made_of, digest: digest.digest }))
    .execute();
}
