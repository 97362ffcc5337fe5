import { type RefObject, useEffect, useRef, useState } from 'react';
import { scrollerOf } from './grid-window.ts';

/** Reports whether the rows of a grid must stay in place: while it is scrolled or the pointer is over it. */
export function useHold(grid: RefObject<HTMLElement | null>, onHold: ((hold: boolean) => void) | undefined): void {
  const [touched, setTouched] = useState(false);
  const report = useRef(onHold);
  report.current = onHold;
  useEffect(() => {
    const element = grid.current;
    if (element === null || report.current === undefined) return;
    let inside = false;
    const check = () => setTouched(inside || scrollerOf(element).scrollTop > 0);
    const enter = () => {
      inside = true;
      check();
    };
    const leave = () => {
      inside = false;
      check();
    };
    const outer = element.closest<HTMLElement>('[data-scroller]');
    element.addEventListener('pointerenter', enter);
    element.addEventListener('pointerleave', leave);
    element.addEventListener('scroll', check, { passive: true });
    outer?.addEventListener('scroll', check, { passive: true });
    return () => {
      element.removeEventListener('pointerenter', enter);
      element.removeEventListener('pointerleave', leave);
      element.removeEventListener('scroll', check);
      outer?.removeEventListener('scroll', check);
    };
  }, [grid]);
  useEffect(() => {
    report.current?.(touched);
  }, [touched]);
}
