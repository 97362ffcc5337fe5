import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { firstPlace } from '../lib/sets.ts';
import type { Column, RowGroup } from './grid-columns.ts';

/** The rows that are rendered: from `first` up to, but not including, `last`. */
export interface Range {
  first: number;
  last: number;
}

const overscan = 6;
/** Used until the screen has been measured. */
const initial: Range = { first: 0, last: 40 };

/** The positions of rows, in pixels from the first one. */
export interface Layout {
  /** The top of a row. For the number of rows, the bottom of the last one. */
  topOf: (index: number) => number;
  /** The row at a height. The fraction is the part of this row above the height. */
  rowAt: (pixels: number) => number;
}

/** Rows of equal height. */
export function evenLayout(rowHeight: number): Layout {
  return { topOf: (index) => index * rowHeight, rowAt: (pixels) => pixels / rowHeight };
}

/** Rows of different heights. */
export function unevenLayout(heights: readonly number[]): Layout {
  const tops = [0];
  for (const height of heights) tops.push((tops.at(-1) as number) + height);
  return {
    topOf: (index) => tops[index] as number,
    rowAt: (pixels) => {
      const row = firstPlace(Math.max(0, heights.length - 1), (place) => tops[place + 1]! > pixels);
      return row + (pixels - tops[row]!) / (heights[row] ?? 1);
    },
  };
}

/** The visible rows out of `count`, and a few more on either side. `top` and `height` are in pixels. */
export function visibleRange(top: number, height: number, count: number, { rowAt }: Pick<Layout, 'rowAt'>): Range {
  const first = Math.max(0, Math.floor(rowAt(top)) - overscan);
  const last = Math.min(count, Math.ceil(rowAt(top + height)) + overscan);
  return { first: Math.min(first, count), last: Math.max(last, Math.min(first, count)) };
}

/** The element that scrolls the rows: the grid or an element around it. */
export function scrollerOf(grid: HTMLElement): HTMLElement {
  if (grid.scrollHeight > grid.clientHeight + 1 && getComputedStyle(grid).overflowY === 'auto') return grid;
  return grid.closest<HTMLElement>('[data-scroller]') ?? grid;
}

/** The visible rows out of `count`, kept up to date on scroll and resize. */
export function useWindow(
  grid: RefObject<HTMLElement | null>,
  body: RefObject<HTMLElement | null>,
  count: number,
  layout: Layout,
): Range {
  const [range, setRange] = useState<Range>(initial);
  const measure = useCallback(() => {
    if (grid.current === null || body.current === null) return;
    const frame = scrollerOf(grid.current).getBoundingClientRect();
    const top = frame.top - body.current.getBoundingClientRect().top;
    const next = visibleRange(Math.max(0, top), frame.height + Math.min(0, top), count, layout);
    setRange((old) => (old.first === next.first && old.last === next.last ? old : next));
  }, [grid, body, count, layout]);

  useLayoutEffect(measure);
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const outer = element.closest<HTMLElement>('[data-scroller]');
    const observer = new ResizeObserver(measure);
    for (const watched of [element, outer]) {
      if (!watched) continue;
      watched.addEventListener('scroll', measure, { passive: true });
      observer.observe(watched);
    }
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
      outer?.removeEventListener('scroll', measure);
    };
  }, [grid, measure]);
  return { first: Math.min(range.first, count), last: Math.min(range.last, count) };
}

/** Reports whether the rows of a grid must not move: while it is scrolled or the pointer is over it. */
export function useHold(grid: RefObject<HTMLElement | null>, onHold: ((hold: boolean) => void) | undefined): void {
  const [touched, setTouched] = useState(false);
  const report = useRef(onHold);
  report.current = onHold;
  useEffect(() => {
    const element = grid.current;
    if (element === null || report.current === undefined) return;
    let inside = false;
    const check = ({ type }: Event) => {
      if (type !== 'scroll') inside = type === 'pointerenter';
      setTouched(inside || scrollerOf(element).scrollTop > 0);
    };
    const end = new AbortController();
    const options = { passive: true, signal: end.signal };
    for (const type of ['pointerenter', 'pointerleave', 'scroll']) element.addEventListener(type, check, options);
    element.closest('[data-scroller]')?.addEventListener('scroll', check, options);
    return () => end.abort();
  }, [grid]);
  useEffect(() => {
    report.current?.(touched);
  }, [touched]);
}

/** The indexes of the visible rows and of the active row, which must stay in the document to keep the focus. */
export function drawnRows({ first, last }: Range, active: number): number[] {
  const indexes = Array.from({ length: last - first }, (_, at) => first + at);
  if (active < first) indexes.unshift(active);
  else if (active >= last) indexes.push(active);
  return indexes;
}

/** The cells of a row with their spans, without the cells that another one covers. */
export function uncovered<Row>(columns: readonly Column<Row>[], row: Row): { column: Column<Row>; span: number }[] {
  let covered = 0;
  return columns.flatMap((column) => {
    if (covered > 0) {
      covered--;
      return [];
    }
    const span = column.span?.(row) ?? 1;
    covered = span - 1;
    return [{ column, span }];
  });
}

/**
 * The effect of → (1) and ← (-1) on a row of a tree: toggle its group, or move to the row with the returned index, which is the next row or the
 * parent.
 */
export function treeStep(
  groups: readonly Pick<RowGroup, 'level' | 'expanded'>[],
  active: number,
  direction: 1 | -1,
): 'toggle' | number {
  const group = groups[active];
  if (group === undefined) return active;
  if (group.expanded === (direction === -1)) return 'toggle';
  if (direction === 1) return active + 1;
  const parent = groups.findLastIndex(({ level }, at) => at < active && level < group.level);
  return parent === -1 ? active : parent;
}
