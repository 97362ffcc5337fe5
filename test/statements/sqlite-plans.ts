import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { sqlitePath } from '../../bench/database.ts';
import { bigTables, type Finding, fewRows, sortedForOne } from './plan.ts';
import type { Recorded } from './recorder.ts';

/**
 * Judges statements by SQLite's plans. These depend on the schema alone, because there are no statistics. SQLite does not tell how many
 * rows it reads, so a scan with a limit is accepted only if the limit was reached.
 */
export function judgeSqlite(url: string, statements: Recorded[]): Map<Recorded, Finding[]> {
  const database = new DatabaseSync(sqlitePath(url), { readOnly: true });
  try {
    // A partial index with few rows, such as the runs with queued jobs, may be scanned.
    const partial = new Set(
      bigTables.flatMap((table) =>
        database
          .prepare('select name from pragma_index_list(?) where partial')
          .all(table)
          .map(({ name }) => String(name)),
      ),
    );
    return new Map(statements.map((statement) => [statement, judge(database, partial, statement)]));
  } finally {
    database.close();
  }
}

/** The limit of a statement, or of its subquery for a page of ids. */
const limitAtEnd = / limit \?( offset \?)?(\) order by [\w".]+( desc)?(, [\w".]+( desc)?)*)?\s*$/i;
const pageOfIds = '"jobs"."id" in (';

function judge(database: DatabaseSync, partial: Set<string>, { text, parameters }: Recorded): Finding[] {
  return parameters.flatMap((given) => {
    const values = given.map((value) => (typeof value === 'boolean' ? Number(value) : value)) as SQLInputValue[];
    const steps = database.prepare(`explain query plan ${text}`).all(...values);
    const plan = steps.map(({ detail }) => String(detail));
    const answer = /^\s*(select|with)\b/i.test(text) && !/\b(insert into|update \w+ set)\b/i.test(text);
    const answered = answer ? database.prepare(text).all(...values).length : 0;
    const limited = limitAtEnd.exec(text);
    const limit = limited ? Number(values[values.length - (limited[1] ? 2 : 1)]) : null;
    const ended = limit !== null && answered >= limit;
    const scans = plan.flatMap((line) => scanIn(line, partial, ended));
    // The outer query of a page of ids sorts only the page.
    const sorts = steps.filter(({ parent }) => !limited?.[2] || parent !== 0).map(({ detail }) => String(detail));
    if (!limited || !sorts.includes('USE TEMP B-TREE FOR ORDER BY')) return scans;
    const page = limited[2] ? text.indexOf(pageOfIds) + pageOfIds.length : 0;
    const unlimited = `select count(*) as count from (${text.slice(page, limited.index)})`;
    const counted = database.prepare(unlimited).get(...values.slice(0, limited[1] ? -2 : -1));
    const sorted = Number(counted?.count);
    const isFar = sorted > Math.max(fewRows, sortedForOne * answered);
    return isFar ? [...scans, { kind: 'sort', table: '', details: `sorts ${sorted} rows for ${answered}` }] : scans;
  });
}

function scanIn(line: string, partial: Set<string>, ended: boolean): Finding[] {
  const [, table = '', index = ''] = /^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/.exec(line) ?? [];
  if (!bigTables.includes(table) || partial.has(index) || ended) return [];
  return [{ kind: 'scan', table, details: line }];
}
