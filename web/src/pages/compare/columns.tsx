import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import { bandOf } from '../../../../src/core/verdicts/bands.ts';
import type { RunVerdicts } from '../../../../src/http/api/run-verdicts.ts';
import { duration, number } from '../../lib/format.ts';
import type { Column } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Status } from '../../ui/Status.tsx';
import { type Said, shortSaid } from '../run/headline.ts';
import { VerdictBadge } from '../run/verdict-view.tsx';
import { type Compared, type CompareRow, changeLabels, decidedInEither, durationChange } from './rows.ts';

interface Sides {
  /** The names of the runs. */
  a: string;
  b: string;
  /** The base branch that the user has chosen. */
  base: string;
  said: SaidOfRuns;
}

/** The columns of a comparison. */
export function compareColumns({ a, b, base, said }: Sides): Column<CompareRow>[] {
  const side = (id: 'a' | 'b', run: string): Column<CompareRow> => ({
    id,
    title: id.toUpperCase(),
    width: '92px',
    cell: (row) =>
      row.kind === 'group' ? (
        <Times count={id === 'a' ? row.inA : row.inB} />
      ) : (
        <Side job={row.compared[id]} run={run} base={base} />
      ),
  });
  return [
    {
      id: 'description',
      title: 'Cause / description',
      width: 'minmax(240px, 1fr)',
      span: ({ kind }) => (kind === 'group' ? 2 : 1),
      cell: (row) => <What row={row} said={said} />,
      text: (row) => (row.kind === 'group' ? row.title : row.compared.description),
    },
    {
      id: 'change',
      title: 'Change',
      width: '128px',
      cell: (row) => (row.kind === 'job' ? changeLabels[row.compared.change][0] : null),
    },
    side('a', a),
    side('b', b),
    {
      id: 'delta',
      title: 'Δ duration',
      width: '88px',
      align: 'right',
      cell: (row) => (row.kind === 'job' ? <Delta row={row.compared} /> : null),
    },
  ];
}

function What({ row, said }: { row: CompareRow; said: SaidOfRuns | null }) {
  if (row.kind === 'job') return <code className="indented">{row.facets || 'no description'}</code>;
  return (
    <>
      <span aria-hidden="true">{row.open ? '▾' : '▸'}</span> <b>{row.title}</b>{' '}
      {said && <SaidInRuns row={row} said={said} />}
    </>
  );
}

function Times({ count }: { count: number }) {
  return count === 0 ? <span className="quiet">–</span> : <b>{number(count)}×</b>;
}

function Side({ job, run, base }: { job: Compared['a']; run: string; base: string }) {
  if (job === null) return <span className="quiet">–</span>;
  return (
    <Link href={pagePath.job(run, job.job_id, { base })}>
      <Status status={job.status} /> {duration(job.duration)}
    </Link>
  );
}

/** The change of the duration. It has no colour, because taking longer is not necessarily bad. */
function Delta({ row }: { row: Compared }) {
  const change = durationChange(row);
  if (change === null) return <span className="quiet">–</span>;
  if (Math.abs(change) < 30) return <span className="quiet">±0</span>;
  return `${change > 0 ? '+' : '−'}${duration(Math.abs(change))}`;
}

/** A row on a narrow screen, with two lines. */
export function MobileCompare({ row, said }: { row: CompareRow; said: SaidOfRuns }) {
  if (row.kind === 'group') {
    return (
      <MobileRow>
        <MobileLine className="cut">
          <What row={row} said={null} />
        </MobileLine>
        <MobileLine>
          A <Times count={row.inA} /> · B <Times count={row.inB} /> <SaidInRuns row={row} said={said} />
        </MobileLine>
      </MobileRow>
    );
  }
  const { a, b, change } = row.compared;
  return (
    <MobileRow>
      <MobileLine end={<Delta row={row.compared} />}>
        {a ? <Status status={a.status} /> : '–'} → {b ? <Status status={b.status} /> : '–'} {changeLabels[change][0]}
      </MobileLine>
      <MobileLine>
        <code className="cut">{row.facets}</code>
      </MobileLine>
    </MobileRow>
  );
}

interface SaidOfRuns {
  a: RunVerdicts | undefined;
  b: RunVerdicts | undefined;
}

/** The verdict on a cause in B, or in A if it is gone, after the decisions in either run. */
function SaidInRuns({ row, said }: { row: CompareRow & { kind: 'group' }; said: SaidOfRuns }) {
  const [inA, inB] = [find(row.inA, row.key, said.a), find(row.inB, row.key, said.b)];
  const [verdict, run] = inB ? [inB, said.b?.run] : [inA, said.a?.run];
  if (verdict === undefined || run === undefined) return null;
  const decided = decidedInEither(inA, inB);
  return (
    <>
      <VerdictBadge verdict={verdict} band={bandOf(verdict, run)} /> {decided !== '' && <span>{decided}</span>}{' '}
      <span className="quiet">
        {decided !== '' && '· '}
        {shortSaid(verdict)}
      </span>
    </>
  );
}

function find(jobs: number, cause: string, verdicts: RunVerdicts | undefined): Said | undefined {
  return jobs > 0 ? verdicts?.verdicts.find(({ id }) => id === cause) : undefined;
}
