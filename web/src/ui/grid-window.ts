import { type RefObject, useCallback, useLayoutEffect, useState } from 'react';

/** The rows that are rendered: from `first` up to, but not including, `last`. */
export interface Range {
  first: number;
  last: number;
}

const overscan = 6;
/** Used until the screen has been measured. */
const initial: Range = { first: 0, last: 40 };

/** The rows that are visible, and a few more on either side. All heights in pixels. */
export function visibleRange(top: number, height: number, rowHeight: number, count: number): Range {
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + overscan);
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
  rowHeight: number,
): Range {
  const [range, setRange] = useState<Range>(initial);
  const measure = useCallback(() => {
    if (grid.current === null || body.current === null) return;
    const frame = scrollerOf(grid.current).getBoundingClientRect();
    const top = frame.top - body.current.getBoundingClientRect().top;
    const next = visibleRange(Math.max(0, top), frame.height + Math.min(0, top), rowHeight, count);
    setRange((old) => (old.first === next.first && old.last === next.last ? old : next));
  }, [grid, body, count, rowHeight]);

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
