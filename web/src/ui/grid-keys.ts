import { type KeyboardEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useKeys } from '../lib/keys.ts';
import { preferences } from '../lib/preferences.ts';
import type { GridProps } from './grid-columns.ts';
import { treeStep } from './grid-window.ts';

/** The keyboard cursor of a grid. */
export type GridCursor = ReturnType<typeof useGridCursor>;

const pageSize = 15;

/**
 * The cursor of a grid: the index of the row that Tab focuses, and functions that move it, select its row and open it. `reveal` scrolls to a row
 * and optionally focuses it.
 */
export function useGridCursor<Row>(props: GridProps<Row>, reveal: (index: number, focus: boolean) => void) {
  const { rows, rowKey, rowHref, selected, onSelect, onOpen, groupOf } = props;
  const [, navigate] = useLocation();
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const wanted = selected ?? activeKey;
  const found = wanted === null ? 0 : rows.findIndex((row) => rowKey(row) === wanted);
  const active = Math.max(0, found);

  const moveTo = (index: number, focus: boolean) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setActiveKey(rowKey(row));
    onSelect?.(row);
    if (focus) reveal(rows.indexOf(row), true);
  };
  const open = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    const toggle = groupOf?.(row).onToggle;
    if (toggle) toggle();
    else if (onOpen) onOpen(row);
    else if (rowHref) navigate(rowHref(row));
  };
  /** Moves into a group and out of it. */
  const step = (direction: 1 | -1) => {
    const groups = groupOf ? rows.map(groupOf) : [];
    const target = treeStep(groups, active, direction);
    if (target === 'toggle') groups[active]?.onToggle?.();
    else moveTo(target, true);
  };
  const actions: Record<string, () => void> = {
    ArrowDown: () => moveTo(active + 1, true),
    ArrowUp: () => moveTo(active - 1, true),
    PageDown: () => moveTo(active + pageSize, true),
    PageUp: () => moveTo(active - pageSize, true),
    Home: () => moveTo(0, true),
    End: () => moveTo(rows.length - 1, true),
    Enter: () => open(active),
    ...(groupOf && { ArrowRight: () => step(1), ArrowLeft: () => step(-1) }),
  };
  // Without a selection, the first press selects the first row.
  const letters: Record<string, () => void> = {
    j: () => moveTo(wanted === null || found < 0 ? 0 : active + 1, true),
    k: () => moveTo(active - 1, true),
    o: () => open(active),
  };
  useKeys(letters, rows.length > 0);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isControl(event.target, event.key)) return;
    const action = actions[event.key] ?? (preferences().keys ? letters[event.key] : undefined);
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  return { active, onKeyDown, moveTo, open };
}

/** Whether a control inside a cell handles the key itself. */
function isControl(target: EventTarget, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return true;
  return key === 'Enter' && /^(A|BUTTON|SUMMARY)$/.test(target.tagName);
}
