import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { CausePage } from '../../../../src/http/api/cause-schema.ts';
import { duration, number, shortHost, shortSha1 } from '../../lib/format.ts';
import { Heads } from '../../ui/Heads.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';

/** The last runs in which jobs failed this way. */
export function RecentRuns({ runs }: { runs: CausePage['runs'] }) {
  if (runs.length === 0) return null;
  return (
    <section>
      <h2>Runs</h2>
      <div className="table-frame">
        <table className="facts">
          <thead>
            <Heads titles={['Jobs', 'Run', 'Suite', 'Branch', 'sha1', 'Scheduled']} />
          </thead>
          <tbody>
            {runs.map(({ run, jobs }) => (
              <tr key={run.name}>
                <td>
                  {number(jobs)} of {number(run.total)}
                </td>
                <td className="break">
                  <Link href={pagePath.run(run.name)}>{run.name}</Link>
                </td>
                <td>{run.suite}</td>
                <td className="break">{run.branch}</td>
                <td>
                  <code>{shortSha1(run.sha1)}</code>
                </td>
                <td>
                  <Time at={run.scheduled} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The last jobs that failed this way. */
export function LatestJobs({ jobs }: { jobs: CausePage['latest'] }) {
  if (jobs.length === 0) return null;
  return (
    <section>
      <h2>Jobs</h2>
      <div className="table-frame">
        <table className="facts">
          <thead>
            <Heads titles={['Job', 'Suite', 'Branch', 'Description', 'OS', 'Nodes', 'Time', 'Posted']} />
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={`${job.run} ${job.job_id}`}>
                <td className="cause-job">
                  <Status status={job.status} /> <Link href={pagePath.job(job.run, job.job_id)}>{job.job_id}</Link>
                </td>
                <td>{job.suite}</td>
                <td className="break">{job.branch}</td>
                <td className="break mono">{job.description}</td>
                <td>{job.os}</td>
                <td>{job.nodes.map(shortHost).join(' ')}</td>
                <td>{duration(job.duration)}</td>
                <td>
                  <Time at={job.posted} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
