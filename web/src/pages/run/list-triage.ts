/** Deciding from the list of failures, with its keys. */
import { useEffect, useRef, useState } from 'react';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { Job } from '../../lib/jobs.ts';
import { useKeys } from '../../lib/keys.ts';
import { useUrlState } from '../../lib/url-state.ts';
import { type FailureRow, groupKey, nextGroup } from './failure-rows.ts';
import type { Group } from './groups.ts';
import { nextUndecided, type Patch } from './triage.ts';
import { type Triage, useTriage } from './use-triage.ts';

interface ListTriage {
  page: RunPage;
  patch: Patch;
  groups: readonly Group[];
  /** What is selected. */
  group: Group | null;
  job: Job | null;
  select: (key: string) => void;
}

/**
 * Returns what moves the focus to the selected row once it is drawn, so that Enter and screen readers follow; not out of a form that
 * was opened meanwhile.
 */
function useRowFocus(): () => void {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (asked === 0) return;
    const frame = requestAnimationFrame(() => {
      if (document.querySelector('form.decide') === null) {
        document.querySelector<HTMLElement>('.list .grid-row[tabindex="0"]')?.focus();
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [asked]);
  return () => setAsked((times) => times + 1);
}

/**
 * Binds t, T, u, n and p. `rows` is where the list keeps the rows that it shows: the keys go from row to row, and a row that was
 * decided on stays where it is. Looking back at an earlier time, nothing can be decided.
 */
export function useListTriage({ page, patch, groups, group, job, select }: ListTriage) {
  const [at] = useUrlState('at', '');
  const rows = useRef<readonly FailureRow[]>([]);
  const focusRow = useRowFocus();
  const go = (next: Group) => {
    select(groupKey(next));
    focusRow();
  };
  const triage = useTriage({ page, patch, groups, rows, go });
  const current = group ?? groups.find(({ jobs }) => jobs.some((one) => one === job)) ?? groups[0];
  const walk = (step: 1 | -1) => {
    const selected = current ? groupKey(current) : null;
    const next = nextUndecided(rows.current, current?.id ?? null, step) ?? nextGroup(groups, selected, step);
    if (next) go(next);
  };
  const start = () => {
    if (current === undefined) return;
    select(groupKey(current));
    triage.start(current);
  };
  const usable: Triage | null = at === '' ? triage : null;
  useKeys({ n: () => walk(1), p: () => walk(-1), N: () => walk(-1) });
  useKeys(
    {
      t: start,
      T: () => current?.band && void triage.accept(current.band),
      u: () => void triage.undo(),
    },
    usable !== null,
  );
  return { rows, triage: usable };
}
