/** A server on a database that was filled in bulk: as many runs as at a million jobs, each with fewer jobs. */
import { pino } from 'pino';
import { postgresEngine, type Sql, sqliteEngine } from '../../bench/engine.ts';
import { addLab, fill } from '../../bench/scale/fill.ts';
import { timeAfter } from '../../bench/scale/plan.ts';
import { readSamples, type Samples } from '../../bench/scale/samples.ts';
import { readCommandLine } from '../../src/config.ts';
import { signatureVersion } from '../../src/core/signature.ts';
import { buildApp } from '../../src/http/app.ts';
import { type Db, open } from '../../src/store/db.ts';
import type { Engine } from '../helpers/engines.ts';
import type { Doors } from './requests.ts';

/** A filled database with its servers. */
export interface Filled {
  url: string;
  db: Db;
  doors: Doors;
  samples: Samples;
  /** Microseconds since the Unix epoch: the data ends now. */
  now: () => number;
  stop(): Promise<void>;
}

/**
 * A run has the same share of the jobs as at a million jobs of 500 each, and planners go by shares: so 40,000 jobs want
 * the plans of a million.
 */
const [runs, jobs] = [2000, 20];

/** Fills a new database of an engine, brings its statistics up to date and opens both doors. */
export async function startFilled(engine: Engine): Promise<Filled> {
  const database = await engine.createDatabase();
  const { url } = database;
  await addLab(url);
  await fill({ url, documentBytes: 200, runs, jobs });
  const { connect } = engine.name === 'sqlite' ? sqliteEngine('', () => {}) : await postgresEngine(url);
  if (engine.name === 'postgres') await lookAtAll(await connect(url));
  const samples = await readSamples({ connect }, url, runs, jobs);
  const now = () => timeAfter(runs) * 1000;
  const { config } = readCommandLine([], {});
  const db = await open({ url, poolSize: 2, now });
  // What is filled in bulk is as up to date as what a server writes.
  await db.kysely.updateTable('indexed').set({ version: signatureVersion, up_to: Number.MAX_SAFE_INTEGER }).execute();
  const door = (contract: 'classic' | 'teuthology') =>
    buildApp({ config, contract, db, log: pino({ level: 'silent' }), now });
  const doors = { classic: door('classic'), teuthology: door('teuthology') };
  const stop = async () => {
    for (const app of Object.values(doors)) await app.close();
    await db.close();
    await database.drop();
  };
  return { url, db, doors, samples, now, stop };
}

/** PostgreSQL looks at 300 rows for each unit of this: so at all of them, and no two times the plans are others. */
async function lookAtAll(sql: Sql): Promise<void> {
  const [row] = await sql.query('select current_database() as name');
  const target = `default_statistics_target = ${Math.ceil((runs * jobs) / 300) + 10}`;
  await sql.query(`alter database ${row?.name} set ${target}`);
  await sql.query(`set ${target}`);
  await sql.query('analyze');
  await sql.close();
}
