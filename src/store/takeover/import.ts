/** Copies an old database: first the whole of it, then repeatedly what has changed. */
import { runStatuses } from '../../core/run.ts';
import type { Reader } from '../engine/schema.ts';
import type { Finding, Findings } from './clean.ts';
import { runNames } from './clean.ts';
import {
  countOld,
  type OldDatabase,
  type OldRun,
  oldFingerprints,
  oldMachines,
  oldRuns,
  youngOldRuns,
} from './old-database.ts';
import type { RunPart, RunReading } from './read-runs.ts';
import {
  beginRun,
  cleanNodes,
  cleanQueues,
  deleteOtherJobs,
  freeNames,
  importedRuns,
  moveSequences,
  rememberRun,
  removeRun,
  saveCopied,
  saveMachines,
  saveRun,
  undoInMemory,
  whileWriting,
} from './target.ts';

/** The progress of an import. */
export interface ImportProgress {
  runs: number;
  jobs: number;
  removed: number;
  /** Estimates made at the beginning; the old server keeps running. */
  ofRuns: number;
  ofJobs: number;
}

/** The runs to read, and the data that is needed for it. */
export type ToRead = Pick<RunReading, 'names' | 'nodes'> & { runs: OldRun[] };

/** Reads runs a little ahead of their consumer, so that the old database and this program work while the new database writes. */
export type ReadRuns = (toRead: ToRead) => RunParts;

/** The parts of runs, in order. */
interface RunParts {
  /** Returns the next part and its findings, or null at the end. */
  next(): Promise<{ part: RunPart; findings: Finding[] } | null>;
  /** Discards the parts that have not been taken. */
  stop(): Promise<void>;
}

/** Options of an import. */
export interface ImportOptions {
  old: OldDatabase;
  /** The target. If null, everything is read and checked, and nothing is written. */
  db: Reader | null;
  read: ReadRuns;
  findings: Findings;
  /** Ends the import after the current run. */
  signal: AbortSignal;
  onProgress: (progress: ImportProgress) => void;
  /** Called for each run after it has been written. */
  onRun?: (name: string) => void;
}

/** The runs that a pass checks: runs that have not been copied yet, additionally those that may have changed lately, or all. */
type Scope = 'missing' | 'young' | 'all';

/** Copies nodes, queues, and the runs in the scope that are missing or differ here. Removes runs that are gone from the old database. */
export async function pass(options: ImportOptions, scope: Scope): Promise<ImportProgress> {
  const { old, db, findings } = options;
  const machines = await oldMachines(old);
  const nodes = cleanNodes(machines.nodes, findings);
  const queues = cleanQueues(machines.queues, findings);
  findings.flush();
  if (db) {
    await undoInMemory(db);
    await saveMachines(db, nodes, queues);
  }
  const runs = await oldRuns(old);
  const names = runNames(runs);
  const known = db ? await importedRuns(db) : new Map();
  const current = await fingerprints(options, runs, scope);
  // A run may also be renamed here because a run of the same name is gone there.
  const renamed = new Map(
    [...known.values()].flatMap(({ id, name }) => (name === null || names.get(id) === name ? [] : [[id, name]])),
  );
  const wanted = runs.filter(({ id }) => {
    const imported = known.get(id);
    if (imported === undefined || renamed.has(id)) return true;
    return (current.get(id) ?? imported.fingerprint) !== imported.fingerprint;
  });
  const totals = await countOld(old);
  const progress = {
    ...{ runs: 0, jobs: 0, removed: 0 },
    ofRuns: wanted.length,
    ofJobs: Math.round((totals.jobs * wanted.length) / Math.max(1, runs.length)),
  };
  const toRead = { runs: wanted, names, nodes: new Set(nodes.map(({ id }) => id)) };
  // Removes runs before the others are copied, because one of them may have the same name.
  const there = new Set(runs.map(({ id }) => id));
  const gone = [...known.keys()].filter((id) => !there.has(id));
  if (db) {
    for (const id of gone) await removeRun(db, id);
    const wantedNames = new Set(names.values());
    await freeNames(
      db,
      [...renamed].flatMap(([id, name]) => (wantedNames.has(name) ? id : [])),
    );
  }
  progress.removed = gone.length;
  if (wanted.length > 0) await copyRuns(options, toRead, progress);
  if (db && !options.signal.aborted) await moveSequences(db, ['runs', 'jobs', 'nodes']);
  options.onProgress(progress);
  return progress;
}

async function fingerprints(
  { old, db }: Pick<ImportOptions, 'old' | 'db'>,
  runs: OldRun[],
  scope: Scope,
): Promise<Map<number, string>> {
  if (scope === 'missing' || db === null) return new Map();
  if (scope === 'all') return oldFingerprints(old, runs, null);
  const finished = runStatuses.filter((status) => status.startsWith('finished'));
  const unfinished = await db.kysely.selectFrom('runs').select('id').where('status', 'not in', finished).execute();
  const ids = new Set([...(await youngOldRuns(old)), ...unfinished.map(({ id }) => id)]);
  return oldFingerprints(old, runs, [...ids]);
}

async function copyRuns(options: ImportOptions, toRead: ToRead, progress: ImportProgress): Promise<void> {
  const { db, findings, signal, onProgress } = options;
  const parts = options.read(toRead);
  const next: NextPart = async () => {
    const taken = await parts.next();
    for (const finding of taken?.findings ?? []) findings.add(finding);
    return taken?.part ?? null;
  };
  const copied = (jobs: number) => {
    progress.jobs += jobs;
    onProgress({ ...progress });
  };
  try {
    for (let part = await next(); part !== null && !signal.aborted; part = await next()) {
      if (part.kind !== 'begin') throw new Error('a run begins with its row');
      if (db) await writeRun({ db, findings }, part, next, copied);
      else for (let more = await next(); more?.kind === 'jobs'; more = await next()) copied(more.ids.length);
      findings.flush();
      progress.runs++;
      options.onRun?.(part.row.name);
      onProgress({ ...progress });
    }
  } finally {
    await parts.stop();
  }
}

type NextPart = () => Promise<RunPart | null>;

async function writeRun(
  { db, findings }: { db: Reader; findings: Findings },
  { row, jobIds }: RunPart & { kind: 'begin' },
  parts: NextPart,
  onJobs: (jobs: number) => void,
): Promise<void> {
  await whileWriting(db, async (transaction) => {
    const before = await beginRun(db, transaction, row);
    if (before !== null) await deleteOtherJobs(transaction, row.id, jobIds);
    for (let part = await parts(); ; part = await parts()) {
      if (part === null || part.kind === 'begin') throw new Error('a run ends with its row');
      if (part.kind === 'end') {
        const revision = (before ?? 0) + 1;
        await saveRun(db, transaction, { ...part.row, revision });
        const { fingerprint, leftOut: left_out } = part;
        await rememberRun(transaction, { id: row.id, fingerprint, revision, verified: 0, left_out });
        findings.flush();
        return;
      }
      await saveCopied(db, transaction, part, before === null);
      onJobs(part.ids.length);
    }
  });
}
