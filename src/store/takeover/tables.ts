/** Which tables an export has. A test compares the two lists with the schema. */
import type { Schema } from '../engine/schema.ts';

/** A table of an export. */
interface ExportedTable {
  table: keyof Schema;
  /** A new database has rows of its own, which the exported ones replace. */
  replaces?: true;
}

/** What an export holds, in an order in which rows only refer to rows before them. */
export const exportedTables: ExportedTable[] = [
  { table: 'signatures' },
  { table: 'descriptions' },
  { table: 'runs' },
  { table: 'jobs' },
  { table: 'job_documents' },
  { table: 'nodes' },
  { table: 'job_nodes' },
  { table: 'log_excerpts' },
  { table: 'job_tests' },
  { table: 'failed_cases' },
  { table: 'queues' },
  { table: 'imported_runs' },
  { table: 'decisions' },
  { table: 'cause_moves' },
  { table: 'reviews' },
  { table: 'subscriptions' },
  { table: 'told_causes' },
  { table: 'suspect_nodes' },
  { table: 'tokens' },
  { table: 'audit' },
  { table: 'monthly_results' },
  { table: 'monthly_causes' },
  { table: 'indexed', replaces: true },
];

/** What a new database makes by itself, or makes again when it is asked for; browsers sign in again, and nobody is told of an end twice. */
export const derivedTables: (keyof Schema)[] = ['migrations', 'run_digests', 'sessions', 'run_ends', 'deliveries'];
