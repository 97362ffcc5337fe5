import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { Link } from 'wouter';
import { jobStatuses } from '../../../../src/core/job.ts';
import { pagePath } from '../../../../src/core/paths.ts';
import type { History } from '../../../../src/http/api/history.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { causeLines, exactTime, shortSha1 } from '../../lib/format.ts';
import { evenLayout, useWindow } from '../../ui/grid-window.ts';
import { countsInWords } from '../runs/run-facts.ts';
import { type HistoryRow, jobAt, rowFacts, shortDescriptions, stripes } from './facts.ts';

const rowHeight = 28;
const layout = evenLayout(rowHeight);

/** Characters instead of SVG shapes, because there are thousands of cells. */
const marks = { pass: '✓', fail: '✕', dead: '†', running: '▶', waiting: '◷', queued: '○', unknown: '?' } as const;

/** A table of descriptions and runs. Only visible rows are rendered; the table scrolls in its own frame. */
export function HistoryTable({ data, rows }: { data: History; rows: HistoryRow[] }) {
  const frame = useRef<HTMLElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const { first, last } = useWindow(frame, body, rows.length, layout);
  useNewestRun(frame, data.runs);
  const shorts = useMemo(() => shortDescriptions(rows), [rows]);
  return (
    <section ref={frame} className="history-frame" aria-label="Descriptions by run" tabIndex={0}>
      <table className="history" aria-rowcount={rows.length + 1}>
        <Head runs={data.runs} />
        <tbody ref={body}>
          <Gap rows={first} columns={data.runs.length + 5} />
          {rows.slice(first, last).map((row, index) => (
            <Row
              key={row.description}
              row={row}
              data={data}
              short={shorts.get(row.description) ?? row.description}
              place={first + index + 2}
            />
          ))}
          <Gap rows={rows.length - last} columns={data.runs.length + 5} />
        </tbody>
      </table>
    </section>
  );
}

/** If the columns do not fit, scrolls to the newest runs. */
function useNewestRun(frame: RefObject<HTMLElement | null>, runs: RunItem[]): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs again for every new list of runs.
  useEffect(() => {
    const newest = [...(frame.current?.querySelectorAll<HTMLElement>('.history-run') ?? [])].at(-1);
    if (frame.current === null || newest === undefined) return;
    frame.current.scrollLeft = Math.max(0, newest.offsetLeft + newest.offsetWidth - frame.current.clientWidth);
  }, [frame, runs]);
}

function Gap({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr>
      <td colSpan={columns} style={{ height: rows * rowHeight, padding: 0 }} />
    </tr>
  );
}

function Head({ runs }: { runs: RunItem[] }) {
  const dark = stripes(runs.map(({ sha1 }) => sha1));
  return (
    <thead>
      <tr>
        <th scope="col" className="history-what">
          Description
        </th>
        {runs.map((run, index) => (
          <th key={run.name} scope="col" className={`history-run ${dark[index] ? 'history-stripe' : ''}`}>
            <DayLink run={run} label={`Run of ${new Date(run.scheduled).toISOString().slice(0, 10)}`} />
          </th>
        ))}
        {['Fails', 'First fail', 'Last pass'].map((title) => (
          <th key={title} scope="col" className="history-fact">
            {title}
          </th>
        ))}
        <th scope="col" className="history-cause">
          Last cause
        </th>
      </tr>
    </thead>
  );
}

/** A link to a run, with its day as the text. */
function DayLink({ run, label }: { run: RunItem | undefined; label?: string }) {
  if (run === undefined) return null;
  return (
    <Link href={pagePath.run(run.name)} title={runTitle(run)} aria-label={label}>
      {new Date(run.scheduled).toISOString().slice(5, 10)}
    </Link>
  );
}

function runTitle(run: RunItem): string {
  const sha1 = run.sha1 ? `sha1 ${shortSha1(run.sha1)}` : 'no sha1';
  return [run.name, exactTime(run.scheduled), `${run.branch}, ${sha1}`, countsInWords(run.counts)].join('\n');
}

function Row({ row, data, short, place }: { row: HistoryRow; data: History; short: string; place: number }) {
  const facts = rowFacts(row);
  const cause = data.signatures[row.signature.findLast((index) => index !== -1) ?? -1]?.title;
  return (
    <tr aria-rowindex={place}>
      <th scope="row" className="history-what" title={row.description}>
        <code>{short}</code>
      </th>
      {data.runs.map((run, index) => (
        <Cell key={run.name} row={row} index={index} run={run} data={data} />
      ))}
      <td className="history-fact">
        {facts.fails}/{facts.ran}
      </td>
      <td className="history-fact">
        <DayLink run={data.runs[facts.firstBad]} />
      </td>
      <td className="history-fact">
        <DayLink run={data.runs[facts.lastPass]} />
      </td>
      <td className="history-cause" title={cause}>
        {cause}
      </td>
    </tr>
  );
}

function Cell({ row, index, run, data }: { row: HistoryRow; index: number; run: RunItem; data: History }) {
  const status = jobStatuses[row.status[index] ?? -1];
  const jobId = row.job_id[index];
  if (status === undefined || !jobId) return <td />;
  const job = jobAt(data, row, index);
  const title = [`${status}, job ${jobId}`, job && causeLines(job), run.name].filter(Boolean).join('\n');
  return (
    <td>
      <Link
        href={pagePath.job(run.name, jobId)}
        className={`history-cell history-${status} status-${status}`}
        title={title}
        aria-label={`${status}, job ${jobId}`}
      >
        {marks[status]}
      </Link>
    </td>
  );
}
