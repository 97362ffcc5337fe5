import { type ReactNode, useId, useState } from 'react';
import { apiPath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { RunList, SearchResults } from '../../../../src/http/api/lists-schema.ts';
import { useApi } from '../../lib/api.ts';
import { Popover } from '../../ui/Popover.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';

interface ChooserProps {
  label: string;
  /** The suite whose recent runs are offered; empty for any suite. */
  suite: string;
  onChoose: (run: string) => void;
}

/** Chooses a run: the previous one, a recent one, or one found by a part of its name. */
export function RunChooser({ label, suite, onChoose }: ChooserProps) {
  return (
    <Popover label={label}>
      {(close) => (
        <Choices
          suite={suite}
          onChoose={(run) => {
            close();
            onChoose(run);
          }}
        />
      )}
    </Popover>
  );
}

function Choices({ suite, onChoose }: Omit<ChooserProps, 'label'>) {
  const [text, setText] = useState('');
  const id = useId();
  const searching = text.trim().length >= 2;
  const recent = useApi<RunList>(
    searching ? null : apiPath.runs({ q: suite && literalTerm('suite', suite), limit: '12' }),
  );
  const found = useApi<SearchResults>(searching ? apiPath.search(text) : null);
  const runs = found.data?.items.filter(({ kind }) => kind === 'run') ?? [];
  return (
    <div className="compare-choices">
      <label htmlFor={id}>Part of the run name</label>
      <input id={id} type="search" value={text} onChange={(event) => setText(event.target.value)} />
      <ul>
        {!searching && (
          <li>
            <button type="button" onClick={() => onChoose('')}>
              previous run
            </button>
          </li>
        )}
        {searching
          ? runs.map(({ label }) => <Choice key={label} name={label} onChoose={onChoose} />)
          : recent.data?.runs.map((run) => (
              <Choice key={run.name} name={run.name} onChoose={onChoose}>
                <Status status={run.status} /> <Time at={run.scheduled} />{' '}
              </Choice>
            ))}
      </ul>
      {searching && found.data && runs.length === 0 && <p className="quiet">No matching run.</p>}
    </div>
  );
}

function Choice({
  name,
  onChoose,
  children,
}: {
  name: string;
  onChoose: (name: string) => void;
  children?: ReactNode;
}) {
  return (
    <li>
      <button type="button" onClick={() => onChoose(name)}>
        {children}
        {name}
      </button>
    </li>
  );
}
