/** The runs with a job that failed of some causes: `cause:` of the filter language. */
import { type SqlBool, sql } from 'kysely';
import type { Term } from '../../core/query.ts';
import { asciiLower, type Value } from '../../core/query-value.ts';
import { escapeLike } from '../engine/dialect.ts';
import type { Reader } from '../engine/schema.ts';

/** Their internal ids. With a million jobs 120,000 have a cause: the index of these alone is read, in some 20 ms for all of them. */
export async function runsWithCause({ kysely }: Reader, { values }: Pick<Term, 'values'>): Promise<number[]> {
  const named = values.filter(({ type }) => type !== 'none');
  const found =
    named.length === 0
      ? []
      : await kysely
          .selectFrom('jobs')
          .select('run_id')
          .distinct()
          .where('signature', 'is not', null)
          .where('signature', 'in', (builder) =>
            builder
              .selectFrom('signatures')
              .select('signatures.id')
              .where(({ or }) => or(named.map(idCondition))),
          )
          .execute();
  const ids = found.map(({ run_id }) => run_id);
  if (named.length === values.length) return ids;
  // Without a cause is a run in which nothing failed.
  const green = await kysely.selectFrom('runs').select('id').where('fail', '=', 0).where('dead', '=', 0).execute();
  return [...ids, ...green.map(({ id }) => id)];
}

function idCondition(value: Value) {
  if (value.type === 'glob') {
    const pattern = asciiLower(value.text).split('*').map(escapeLike).join('%');
    return sql<SqlBool>`signatures.id like ${pattern} escape '\\'`;
  }
  const beginning = value.type === 'literal' ? asciiLower(value.text) : '';
  return sql<SqlBool>`signatures.id >= ${beginning} and signatures.id < ${`${beginning}\u{10ffff}`}`;
}
