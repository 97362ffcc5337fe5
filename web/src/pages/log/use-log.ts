/** Loads parts of a log while it is scrolled, searched and folded. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { apiPath } from '../../../../src/core/paths.ts';
import type { LogMatch, LogSlice } from '../../../../src/http/api/job-log.ts';
import { ApiError, fetchApi } from '../../lib/api.ts';
import { taskStart } from './line-parts.ts';
import { type LogWindow, unnumbered, windowOf, withEarlier, withFold, withLater, withNumbers } from './window.ts';

/** The state of a search. */
export type Search = { state: 'none' | 'nothing' } | { state: 'searching'; at: number };

/** What a page does with a log. */
export type Log = ReturnType<typeof useLog>;

const linesAtATime = '1000';

type Ask = <Answer>(query: Record<string, string>) => Promise<Answer>;

/** The log of a job, or another one of its files. */
export function useLog({ run, job, file }: { run: string; job: string; file: string }) {
  const [error, setError] = useState<ApiError | null>(null);
  const stop = useRef(new AbortController());
  useEffect(() => {
    stop.current = new AbortController();
    const { current } = stop;
    return () => current.abort();
  }, []);
  const ask: Ask = useCallback(
    <Answer>(query: Record<string, string>) =>
      fetchApi<Answer>(apiPath.log(run, job, { file, ...query }), stop.current.signal),
    [run, job, file],
  );
  const failed = useCallback((problem: unknown) => setError(problem instanceof ApiError ? problem : null), []);
  const { held, change, ...moves } = useHeld(ask, file, failed);
  useNumbers(ask, held, change);
  const { search, find } = useSearch(ask, failed);
  const { window } = held;
  /** Folds a task: hides everything from the line after its first one up to the next task. */
  const fold = useCallback(
    async (behind: number) => {
      const next = (await find(taskStart, behind)) ?? window?.size ?? behind;
      await change(async (now) => [null, withFold(now as LogWindow, behind, next)]);
    },
    [change, find, window],
  );
  /** The byte at which a line begins, given its number; null if that cannot be determined. */
  const byteOf = useCallback(
    async (line: number) => {
      try {
        const { lines } = await ask<LogSlice>({ line: String(line), lines: '1' });
        return lines[0]?.at ?? null;
      } catch (problem) {
        failed(problem);
        return null;
      }
    },
    [ask, failed],
  );
  return { ...held, error, search, ...moves, find, byteOf, fold };
}

/** A position in a log: a byte, or the end. */
type Goal = number | 'end';

type Change = (window: LogWindow | null) => Promise<[LogSlice | null, LogWindow]>;

/**
 * `goal` is the position for which the window was loaded, null if the visible lines must not move. `counting` tells that unknown line numbers may
 * be known soon.
 */
interface Held {
  window: LogWindow | null;
  goal: Goal | null;
  file: string;
  cut: boolean;
  counting: boolean;
}

/** Milliseconds before line numbers that are still being counted are requested again. */
const countingPause = 50;

function useNumbers(ask: Ask, held: Held, change: (make: Change, how: { waits: boolean }) => Promise<void>) {
  useEffect(() => {
    const missing = held.counting ? unnumbered(held.window) : null;
    if (missing === null) return;
    const number: Change = async (window) => {
      const slice = await ask<LogSlice>({ from: String(missing.at), lines: linesAtATime });
      const next = withNumbers(window as LogWindow, slice);
      return [{ ...slice, counting: slice.counting || next !== window }, next];
    };
    const timer = setTimeout(() => void change(number, { waits: false }), countingPause);
    return () => clearTimeout(timer);
  }, [ask, change, held]);
}

function useHeld(ask: Ask, file: string, failed: (problem: unknown) => void) {
  const { held, change } = useChanges(file, failed);
  const read = useCallback(
    (
      query: (window: LogWindow | null) => Record<string, string>,
      join: typeof withLater,
      { waits = false, goal = null as Goal | null } = {},
    ) =>
      change(
        async (window) => {
          const slice = await ask<LogSlice>(query(window));
          // If the slice has line numbers, the numbers of the lines before it can be determined, too.
          const counting = slice.counting || slice.lines.some(({ line }) => line !== null);
          return [{ ...slice, counting }, window === null ? windowOf(slice) : join(window, slice)];
        },
        { waits, goal },
      ),
    [ask, change],
  );
  /** Replaces the window with the lines around a byte, or with the last lines. Scrolls there unless `stays` is set. */
  const show = useCallback(
    (at: Goal, stays = false) => {
      const place: Record<string, string> = at === 'end' ? { from: 'end' } : { around: String(at) };
      return read(
        () => ({ ...place, lines: '400' }),
        (_, slice) => windowOf(slice),
        { waits: true, goal: stays ? null : at },
      );
    },
    [read],
  );
  const later = useCallback(
    () => read((window) => ({ from: String(window?.to ?? 0), lines: linesAtATime }), withLater),
    [read],
  );
  const earlier = useCallback(
    () => read((window) => ({ before: String(window?.from ?? 0), lines: linesAtATime }), withEarlier),
    [read],
  );
  return { held, change, show, later, earlier };
}

/** Makes one change at a time. Changes that a user requested wait for their turn. Scrolling does not wait, because it requests again by itself. */
function useChanges(file: string, failed: (problem: unknown) => void) {
  const [held, setHeld] = useState<Held>({ window: null, goal: null, file, cut: false, counting: false });
  const running = useRef<Promise<void> | null>(null);
  const current = useRef(held);
  current.current = held;
  const carryOut = useCallback(
    async (make: Change, goal: Goal | null) => {
      try {
        const [slice, window] = await make(current.current.window);
        const { file, cut, counting } = slice ?? current.current;
        const next = { window, goal, file, cut, counting };
        current.current = next;
        setHeld(next);
        failed(null);
      } catch (problem) {
        failed(problem);
      }
    },
    [failed],
  );
  const change = useCallback(
    async (make: Change, { waits = true, goal = null as Goal | null } = {}) => {
      if (running.current !== null && !waits) return;
      while (running.current !== null) await running.current;
      running.current = carryOut(make, goal);
      await running.current;
      running.current = null;
    },
    [carryOut],
  );
  return { held, change };
}

/** Searches until a match is found or the file ends. The server searches a part of the file for each request. */
function useSearch(ask: Ask, failed: (problem: unknown) => void) {
  const [search, setSearch] = useState<Search>({ state: 'none' });
  /** Searches for a text, or for an error if it is null. Resolves to the byte offset of the line, or null. */
  const find = useCallback(
    async (text: string | null, from: number) => {
      try {
        for (let at: number | null = from; at !== null; ) {
          setSearch({ state: 'searching', at });
          const wanted: Record<string, string> = text === null ? { next: 'error' } : { find: text };
          const match: LogMatch = await ask<LogMatch>({ ...wanted, from: String(at) });
          if (match.at !== null) {
            setSearch({ state: 'none' });
            return match.at;
          }
          at = match.next;
        }
        setSearch({ state: 'nothing' });
      } catch (problem) {
        setSearch({ state: 'none' });
        failed(problem);
      }
      return null;
    },
    [ask, failed],
  );
  return { search, find };
}
