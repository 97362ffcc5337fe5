import { useCallback, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { changeClasses } from '../../../../src/core/compare.ts';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { Compare } from '../../../../src/http/api/compare.ts';
import type { RunVerdicts } from '../../../../src/http/api/run-verdicts.ts';
import { usePathParts, useTitle, useUrlSet, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { Button } from '../../ui/Button.tsx';
import { Grid } from '../../ui/Grid.tsx';
import type { RowGroup } from '../../ui/grid-columns.ts';
import { Loaded } from '../../ui/States.tsx';
import { compareColumns, MobileCompare } from './columns.tsx';
import { type CompareRow, changeLabels, compareRows, defaultChanges, toggledChanges } from './rows.ts';
import { RunChooser, RunSide, WhatChanged } from './sides.tsx';
import './compare.css';

/** Compares the jobs of two runs. */
export default function ComparePage() {
  const [, run = ''] = usePathParts();
  const [other, setOther] = useUrlState('with', '');
  const [base] = useUrlState('base', '');
  const compared = useApi<Compare>(apiPath.compare(run, { with: other, base }));
  const { data, error } = compared;
  useTitle(data ? `${data.b.suite}: ${data.counts.regression + data.counts.new_fail} newly failing` : 'Compare');
  return (
    <>
      <section className="page-head">
        <h1>Compare runs</h1>
        {base !== '' && <p className="line">Verdicts are relative to {base}.</p>}
        {data && <Sides data={data} onChoose={setOther} />}
        {!data && error && (
          <div className="line">
            <Link href={pagePath.run(run)}>{run}</Link> with{' '}
            <RunChooser label="choose another run" run={null} onChoose={setOther} />
          </div>
        )}
      </section>
      <Loaded of={compared} rows={16}>
        {(data) => <Changes data={data} />}
      </Loaded>
    </>
  );
}

function Sides({ data: { a, b }, onChoose }: { data: Compare; onChoose: (run: string) => void }) {
  const [, navigate] = useLocation();
  const [change] = useUrlState('change', '');
  const [base] = useUrlState('base', '');
  return (
    <div className="compare-sides">
      <RunSide letter="A" run={a}>
        <RunChooser label="change run" run={b} onChoose={onChoose} />
      </RunSide>
      <button
        type="button"
        className="button compare-swap"
        onClick={() => navigate(pagePath.compare(a.name, { with: b.name, change, base }))}
      >
        ⇄ swap
      </button>
      <RunSide letter="B" run={b} />
      <WhatChanged a={a} b={b} />
    </div>
  );
}

function Changes({ data }: { data: Compare }) {
  const [change, setChange] = useUrlState('change', defaultChanges);
  const { set: closed, toggle } = useUrlSet('closed');
  const wanted = useMemo(() => change.split(','), [change]);
  const rows = useMemo(
    () =>
      compareRows(
        data.rows.filter((row) => wanted.includes(row.change)),
        closed,
        data.rows,
      ),
    [data.rows, wanted, closed],
  );
  const [base] = useUrlState('base', '');
  const inA = useApi<RunVerdicts>(apiPath.runVerdicts(data.a.name, { base })).data;
  const inB = useApi<RunVerdicts>(apiPath.runVerdicts(data.b.name, { base })).data;
  const said = useMemo(() => ({ a: inA, b: inB }), [inA, inB]);
  const columns = useMemo(
    () => compareColumns({ a: data.a.name, b: data.b.name, base, said }),
    [data.a.name, data.b.name, base, said],
  );
  const groupOf = useCallback(
    (row: CompareRow): RowGroup => {
      if (row.kind === 'job') return { level: 2 };
      return { level: 1, expanded: row.open, onToggle: () => toggle(row.key) };
    },
    [toggle],
  );
  return (
    <>
      <ChangeChips counts={data.counts} wanted={wanted} onChange={(names) => setChange(names.join(',') || 'none')} />
      <Grid<CompareRow>
        label="Changes by cause"
        rows={rows}
        columns={columns}
        rowKey={(row) => row.key}
        rowHref={(row) => (row.kind === 'job' ? hrefOf(row, data, base) : '')}
        rowClass={(row) => (row.kind === 'group' ? 'group-row' : '')}
        groupOf={groupOf}
        mobile={(row) => <MobileCompare row={row} said={said} />}
        emptyText={<EmptyText data={data} wanted={wanted} />}
      />
    </>
  );
}

function hrefOf({ compared: { a, b } }: CompareRow & { kind: 'job' }, data: Compare, base: string): string {
  return b ? pagePath.job(data.b.name, b.job_id, { base }) : pagePath.job(data.a.name, a?.job_id ?? '', { base });
}

interface ChipsProps {
  counts: Compare['counts'];
  wanted: string[];
  onChange: (names: string[]) => void;
}

function ChangeChips({ counts, wanted, onChange }: ChipsProps) {
  return (
    <fieldset className="tools compare-kinds">
      <legend className="hidden">Kinds of change</legend>
      {changeClasses.map((name) => (
        <Button
          key={name}
          aria-pressed={wanted.includes(name)}
          title={changeLabels[name][1]}
          onClick={() => onChange(toggledChanges(wanted, name))}
        >
          {changeLabels[name][0]} {number(counts[name])}
        </Button>
      ))}
    </fieldset>
  );
}

function EmptyText({ data, wanted }: { data: Compare; wanted: string[] }) {
  const known = changeClasses.filter((name) => wanted.includes(name)).map((name) => changeLabels[name][0]);
  if (data.rows.length === 0) return 'Neither run has jobs.';
  return known.length === 0
    ? 'No kind of change is selected.'
    : `None of ${plural(data.rows.length, 'description')} matches: ${known.join(', ')}.`;
}
