import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { shortSha1 } from '../../lib/format.ts';
import { Copy } from '../../ui/Copy.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';
import { Results } from '../runs/columns.tsx';

/** One of the two runs. */
export function RunSide({ letter, run, children }: { letter: string; run: RunItem; children?: ReactNode }) {
  return (
    <div className="compare-side">
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
