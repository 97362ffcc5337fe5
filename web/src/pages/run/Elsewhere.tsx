import { type RefObject, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import { literalTerm } from '../../../../src/core/query-print.ts';
import type { CausePlaces } from '../../../../src/http/api/cause-schema.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { Time } from '../../ui/Time.tsx';

/** The most places in the pane; the page of the cause has all. */
const mostPlaces = 6;

/** The other suites and branches in which a cause occurred in the last days. */
export function Elsewhere({ run, cause }: { run: RunItem; cause: string }) {
  const place = useRef<HTMLHeadingElement>(null);
  const seen = useSeen(place);
  const { data } = useApi<CausePlaces>(seen ? apiPath.causePlaces(cause) : null);
  const places = data?.places.filter(({ suite, branch }) => suite !== run.suite || branch !== run.branch);
  return (
    <>
      <h2 ref={place}>The same cause elsewhere</h2>
      {places === undefined && <p className="quiet">…</p>}
      {places?.length === 0 && <p>In no other suite or branch in {data?.days} days.</p>}
      {places !== undefined && places.length > 0 && (
        <ul className="plain-list">
          {places.slice(0, mostPlaces).map(({ suite, branch, runs, jobs, last }) => (
            <li key={`${suite} ${branch}`} className="break">
              <Link href={pagePath.run(last.run, { q: literalTerm('cause', cause) })}>
                {suite} on {branch}
              </Link>
              : {plural(jobs, 'job')} in {plural(runs, 'run')}, last <Time at={last.posted} />
            </li>
          ))}
        </ul>
      )}
      <p>
        <Link href={pagePath.cause(cause)}>
          {places !== undefined && places.length > mostPlaces
            ? `${places.length - mostPlaces} more places, and all of this cause`
            : 'All of this cause'}
        </Link>
      </p>
    </>
  );
}

/** Whether an element has been on the screen: a person who only looks at the first cause asks for nothing more. */
function useSeen(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return seen;
}
