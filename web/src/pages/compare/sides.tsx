import { type ReactNode, useId, useState } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { RunList, SearchResults } from '../../../../src/http/api/lists.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { useApi } from '../../lib/api.ts';
import { shortSha1 } from '../../lib/format.ts';
import { Copy } from '../../ui/Copy.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';
import { Results } from '../runs/columns.tsx';

/** One of the two runs. */
export function RunSide({ letter, run, children }: { letter: string; run: RunItem; children?: ReactNode }) {
  return (
    <div>
      <div className="compare-name">
        <b>{letter}</b> <Status status={run.status} /> <Link href={pagePath.run(run.name)}>{run.name}</Link>
      </div>
      <div className="line">
        <span>
          {run.suite} · {run.branch}
        </span>
        <Time at={run.scheduled} /> <Results counts={run.counts} total={run.total} />
        {children}
      </div>
    </div>
  );
}

/** How the two runs differ apart from their results. */
export function WhatChanged({ a, b }: { a: RunItem; b: RunItem }) {
  const facts: [string, string, string][] = [
    ['suite', a.suite, b.suite],
    ['branch', a.branch, b.branch],
    ['machine type', a.machine_type, b.machine_type],
    ['flavor', a.flavor ?? 'none', b.flavor ?? 'none'],
  ];
  const different = facts.filter(([, from, to]) => from !== to);
  const range = a.sha1 && b.sha1 && a.sha1 !== b.sha1 ? `${a.sha1}..${b.sha1}` : null;
  return (
    <p className="compare-changed line">
      <span className="quiet">Differences between A and B:</span>
      {range ? (
        <span>
          sha1 <code>{`${shortSha1(a.sha1)} → ${shortSha1(b.sha1)}`}</code> <Copy text={range} label="commit range" />
        </span>
      ) : (
        <span>{a.sha1 && a.sha1 === b.sha1 ? 'same sha1' : 'sha1 unknown'}</span>
      )}
      {different.map(([name, from, to]) => (
        <span key={name}>
          {name} <code>{`${from} → ${to}`}</code>
        </span>
      ))}
    </p>
  );
}

interface ChooserProps {
  label: string;
  /** The run for which another one is chosen; earlier runs of its suite and branch are listed first. Null if there is no such run. */
  run: RunItem | null;
  onChoose: (run: string) => void;
}

/** Chooses a run: the previous one, a recent one, or one found by a part of its name. */
export function RunChooser({ label, run, onChoose }: ChooserProps) {
  return (
    <Popover label={label}>
      {(close) => (
        <Choices
          run={run}
          onChoose={(run) => {
            close();
            onChoose(run);
          }}
        />
      )}
    </Popover>
  );
}

function Choices({ run, onChoose }: Omit<ChooserProps, 'label'>) {
  const [text, setText] = useState('');
  const id = useId();
  const searching = text.trim().length >= 2;
  const found = useApi<SearchResults>(searching ? apiPath.search(text) : null);
  const runs = found.data?.items.filter(({ kind }) => kind === 'run') ?? [];
  return (
    <div className="compare-choices">
      <label htmlFor={id}>Part of the run name</label>
      <input
        id={id}
        type="search"
        // biome-ignore lint/a11y/noAutofocus: the chooser is opened to type into it.
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {searching ? (
        <ul>
          {runs.map(({ label }) => (
            <li key={label}>
              <Choice name={label} onChoose={onChoose} />
            </li>
          ))}
        </ul>
      ) : (
        <Suggested run={run} onChoose={onChoose} />
      )}
      {searching && found.data && runs.length === 0 && <p className="quiet">No matching run.</p>}
    </div>
  );
}

/** The most likely choices: runs of the same branch, of main, then of any branch. */
function Suggested({ run, onChoose }: Omit<ChooserProps, 'label'>) {
  const suite = literalTerm('suite', run?.suite ?? '');
  const branch = literalTerm('branch', run?.branch ?? '');
  const isMain = run?.branch === 'main';
  const lists = run !== null && {
    [`${run.suite} on ${run.branch}`]: `${suite} ${branch}`,
    ...(!isMain && { [`${run.suite} on main`]: `${suite} branch:main` }),
    'other branches': `${suite} -${branch}${isMain ? '' : ' -branch:main'}`,
  };
  return (
    <>
      <Choice name="" onChoose={onChoose}>
        previous run
      </Choice>
      {run !== null && (
        <Choice name="base" onChoose={onChoose}>
          last run of the base branch
        </Choice>
      )}
      {Object.entries(lists || { 'other branches': '' }).map(([title, q]) => (
        <RunsOf key={title} title={title} q={q} without={run?.name} onChoose={onChoose} />
      ))}
    </>
  );
}

interface RunsOfProps {
  title: string;
  q: string;
  without: string | undefined;
  onChoose: (run: string) => void;
}

function RunsOf({ title, q, without, onChoose }: RunsOfProps) {
  const { data } = useApi<RunList>(apiPath.runs({ q, limit: '6' }));
  const runs = data?.runs.filter(({ name }) => name !== without) ?? [];
  if (runs.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {runs.map(({ name, status, scheduled }) => (
          <li key={name}>
            <Choice name={name} onChoose={onChoose}>
              <Status status={status} /> <Time at={scheduled} /> {name}
            </Choice>
          </li>
        ))}
      </ul>
    </>
  );
}

function Choice({
  name,
  onChoose,
  children = name,
}: { name: string; children?: ReactNode } & Pick<ChooserProps, 'onChoose'>) {
  return (
    <button type="button" className="compare-choice" onClick={() => onChoose(name)}>
      {children}
    </button>
  );
}
