/** Runs by any part of their names. Those of settled runs are kept in memory: looking at one costs a tenth of reading it. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { asciiLower } from '../../core/query.ts';
import { containsInAnyCase, idAmong } from '../engine/dialect.ts';
import type { Reader } from '../reader.ts';
import { nextTurn } from '../reader.ts';
import type { LiveEvent } from '../write/live.ts';
import { createSettled, type RunRange } from './settled.ts';

/** The names of runs. */
export interface RunNames {
  /** The condition on `runs` that a name contains a text, in whatever case its letters A to Z are. */
  containing(db: Reader, text: string): Promise<RawBuilder<SqlBool>>;
  /** Takes what has changed. */
  take(event: LiveEvent): void;
}

/** The names of the runs up to an internal id, in lower case; `upTo` null when nothing is kept. */
interface Kept {
  upTo: number | null;
  names: { id: number; name: string }[];
}

/** Of more runs than these a page is found sooner by going through the newest ones. */
const mostFound = 500;
const namesAtATime = 2000;
/** Names that take as much memory as a value of a sum: they are up to a hundred letters long. */
const namesInValue = 4;

/** Makes the names that one process keeps. */
export function createRunNames(): RunNames {
  const settled = createSettled();
  return {
    async containing(db, text) {
      const word = asciiLower(text);
      const { upTo, names } = await settled.sum<Kept>(db, {
        key: 'names',
        of: (range) => keptNames(db, range),
        join: (kept) => kept,
        size: (kept) => kept.names.length / namesInValue,
      });
      const contains = containsInAnyCase('runs.name', text);
      if (upTo === null) return contains;
      const found = names.filter(({ name }) => name.includes(word)).map(({ id }) => id);
      if (found.length > mostFound) return contains;
      const recent = sql<number>`select runs.id from runs where runs.id > ${upTo} and ${contains}`;
      return idAmong(db.engine, 'runs.id', found, recent);
    },
    take(event) {
      // A job that changes gives its run no other name.
      if (event.type !== 'jobs') settled.take(event);
    },
  };
}

/** The names of a range of runs that have settled; those of recent runs are read each time. */
async function keptNames({ kysely }: Reader, range: RunRange): Promise<Kept> {
  if (range === null || 'above' in range) return { upTo: null, names: [] };
  const names: Kept['names'] = [];
  for (let after = 0; ; await nextTurn()) {
    const rows = await kysely
      .selectFrom('runs')
      .select(['id', 'name'])
      .where('id', '>', after)
      .where('id', '<=', range.upTo)
      .orderBy('id')
      .limit(namesAtATime)
      .execute();
    for (const { id, name } of rows) names.push({ id, name: asciiLower(name) });
    after = rows.at(-1)?.id ?? after;
    if (rows.length < namesAtATime) return { upTo: range.upTo, names };
  }
}
