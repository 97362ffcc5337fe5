import { startChild } from './child.ts';
import type { Engine } from './engine.ts';
import { startPostgresLimit } from './limit-postgres.ts';
import type { Contract } from './rows.ts';

/** The writes that are measured. */
export type WriteKind = 'post' | 'put-status' | 'put-whole' | 'put-changed';

/** Write so for so long. */
export interface LimitOrder {
  kind: WriteKind;
  seconds: number;
  /** All to the first run; otherwise each client has its own. */
  oneRun?: boolean;
}

/** The bare engine, writing the server's rows without a server. */
export interface Limit {
  /** What it is, for the table. */
  title: string;
  /** Answers writes a second. */
  measure(order: LimitOrder): Promise<number>;
  stop(): Promise<void>;
}

/** The limit of an engine on a seeded database of its own. */
export async function startLimit(
  engine: Engine,
  url: string,
  folder: string,
  contract: Contract = 'classic',
): Promise<Limit> {
  if (engine.name === 'postgres') return startPostgresLimit(url, folder, contract);
  const child = startChild('limit-sqlite.ts', [url, contract]);
  return { title: 'prepared statements in one process', measure: (order) => child.ask(order), stop: child.stop };
}
