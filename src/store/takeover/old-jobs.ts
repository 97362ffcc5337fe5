/**
 * Reads the jobs of an old database. Their documents stay bytes, as on the wire and in SQLite, so most of a job never becomes a JavaScript
 * string in between.
 */
import type pg from 'pg';
import type { DocumentField } from '../../core/job.ts';
import type { OldDatabase, OldRow } from './old-database.ts';

/** An old job, its documents as UTF-8, and the internal ids of the nodes that it ran on. */
export interface OldJob {
  job: OldRow;
  documents: Partial<Record<DocumentField, Uint8Array | null>>;
  nodes: number[];
}

/** Jobs that are read together: their internal ids, and their approximate size in bytes. */
export interface Portion {
  ids: number[];
  bytes: number;
}

/** Returns jobs in the order of their ids. Must be called in a transaction, so that all statements see the same snapshot. */
export async function oldJobs(
  { client, jobColumns, jobDocuments }: OldDatabase,
  { ids, bytes }: Portion,
): Promise<OldJob[]> {
  const columns = jobDocuments.map((key) => `${key}::text`).join(', ');
  // The driver would print every item of a list; COPY takes no parameters.
  const list = `{${ids}}`;
  const documents = `select ${columns} from jobs where id = any ('${list}'::bigint[]) order by id`;
  const text = `select ${jobColumns} from jobs where id = any ($1::bigint[]) order by id`;
  const [rows, jobs] = await Promise.all([
    copyRows(client, documents, { rows: ids.length, bytes }),
    client.query<OldRow>({ name: 'jobs', text, values: [list] }),
  ]);
  const links = await client.query<{ job_id: number; node_id: number }>({
    name: 'links',
    text: 'select job_id, node_id from job_nodes where job_id = any ($1::bigint[]) order by job_id, node_id',
    values: [list],
  });
  const nodes = Map.groupBy(links.rows, ({ job_id }) => job_id);
  return jobs.rows.map((job, index) => ({
    job,
    documents: Object.fromEntries(jobDocuments.map((key, place) => [key, rows[index]?.[place]])),
    nodes: (nodes.get(job.id as number) ?? []).map(({ node_id }) => node_id),
  }));
}

/** Values of a row as UTF-8, in the order of the columns. */
type ByteRow = (Uint8Array | null)[];

/** The most bytes of a row besides its values: the lengths of its columns and, for the first row, the header. */
const besideValues = 64;

/**
 * Returns the rows of a query with text columns. Uses COPY, because the driver converts every other answer to strings. `size` is the
 * approximate number of rows and of the bytes of their values. All rows share one buffer.
 */
async function copyRows(client: pg.Client, query: string, size: { rows: number; bytes: number }): Promise<ByteRow[]> {
  const room = size.bytes + size.rows * besideValues;
  return [...readRows(await copyOut(client, `copy (${query}) to stdout (format binary)`, room))];
}

/** Returns all data that a COPY sends. The driver calls the methods of `query` meanwhile. */
function copyOut(client: pg.Client, statement: string, room: number): Promise<Uint8Array> {
  let bytes = new Uint8Array(room);
  let length = 0;
  return new Promise((done, fail) => {
    const query = {
      submit: (connection: { query(text: string): void }) => connection.query(statement),
      handleCopyData({ chunk }: { chunk: Uint8Array }) {
        if (length + chunk.length > bytes.length) {
          const larger = new Uint8Array(2 * (length + chunk.length));
          larger.set(bytes.subarray(0, length));
          bytes = larger;
        }
        // Copied, because the driver reuses the memory of the chunk.
        bytes.set(chunk, length);
        length += chunk.length;
      },
      handleCommandComplete: () => {},
      handleReadyForQuery: () => done(bytes.subarray(0, length)),
      handleError: fail,
      callback: () => {},
    };
    client.query(query as unknown as pg.Submittable);
  });
}

/** The size of the header: `PGCOPY\n\xff\r\n\0`, and two numbers of four bytes each. */
const headBytes = 19;

function* readRows(bytes: Uint8Array): Generator<ByteRow> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = headBytes + view.getInt32(headBytes - 4);
  for (;;) {
    const columns = view.getInt16(at);
    at += 2;
    // A row with -1 columns marks the end.
    if (columns < 0) return;
    const row: ByteRow = [];
    for (let column = 0; column < columns; column++) {
      const length = view.getInt32(at);
      at += 4;
      row.push(length < 0 ? null : bytes.subarray(at, at + length));
      at += Math.max(0, length);
    }
    yield row;
  }
}
