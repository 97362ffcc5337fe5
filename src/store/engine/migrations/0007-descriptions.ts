import type { Migration } from '../dialect.ts';

/** Every description once: jobs are hundreds of times as many, and a part of a description is looked for in all of them. */
export const descriptions: Migration = {
  id: 7,
  name: 'descriptions',
  statements: ({ text }) => [
    `create table descriptions (hash ${text} primary key, description text not null)`,
    // Jobs without a hash are older than hashes: computing it brings their descriptions too (store/upkeep/reindex.ts).
    'insert into descriptions (hash, description) select description_hash, min(description) from jobs ' +
      'where description_hash is not null and description is not null group by description_hash',
  ],
};
