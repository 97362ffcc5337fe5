import type { Migration } from '../dialect.ts';

/** Causes of failures, and what finds jobs of one cause or of one description. No index on what a plain status changes. */
export const signatures: Migration = {
  id: 3,
  name: 'signatures',
  statements: ({ integer, text }) => [
    `create table signatures (
      id ${text} primary key,
      version integer not null,
      kind ${text} not null,
      title text not null
    )`,
    `alter table jobs add column signature ${text}`,
    `alter table jobs add column description_hash ${text}`,
    'create index jobs_signature on jobs (run_id, signature) where signature is not null',
    'create index jobs_description on jobs (description_hash, id) where description_hash is not null',
    'create index runs_sha1 on runs (sha1, scheduled)',
    'create index runs_updated on runs (updated, id)',
    // The version of core/signature.ts that every stored job has been computed with.
    `create table indexed (version integer not null, up_to ${integer} not null)`,
    'insert into indexed (version, up_to) values (0, 0)',
  ],
};
