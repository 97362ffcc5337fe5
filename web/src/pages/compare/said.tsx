/** What is said of a cause that two runs are compared by: numbers, and what people decided for either run. */
import { bandOf } from '../../../../src/core/verdicts/bands.ts';
import type { RunVerdicts } from '../../../../src/http/api/verdict-schema.ts';
import { shortSaid } from '../run/said.ts';
import { VerdictBadge } from '../run/verdict-view.tsx';
import { decidedInEither } from './decided.ts';
import type { CompareRow } from './rows.ts';

type Said = RunVerdicts['verdicts'][number];

/** What is said of the causes of both runs, as far as it has been read. */
export interface SaidOfRuns {
  a: RunVerdicts | undefined;
  b: RunVerdicts | undefined;
}

/** The verdict on a cause in B, or in A if it is gone, after what people decided for either run. */
export function SaidInRuns({ row, said }: { row: CompareRow & { kind: 'group' }; said: SaidOfRuns }) {
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
