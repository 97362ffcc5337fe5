import { useCallback, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { JobPage } from '../../../../src/http/api/job-page-schema.ts';
import { useTitle } from '../../app/title.ts';
import { useApi } from '../../lib/api.ts';
import { root } from '../../lib/base.ts';
import { bytes } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { setUrlStates, usePathParts, useUrlState } from '../../lib/url-state.ts';
import { ErrorBox, NotFound } from '../../ui/States.tsx';
import { Status } from '../../ui/Status.tsx';
import { Lines } from './Lines.tsx';
import './log.css';
import { type Log, type Search, useLog } from './use-log.ts';
import { rowAt } from './window.ts';

/** The log of a job: it opens at the first error, or at the line that the address names. */
export default function LogPageView() {
  const [, run = '', , job = ''] = usePathParts();
  const [file] = useUrlState('file', '');
  const [atText] = useUrlState('at', '');
  const { data: page, error } = useApi<JobPage>(apiPath.job(run, job));
  const log = useLog({ run, job, file });
  const [marked, setMarked] = useState<number | null>(null);
  useTitle(`log of ${job}`);
  const { show } = log;
  const firstError = file === '' ? (page?.excerpt?.byte ?? null) : null;
  const isKnown = page !== undefined;
  const jump = useCallback(
    async (at: number) => {
      setMarked(at);
      setUrlStates({ at: String(at) }, { replace: true });
      await show(at);
    },
    [show],
  );
  // Once: later changes of the address are those of this page.
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current || (atText === '' && !isKnown)) return;
    opened.current = true;
    const at = /^\d{1,15}$/.test(atText) ? Number(atText) : firstError;
    setMarked(at);
    void show(at ?? 'end');
  }, [atText, firstError, isKnown, show]);
  if (error?.status === 404) return <NotFound what={`job ${job} of run ${run}`} nearest={error.nearest} />;
  return (
    <>
      <LogHeader page={page} run={run} job={job} log={log} />
      <Tools
        log={log}
        marked={marked}
        firstError={firstError}
        onJump={jump}
        raw={root + apiPath.logFile(run, job, { file })}
      />
      {log.error !== null && log.window === null ? (
        <ErrorBox error={log.error} onRetry={() => void show(marked ?? 'end')} />
      ) : (
        <Lines
          log={log}
          marked={marked}
          onMark={(at) => {
            setMarked(at);
            setUrlStates({ at: String(at) }, { replace: true });
          }}
        />
      )}
    </>
  );
}

interface HeaderProps {
  page: JobPage | undefined;
  run: string;
  job: string;
  log: Log;
}

function LogHeader({ page, run, job, log }: HeaderProps) {
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
  raw: string;
}

function Tools({ log, marked, firstError, onJump, raw }: ToolsProps) {
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
          placeholder="Find in the log, case and all"
          aria-label="Find in the log"
        />{' '}
        <button type="submit" className="button">
          Find
        </button>
      </form>
      <button type="button" className="button" onClick={() => void find(null)}>
        Next error
      </button>
      {firstError !== null && (
        <button type="button" className="button" onClick={() => void onJump(firstError)}>
          First error
        </button>
      )}
      <button type="button" className="button" onClick={() => void log.show(0)}>
        Start
      </button>
      <button type="button" className="button" onClick={() => void log.show('end')}>
        End
      </button>
      <a href={raw} download>
        download
      </a>
      <span role="status">{searchText(log.search)}</span>
    </div>
  );
}

function searchText(search: Search): string {
  if (search.state === 'searching') return `searching from ${bytes(search.at)} …`;
  return search.state === 'nothing' ? 'nothing more was found' : '';
}
