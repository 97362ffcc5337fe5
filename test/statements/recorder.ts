/** Records every statement that this process sends to a database, at the level of the drivers. */
import { type SQLInputValue, StatementSync } from 'node:sqlite';
import pg from 'pg';

/** A statement with some of the parameters that were sent with it. */
export interface Recorded {
  text: string;
  parameters: unknown[][];
  /** The function of the store that first sent it, as `path function` with the path below `src/store`. */
  origin: string;
}

/** How many parameter sets are kept per statement: common and rare values may need different plans. */
const most = 4;

/** Files that only pass statements on. */
const carriers = ['engine/transaction', 'engine/postgres', 'engine/sqlite', 'engine/sqlite-driver', 'write/batch'];

/** A recording of statements. */
export interface Recording {
  begin(): void;
  /** Whether a recorded statement contains this text. */
  has(text: string): boolean;
  stop(): Recorded[];
}

/** Records from `begin` to `stop`, without statements for transactions and connection settings. */
export function record(): Recording {
  let listening = false;
  const heard = new Map<string, Recorded>();
  const hear = (text: string, parameters: unknown[]) => {
    if (!listening || !/^\s*(select|with|insert|update|delete)\b/i.test(text)) return;
    const known = heard.get(text);
    const recorded = known ?? { text, parameters: [], origin: origin() };
    if (!known) heard.set(text, recorded);
    // Most statements occur hundreds of times, some of them with long texts.
    if (recorded.parameters.length === most) return;
    const printed = JSON.stringify(parameters);
    if (recorded.parameters.every((other) => JSON.stringify(other) !== printed)) recorded.parameters.push(parameters);
  };
  const restore = [listenToSqlite(hear), listenToPostgres(hear)];
  return {
    begin() {
      listening = true;
    },
    has: (part) => [...heard.keys()].some((text) => text.includes(part)),
    stop() {
      for (const one of restore) one();
      return [...heard.values()];
    },
  };
}

type Hear = (text: string, parameters: unknown[]) => void;

function listenToSqlite(hear: Hear): () => void {
  const { all, run, iterate } = StatementSync.prototype;
  const listening = (method: (...parameters: SQLInputValue[]) => unknown) =>
    function (this: StatementSync, ...parameters: SQLInputValue[]) {
      hear(this.sourceSQL, parameters);
      return method.apply(this, parameters);
    };
  Object.assign(StatementSync.prototype, { all: listening(all), run: listening(run), iterate: listening(iterate) });
  return () => Object.assign(StatementSync.prototype, { all, run, iterate });
}

function listenToPostgres(hear: Hear): () => void {
  const { query } = pg.Client.prototype;
  const listening = function (this: pg.Client, ...given: unknown[]) {
    const [first, values] = given as [string | { text?: string; values?: unknown[] }, unknown];
    if (typeof first === 'string') hear(first, Array.isArray(values) ? values : []);
    else if (typeof first.text === 'string') hear(first.text, first.values ?? []);
    return (query as (...all: unknown[]) => unknown).apply(this, given);
  };
  Object.assign(pg.Client.prototype, { query: listening });
  return () => Object.assign(pg.Client.prototype, { query });
}

function origin(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  const frames = String(new Error('here').stack).matchAll(
    /at (?:async )?(?:\S*\.)?(\S+) .*\/src\/store\/([\w/-]+)\.ts/g,
  );
  Error.stackTraceLimit = before;
  const named = [...frames].map(([, name = '', file = '']) => ({ name, file }));
  const found = named.find(({ file, name }) => !carriers.includes(file) && name !== '<anonymous>');
  return found ? `${found.file}.ts ${found.name}` : 'unknown';
}
