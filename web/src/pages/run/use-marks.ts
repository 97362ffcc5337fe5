import { useMemo } from 'react';
import type { Job } from '../../lib/jobs.ts';
import { printList, readList } from '../../lib/url-list.ts';
import { useUrlState } from '../../lib/url-state.ts';

/** The jobs that were marked, as the address says. */
export function useMarks(all: readonly Job[]) {
  const [text, setText] = useUrlState('marks', '');
  const marks = useMemo(() => new Set(readList(text)), [text]);
  const marked = useMemo(() => all.filter(({ job_id }) => marks.has(job_id)), [all, marks]);
  const set = (ids: Iterable<string>) => setText(printList(ids), { replace: true });
  return {
    marks,
    marked,
    clear: () => set([]),
    /** Marks jobs, or if all of them are marked, no longer marks them. */
    mark: (jobs: readonly Job[]) => {
      const next = new Set(marks);
      const isMarked = jobs.every(({ job_id }) => marks.has(job_id));
      for (const { job_id } of jobs) {
        if (isMarked) next.delete(job_id);
        else next.add(job_id);
      }
      set([...next].slice(0, mostMarks));
    },
  };
}

/** More would make too long an address. */
const mostMarks = 200;
