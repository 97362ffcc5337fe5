import { type CSSProperties, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { bytes, number, plural } from '../../lib/format.ts';
import { evenLayout, visibleRange } from '../../ui/grid-window.ts';
import { lineParts, taskIn } from './line-parts.ts';
import type { Log } from './use-log.ts';
import { type LogWindow, type Row, rowAt } from './window.ts';

/** Pixels; log.css says the same. */
const rowHeight = 24;
const layout = evenLayout(rowHeight);
/** Rows before an end of the window at which more are read. */
const margin = 120;

/** The lines that are visible, of those that are held, and a bar for the place in the file. `marked` is a byte of the line that is marked. */
export function Lines({ log, marked, onMark }: { log: Log; marked: number | null; onMark: (at: number) => void }) {
  const { window } = log;
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 60 });
  const measure = useCallback(() => {
    const element = scroller.current;
    if (element === null || window === null) return;
    const { rows, from, to, size } = window;
    const next = visibleRange(element.scrollTop, element.clientHeight, rows.length, layout);
    setRange((old) => (old.first === next.first && old.last === next.last ? old : next));
    if (next.last > rows.length - margin && to < size) void log.later();
    else if (next.first < margin && from > 0) void log.earlier();
  }, [window, log.later, log.earlier]);
  useKeepPlace(scroller, window, marked);
  useLayoutEffect(measure);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [measure]);
  const rows = window?.rows ?? [];
  const shown = rows.slice(range.first, range.last);
  const first = shown[0];
  return (
    <>
      {window !== null && <Place first={first} size={window.size} onPick={log.show} />}
      <div
        ref={scroller}
        className="log-lines"
        tabIndex={0}
        role="region"
        aria-label="Lines of the log"
        aria-busy={window === null}
      >
        <div className="log-all" style={{ height: rows.length * rowHeight } satisfies CSSProperties}>
          <div style={{ transform: `translateY(${range.first * rowHeight}px)` }}>
            {shown.map((row, index) => (
              <LogRow
                key={row.at}
                row={row}
                next={rows[range.first + index + 1]}
                isMarked={isAt(row, rows[range.first + index + 1], marked)}
                log={log}
                onMark={onMark}
              />
            ))}
          </div>
        </div>
        {window?.size === 0 && <p className="quiet">The log is empty.</p>}
      </div>
    </>
  );
}

function Place({ first, size, onPick }: { first?: Row; size: number; onPick: (at: number) => Promise<void> }) {
  const at = first?.at ?? 0;
  return (
    <label className="log-place">
      <span>{first?.kind === 'line' && first.line !== null ? `line ${number(first.line)}` : bytes(at)}</span>
      <input
        type="range"
        min={0}
        max={size}
        step={Math.max(1, Math.floor(size / 2000))}
        value={at}
        aria-label="Place in the log"
        onChange={(event) => void onPick(Number(event.target.value))}
      />
      <span>{bytes(size)}</span>
    </label>
  );
}

function isAt(row: Row, next: Row | undefined, byte: number | null): boolean {
  return byte !== null && row.at <= byte && (next === undefined ? row.at === byte : byte < next.at);
}

/** Keeps the line that is looked at in its place when lines are added before it, and shows the marked one when it is new. */
function useKeepPlace(
  scroller: React.RefObject<HTMLDivElement | null>,
  window: LogWindow | null,
  marked: number | null,
) {
  const last = useRef<{ window: LogWindow | null; top: number }>({ window: null, top: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = last.current.window;
    if (element === null || window === null || before === window) return;
    const seen = before?.rows[Math.floor(element.scrollTop / rowHeight)];
    const place = seen === undefined ? -1 : rowAt(window, seen.at);
    if (
      place >= 0 &&
      seen !== undefined &&
      window.rows[place]?.at === seen.at &&
      before !== null &&
      overlaps(before, window)
    ) {
      element.scrollTop = place * rowHeight + (element.scrollTop % rowHeight);
    } else {
      const target = marked === null ? -1 : rowAt(window, marked);
      const isEnd = target < 0 && window.to === window.size;
      element.scrollTop = isEnd ? element.scrollHeight : Math.max(0, target * rowHeight - element.clientHeight / 3);
    }
    last.current.window = window;
  }, [scroller, window, marked]);
}

/** Whether one window came from the other by adding lines at an end. */
function overlaps(before: LogWindow, now: LogWindow): boolean {
  return before.from === now.from || before.to === now.to;
}

function foldText({ at, line, to }: { at: number; line: number | null; to: number }, next: Row | undefined): string {
  return line === null || next === undefined || next.line === null ? bytes(to - at) : plural(next.line - line, 'line');
}

interface RowProps {
  row: Row;
  next: Row | undefined;
  isMarked: boolean;
  log: Log;
  onMark: (at: number) => void;
}

function LogRow({ row, next, isMarked, log, onMark }: RowProps) {
  if (row.kind === 'fold') {
    return (
      <div className="log-row">
        <span className="log-at" />
        <button type="button" className="log-fold" onClick={() => void log.show(row.at)}>
          ▸ {foldText(row, next)} of this task, folded; show
        </button>
      </div>
    );
  }
  const { level, parts } = lineParts(row.text);
  const task = taskIn(row.text);
  return (
    <div className={`log-row ${level} ${isMarked ? 'marked' : ''}`} aria-current={isMarked || undefined}>
      <a
        className="log-at"
        href={`?at=${row.at}`}
        aria-label={row.line === null ? `Link to the line at byte ${row.at}` : `Link to line ${row.line}`}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onMark(row.at);
        }}
      >
        {row.line ?? '·'}
      </a>
      {task !== null && next?.kind === 'line' && (
        <button
          type="button"
          className="log-fold"
          aria-label={`Fold the task ${task}`}
          onClick={() => void log.fold(next.at)}
        >
          ▾
        </button>
      )}
      <span className="log-text">
        {parts.map(({ text, look }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never move
          <span key={index} className={look}>
            {text}
          </span>
        ))}
      </span>
    </div>
  );
}
