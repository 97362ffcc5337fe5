import { useCallback, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { JobPage } from '../../../../src/http/api/job-page.ts';
import { root, setUrlStates, usePathParts, useTitle, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { bytes } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorBox, NotFound } from '../../ui/States.tsx';
import { Status } from '../../ui/Status.tsx';
import { Lines } from './Lines.tsx';
import { type Log, type Search, useLog } from './use-log.ts';
import { rowAt } from './window.ts';
import './log.css';

/** The log of a job. It opens at the first error, or at the line in the URL. */
export default function LogPageView() {
  const [, run = '', , job = ''] = usePathParts();
  const [file] = useUrlState('file', '');
  const [atText] = useUrlState('at', '');
  const [lineText] = useUrlState('line', '');
  const { data: page, error } = useApi<JobPage>(apiPath.job(run, job));
  const log = useLog({ run, job, file });
  useTitle(`log of ${job}`);
  const { show } = log;
  const { marked, mark, jump, jumpToLine } = useMark(log);
  const firstError = file === '' ? (page?.excerpt?.byte ?? null) : null;
  const isKnown = page !== undefined;
  // Only once: later changes of the URL come from this page itself.
  const opened = useRef(false);
  useEffect(() => {
    const line = lineIn(lineText);
    if (opened.current || (atText === '' && line === null && !isKnown)) return;
    opened.current = true;
    if (line !== null) return void jumpToLine(line);
    const at = /^\d{1,15}$/.test(atText) ? Number(atText) : firstError;
    mark(at, false);
    void show(at ?? 'end');
  }, [atText, lineText, firstError, isKnown, show, mark, jumpToLine]);
  if (error?.status === 404) return <NotFound what={`job ${job} of run ${run}`} nearest={error.nearest} />;
  return (
    <>
      <LogHeader page={page} run={run} job={job} log={log} />
      <Tools
        log={log}
        marked={marked}
        firstError={firstError}
        onJump={jump}
        onLine={jumpToLine}
        raw={root + apiPath.logFile(run, job, { file })}
      />
      {log.error !== null && log.window === null ? (
        <ErrorBox error={log.error} onRetry={() => void show(marked ?? 'end')} />
      ) : (
        <Lines log={log} marked={marked} onMark={mark} />
      )}
    </>
  );
}

/** The marked line, identified by its byte offset, which the URL stores. */
function useMark({ show, byteOf }: Pick<Log, 'show' | 'byteOf'>) {
  const [marked, setMarked] = useState<number | null>(null);
  const mark = useCallback((at: number | null, isKept = true) => {
    setMarked(at);
    if (isKept) setUrlStates({ at: String(at), line: '' }, { replace: true });
  }, []);
  const jump = useCallback(
    async (at: number) => {
      mark(at);
      await show(at);
    },
    [mark, show],
  );
  const jumpToLine = useCallback(
    async (line: number) => {
      const at = await byteOf(line);
      if (at !== null) await jump(at);
    },
    [byteOf, jump],
  );
  return { marked, mark, jump, jumpToLine };
}

function LogHeader({ page, run, job, log }: { page: JobPage | undefined; run: string; job: string; log: Log }) {
  return (
    <header className="head">
      <div className="line spread">
        <span className="line">
          <h1>
            {page && <Status status={page.job.status} />} Log of <Link href={pagePath.job(run, job)}>{job}</Link>
          </h1>
          <span className="mono">{log.file === '' ? 'teuthology.log' : log.file}</span>
          {log.window !== null && <span>{bytes(log.window.size)}</span>}
          {log.cut && <span className="badge">its end is missing</span>}
        </span>
        <Link href={pagePath.run(run)}>{run}</Link>
      </div>
    </header>
  );
}

interface ToolsProps {
  log: Log;
  marked: number | null;
  firstError: number | null;
  onJump: (at: number) => Promise<void>;
  onLine: (line: number) => Promise<void>;
  raw: string;
}

function Tools({ log, marked, firstError, onJump, onLine, raw }: ToolsProps) {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const { window } = log;
  const from = () => {
    const row = window === null || marked === null ? -1 : rowAt(window, marked);
    return row < 0 ? (marked ?? window?.from ?? 0) : (window?.rows[row + 1]?.at ?? window?.to ?? 0);
  };
  const find = async (wanted: string | null) => {
    if (wanted === '') return;
    const at = await log.find(wanted, from());
    if (at !== null) await onJump(at);
  };
  useKeys({
    '/': () => input.current?.focus(),
    e: () => void find(null),
    n: () => void find(text),
  });
  return (
    <div className="tools log-tools">
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void find(text);
        }}
      >
        <input
          ref={input}
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            // Without this, Esc would clear the text that n searches for.
            event.preventDefault();
            event.currentTarget.blur();
          }}
          placeholder="Find (case-sensitive)"
          aria-label="Find in the log"
        />{' '}
        <Button type="submit">Find</Button>
      </form>
      <Button onClick={() => void find(null)}>Next error</Button>
      {firstError !== null && <Button onClick={() => void onJump(firstError)}>First error</Button>}
      <Button onClick={() => void log.show(0)}>Start</Button>
      <Button onClick={() => void log.show('end')}>End</Button>
      <LineField onLine={onLine} />
      <a href={raw} download>
        download
      </a>
      <span role="status">{searchText(log.search)}</span>
    </div>
  );
}

function LineField({ onLine }: Pick<ToolsProps, 'onLine'>) {
  const [text, setText] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const line = lineIn(text);
        if (line !== null) void onLine(line);
      }}
    >
      <input
        className="log-line-field"
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Line"
        aria-label="Go to line"
      />
    </form>
  );
}

function lineIn(text: string): number | null {
  const digits = text.trim().replaceAll(',', '');
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : null;
}

function searchText(search: Search): string {
  if (search.state === 'searching') return `searching from ${bytes(search.at)} …`;
  return search.state === 'nothing' ? 'nothing more was found' : '';
}
