/** A server on a database with as many runs as a lab with a million jobs, but fewer jobs in each. */
import { pino } from 'pino';
import { connect, type Sql } from '../../bench/database.ts';
import { fillLab } from '../../bench/lab.ts';
import { readCommandLine } from '../../src/config.ts';
import { signatureVersion } from '../../src/core/signature.ts';
import { buildApp } from '../../src/http/app.ts';
import { type Db, open } from '../../src/store/db.ts';
import type { Engine } from '../helpers/engines.ts';
import { plantCases } from './case-causes.ts';
import { readSamples, type Samples } from './catalog/samples.ts';
import type { Doors } from './requests.ts';

/** A filled database and its servers. */
export interface Filled {
  url: string;
  db: Db;
  doors: Doors;
  samples: Samples;
  /** Microseconds since the Unix epoch. The data ends now. */
  now: () => number;
  stop(): Promise<void>;
}

/** Each run has the same share of all jobs as with a million jobs. Planners estimate by shares, so they choose the same plans. */
const [runs, jobs] = [2000, 10];

/** Fills a new database, updates its statistics and opens a server of each contract. */
export async function startFilled(engine: Engine): Promise<Filled> {
  const database = await engine.createDatabase();
  const { url } = database;
  const now = () => Date.now() * 1000;
  const sql = await connect(url);
  // Durability does not matter for data that can be created again in a minute.
  if (engine.name === 'postgres') await setForDatabase(sql, 'synchronous_commit = off');
  const sender = await startDoors(url, now);
  const address = await sender.doors.teuthology.listen({ host: '127.0.0.1', port: 0 });
  await fillLab(address, sql, { runs, jobs, sent: 40, smallDocuments: true }, () => {});
  await plantCases(sql);
  if (engine.name === 'postgres') await lookAtAll(sql);
  await sql.close();
  await sender.close();
  const { db, doors, close } = await startDoors(url, now);
  // The data is as complete as if a server had written it.
  await db.kysely.updateTable('indexed').set({ version: signatureVersion, up_to: Number.MAX_SAFE_INTEGER }).execute();
  const samples = await readSamples(async (path) => (await doors.teuthology.inject(path)).json());
  const stop = async () => {
    await close();
    await database.drop();
  };
  return { url, db, doors, samples, now, stop };
}

async function startDoors(url: string, now: () => number) {
  const { config } = readCommandLine([], {});
  const db = await open({ url, poolSize: 2, now });
  const door = (contract: 'classic' | 'teuthology') =>
    buildApp({ config, contract, db, log: pino({ level: 'silent' }), now });
  const doors: Doors = { classic: door('classic'), teuthology: door('teuthology') };
  const close = async () => {
    for (const app of Object.values(doors)) await app.close();
    await db.close();
  };
  return { db, doors, close };
}

/** Makes PostgreSQL sample all rows (300 per unit of the statistics target), so that plans are reproducible. */
async function lookAtAll(sql: Sql): Promise<void> {
  const target = `default_statistics_target = ${Math.ceil((runs * jobs) / 300) + 10}`;
  await setForDatabase(sql, target);
  await sql.query(`set ${target}`);
  await sql.query('analyze');
}

/** Changes a setting for the connections that are opened from now on. */
async function setForDatabase(sql: Sql, setting: string): Promise<void> {
  const [row] = await sql.query('select current_database() as name');
  await sql.query(`alter database ${row?.name} set ${setting}`);
}
