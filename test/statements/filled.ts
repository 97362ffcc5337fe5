/** A server on a database with as many runs as a lab with a million jobs, but fewer jobs in each. */
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
  /** Microseconds since the Unix epoch. The data ends now. */
  now: () => number;
  stop(): Promise<void>;
}

/** Each run has the same share of all jobs as with a million jobs. Planners go by shares, so they choose the same plans. */
const [runs, jobs] = [2000, 20];

/** Fills a new database, updates its statistics and opens a server of each contract. */
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
  // The data is as complete as if a server had written it.
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

/** PostgreSQL samples 300 rows per unit of this, so all rows, which makes the plans reproducible. */
async function lookAtAll(sql: Sql): Promise<void> {
  const [row] = await sql.query('select current_database() as name');
  const target = `default_statistics_target = ${Math.ceil((runs * jobs) / 300) + 10}`;
  await sql.query(`alter database ${row?.name} set ${target}`);
  await sql.query(`set ${target}`);
  await sql.query('analyze');
  await sql.close();
}
