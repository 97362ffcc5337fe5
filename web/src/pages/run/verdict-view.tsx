/** Shows the verdict on a cause, for the list and the details. */

import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import { type Band, bandOf } from '../../../../src/core/verdicts/bands.ts';
import type { RunHead } from '../../../../src/core/verdicts/digest.ts';
import { blameText, dayText } from '../../../../src/core/verdicts/sentence.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import { setUrlStates } from '../../lib/address.ts';
import { plural, shortSha1 } from '../../lib/format.ts';
import { Strip } from '../../ui/Bar.tsx';
import { Select } from '../../ui/Choices.tsx';
import { Value } from '../../ui/Value.tsx';
import type { Group } from './groups.ts';
import { baselineText, type Said, sharesOf } from './headline.ts';

/** The verdict on a cause as a word. Its colour only repeats the band. */
export function Badge({ group: { verdict, band } }: { group: Group }) {
  return verdict === null || band === null ? null : <VerdictBadge verdict={verdict} band={band} />;
}

/** The same for any verdict. */
export function VerdictBadge({ verdict, band }: { verdict: Said; band: Band }) {
  return (
    <span className={`badge badge-${band}`} title={verdict.sentence}>
      {verdict.verdict === 'SINCE' && verdict.since !== null
        ? `SINCE ${dayText(verdict.since.run.scheduled)}`
        : verdict.verdict}
    </span>
  );
}

/** The headings of the bands in the list. */
export const bandTitles: Record<Band, string> = {
  look: 'Look here',
  undecided: 'Undecided',
  unseen: 'Unseen before, too few to tell',
  infra: 'Infra',
  decided: 'Decided or known',
};

/** The recent runs of the branch, or of its base, in which a cause occurred; nothing if there is only one run. */
export function SeenStrip({ page, group: { signature } }: { page: RunPage; group: Group }) {
  if (signature === null || page.recent.length < 2) return null;
  const { seen } = signature;
  const cells = sharesOf(seen, page.recent).map((share, index) => ({
    status: share,
    title: `${page.recent[index]?.name}: ${seen[index]} of ${plural(page.recent[index]?.total ?? 0, 'job')}`,
  }));
  const before = seen.slice(0, -1);
  const hit = before.filter((count) => count > 0).length;
  return <Strip cells={cells} sentence={`In ${hit} of the previous ${before.length} runs of ${page.recent_branch}.`} />;
}

type Judged = Pick<RunPage, 'baseline'> & { run: { suite: string } };

/** The verdict on a cause, and the reasons for it. */
export function VerdictDetail({ page, verdict }: { page: Judged; verdict: Said }) {
  const { verdict: name, since, last_without, blame } = verdict;
  return (
    <>
      <p>{verdict.sentence}</p>
      {last_without !== null && (
        <p>
          Last run without it: <RunLink run={last_without} />
          {since !== null && (
            <>
              ; first with it: <RunLink run={since.run} />
            </>
          )}
          .
        </p>
      )}
      {name !== 'INFRA' && (
        <>
          <h2>In common</h2>
          {blame !== null && (
            <p className="facets">
              {blame.facets.map((names) => (
                <code key={names[0]} className="chip">
                  {names.slice(0, 2).map((name, at) => (
                    <span key={name}>
                      {at > 0 && ' = '}
                      <Value field="f" value={name} />
                    </span>
                  ))}
                </code>
              ))}
            </p>
          )}
          <p>{blameText(verdict)}</p>
        </>
      )}
      <p className="quiet">{baselineText(page)}</p>
    </>
  );
}

function RunLink({ run }: { run: RunHead }) {
  return (
    <>
      <Link href={pagePath.run(run.name)}>{dayText(run.scheduled)}</Link>
      {run.sha1 !== null && <span className="mono"> {shortSha1(run.sha1)}</span>}
    </>
  );
}

/** Chooses the base branch that the run is compared with. */
export function BaseSelect({ page: { baseline } }: { page: RunPage }) {
  const { base, bases } = baseline;
  const choose = (name: string) => setUrlStates({ base: name });
  return <Select className="field" label="against" value={base} values={bases} onChange={choose} />;
}

interface JobCausesProps {
  run: RunPage['run'];
  causes: readonly { id: string; title: string }[];
  /** The verdicts by cause id. */
  said: ReadonlyMap<string, Said>;
}

/** The causes of one job, each with its verdict. */
export function JobCauses({ run, causes, said }: JobCausesProps) {
  return (
    <ul className="cases">
      {causes.map(({ id, title }) => {
        const verdict = said.get(id);
        return (
          <li key={id}>
            {verdict ? <VerdictBadge verdict={verdict} band={bandOf(verdict, run)} /> : <span />}
            <div>
              <Link href={pagePath.cause(id)} className="mono">
                {title}
              </Link>
              {verdict && <p>{verdict.sentence}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
