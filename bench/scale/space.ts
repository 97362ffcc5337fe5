import { statfsSync } from 'node:fs';
import type { Engine } from '../engine.ts';

/** Bytes of each table with its indexes. */
export type TableSizes = Record<string, number>;

const gigabyte = 2 ** 30;

/** Throws a sentence when the database would not fit into the folder; answers what is needed and what is there. */
export function checkSpace(folder: string, engine: Engine['name'], jobs: number, documentBytes: number): string {
  // A job has 2.5 KB beside its documents and in indexes. Documents are as long as they are in SQLite, half of it in PostgreSQL,
  // whose journal takes 2 GB more.
  const each = engine === 'sqlite' ? 2700 + documentBytes : 3000 + documentBytes * 0.7;
  const needed = jobs * each * 1.1 + (engine === 'postgres' ? 2 * gigabyte : gigabyte / 4);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const words = `${(needed / gigabyte).toFixed(1)} GB in ${folder}, where ${(free / gigabyte).toFixed(1)} GB are free`;
  if (needed > free) {
    throw new Error(
      `${jobs.toLocaleString('en')} jobs on ${engine} need ${words}; choose fewer --jobs, a smaller --document-bytes or another --folder`,
    );
  }
  return `needs up to ${words}`;
}

/** How much room the tables take. */
export async function tableSizes(engine: Engine, url: string): Promise<TableSizes> {
  const sql = await engine.connect(url);
  try {
    const rows = await sql.query(
      engine.name === 'sqlite'
        ? `select coalesce(tbl_name, dbstat.name) as name, sum(pgsize) as bytes
           from dbstat left join sqlite_schema on sqlite_schema.name = dbstat.name where aggregate = true group by 1`
        : `select relname as name, pg_total_relation_size(oid) as bytes from pg_class
           where relkind = 'r' and relnamespace = current_schema()::regnamespace`,
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [String(name), Number(bytes)]));
  } finally {
    await sql.close();
  }
}

/** The tables that grow, in bytes a job. */
export function spaceLine(sizes: TableSizes, jobs: number): string {
  const total = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  const parts = ['job_documents', 'jobs', 'job_nodes'].map(
    (name) => `${name} ${Math.round((sizes[name] ?? 0) / jobs)}`,
  );
  return `${Math.round(total / jobs).toLocaleString('en')} bytes a job (${parts.join(', ')})`;
}
