import { type CSSProperties, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { bytes, number, plural } from '../../lib/format.ts';
import { evenLayout, visibleRange } from '../../ui/grid-window.ts';
import { lineParts, taskIn } from './line-parts.ts';
import type { Log } from './use-log.ts';
import { type LogWindow, type Row, rowAt } from './window.ts';

/** In pixels; must match log.css. */
const rowHeight = 24;
const layout = evenLayout(rowHeight);
/** More lines are loaded when fewer rows than this are left before an end of the window. */
const margin = 120;

/** The visible lines of the loaded window, and a bar that shows the position in the file. `marked` is a byte in the marked line. */
export function Lines({ log, marked, onMark }: { log: Log; marked: number | null; onMark: (at: number) => void }) {
  const { window } = log;
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 60, top: 0 });
  const measure = useCallback(() => {
    const element = scroller.current;
    if (element === null || window === null) return;
    const { rows, from, to, size } = window;
    const top = Math.floor(element.scrollTop / rowHeight);
    const next = { ...visibleRange(element.scrollTop, element.clientHeight, rows.length, layout), top };
    setRange((old) => (old.top === top && old.first === next.first && old.last === next.last ? old : next));
    if (next.last > rows.length - margin && to < size) void log.later();
    else if (next.first < margin && from > 0) void log.earlier();
  }, [window, log.later, log.earlier]);
  useKeepPlace(scroller, log, marked);
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
  return (
    <>
      {window !== null && <Place first={rows[range.top]} size={window.size} onPick={log.show} />}
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

/**
 * Scrolls to the goal for which a window was loaded. A marked line is shown with some lines before it. Lines that are added above the visible
 * ones do not move them.
 */
function useKeepPlace(
  scroller: React.RefObject<HTMLDivElement | null>,
  { window, goal }: Pick<Log, 'window' | 'goal'>,
  marked: number | null,
) {
  const last = useRef<LogWindow | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = last.current;
    if (element === null || window === null || before === window) return;
    last.current = window;
    const seen = before?.rows[Math.floor(element.scrollTop / rowHeight)];
    if (goal === 'end') {
      element.scrollTop = element.scrollHeight;
    } else if (goal !== null) {
      const above = goal === marked ? element.clientHeight / 3 : 0;
      element.scrollTop = Math.max(0, rowAt(window, goal) * rowHeight - above);
    } else if (seen !== undefined) {
      element.scrollTop = Math.max(0, rowAt(window, seen.at)) * rowHeight + (element.scrollTop % rowHeight);
    }
  }, [scroller, window, goal, marked]);
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
        <button type="button" className="log-fold" onClick={() => void log.show(row.at, true)}>
          ▸ {foldText(row, next)} of this task (folded)
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
