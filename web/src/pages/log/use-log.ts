/** Reads a log as it is scrolled, searched and folded. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { apiPath } from '../../../../src/core/paths.ts';
import type { LogMatch, LogSlice } from '../../../../src/http/api/job-log.ts';
import { ApiError, fetchApi } from '../../lib/api.ts';
import { taskStart } from './line-parts.ts';
import { type LogWindow, unnumbered, windowOf, withEarlier, withFold, withLater, withNumbers } from './window.ts';

/** A search that is under way, or how it ended. */
export type Search = { state: 'none' | 'nothing' } | { state: 'searching'; at: number };

/** What a page does with a log. */
export type Log = ReturnType<typeof useLog>;

const linesAtATime = '1000';

type Ask = <Answer>(query: Record<string, string>) => Promise<Answer>;

/** The log of a job, or another file of it. */
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
  /** Folds a task from the line behind its first one on, up to the next task. */
  const fold = useCallback(
    async (behind: number) => {
      const next = (await find(taskStart, behind)) ?? window?.size ?? behind;
      await change(async (now) => [null, withFold(now as LogWindow, behind, next)]);
    },
    [change, find, window],
  );
  /** The byte at which the line of a number begins; null when it cannot be told. */
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

/** Where in a log to go: a byte, or its end. */
type Goal = number | 'end';

type Change = (window: LogWindow | null) => Promise<[LogSlice | null, LogWindow]>;

/** `goal`: what the window was read for; null when what is looked at stays. `counting`: numbers of lines that are not known may be soon. */
interface Held {
  window: LogWindow | null;
  goal: Goal | null;
  file: string;
  cut: boolean;
  counting: boolean;
}

/** Milliseconds until numbers that are being counted are asked for again. */
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
          // Where it has numbers, those of the lines before it can be told too.
          const counting = slice.counting || slice.lines.some(({ line }) => line !== null);
          return [{ ...slice, counting }, window === null ? windowOf(slice) : join(window, slice)];
        },
        { waits, goal },
      ),
    [ask, change],
  );
  /** Replaces the window by the lines around a byte, or the last ones, and goes there unless what is looked at stays. */
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

/** One change at a time: what somebody asked for waits for its turn, and scrolling asks again by itself. */
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

/** Searches go on until something is found or the file ends: the server looks through a part of it at a time. */
function useSearch(ask: Ask, failed: (problem: unknown) => void) {
  const [search, setSearch] = useState<Search>({ state: 'none' });
  /** Looks for a text, or with null for an error; resolves to the byte of its line, null for none. */
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
