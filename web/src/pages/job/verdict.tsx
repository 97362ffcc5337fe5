import { apiPath } from '../../../../src/core/paths.ts';
import { bandOf } from '../../../../src/core/verdicts/bands.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';
import type { RunVerdicts } from '../../../../src/http/api/verdict-schema.ts';
import { useApi } from '../../lib/api.ts';
import { useUrlState } from '../../lib/url-state.ts';
import { VerdictBadge, VerdictDetail } from '../run/verdict-view.tsx';

/** What is said of the cause of a failed job in its run: the same as on the page of the run, and compared with the same branch. */
export function JobVerdict({ job: { run, signature } }: { job: JobItem }) {
  const [base] = useUrlState('base', '');
  const { data } = useApi<RunVerdicts>(signature === null ? null : apiPath.runVerdicts(run, { base }));
  const verdict = data?.verdicts.find(({ id }) => id === signature?.id);
  if (data === undefined || verdict === undefined) return null;
  return (
    <>
      <p className="line">
        <VerdictBadge verdict={verdict} band={bandOf(verdict, data.run)} />
        {verdict.jobs > 1 && <span>one of {verdict.jobs} jobs of this run with this cause</span>}
      </p>
      <VerdictDetail page={data} verdict={verdict} />
    </>
  );
}
