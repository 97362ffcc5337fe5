import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import { bandOf } from '../../../../src/core/verdicts/bands.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { PageVerdict } from '../../../../src/http/api/verdict-schema.ts';
import { VerdictBadge } from './verdict-view.tsx';

type Said = Omit<PageVerdict, 'cause' | 'class'>;

interface JobCausesProps {
  run: RunPage['run'];
  causes: readonly { id: string; title: string }[];
  /** What is said of each, by its id. */
  said: ReadonlyMap<string, Said>;
}

/** Some causes of one job, each with what is said of it. */
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
