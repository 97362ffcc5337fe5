/** Reads runs or their jobs as rows of `v_runs` or `v_jobs`. */
import { CompiledQuery } from 'kysely';
import type { Reader } from '../engine/schema.ts';
import { chunksOf, numbered, repeated } from '../engine/transaction.ts';

/** The type of a column. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'time';

/** A value in a row. */
export type Cell = string | number | boolean | Date | null;

const times = ['scheduled', 'posted', 'started', 'updated'] as const;
const counts = ['queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown', 'jobs'] as const;

/** The columns of each view, in order. */
export const viewColumns: Record<'runs' | 'jobs', [name: string, type: ColumnType][]> = {
  runs: typed('id name status user suite branch machine_type sha1 flavor priority tags', [...times, ...counts]),
  jobs: typed(
    'id run_id run job_id status success posted started updated duration description failure_reason cause cause_title branch sha1',
    'flavor machine_type user queue priority os_type owner suite os_version'.split(' '),
  ),
};

function typed(names: string, more: readonly string[]): [string, ColumnType][] {
  const integers: readonly string[] = ['id', 'run_id', 'duration', 'priority', ...counts];
  return [...names.split(' '), ...more].map((name) => {
    if ((times as readonly string[]).includes(name)) return [name, 'time'];
    if (name === 'success') return [name, 'boolean'];
    return [name, integers.includes(name) ? 'integer' : 'text'];
  });
}

/** Runs whose rows are read by one statement. */
const runsAtATime = { runs: 500, jobs: 5 };

/** Yields the rows of these runs or of their jobs, some at a time. */
export async function* viewRows(
  { kysely, engine }: Reader,
  what: 'runs' | 'jobs',
  runIds: number[],
): AsyncGenerator<Cell[][]> {
  const columns = viewColumns[what];
  const names = columns.map(([name]) => `"${name}"`).join(', ');
  const key = what === 'runs' ? 'id' : 'run_id';
  for (const ids of chunksOf(runIds, runsAtATime[what])) {
    const text = `select ${names} from v_${what} where ${key} in (${repeated('?', ids.length)}) order by ${key}, id`;
    const { rows } = await kysely.executeQuery<Record<string, Cell>>(CompiledQuery.raw(numbered(engine, text), ids));
    if (rows.length > 0) yield rows.map((row) => columns.map(([name, type]) => cell(row[name] ?? null, type)));
  }
}

/** Converts a value of SQLite, which has no times and no booleans. */
function cell(value: Cell, type: ColumnType): Cell {
  if (value === null) return null;
  if (type === 'time' && typeof value === 'string') return new Date(`${value.replace(' ', 'T')}Z`);
  return type === 'boolean' ? Boolean(value) : value;
}
