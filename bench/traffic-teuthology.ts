/** The requests of the teuthology contract. */
import type { Answer } from './connection.ts';
import { clients, documentCount, documentText, firstPostedId, firstSeededId, runName } from './data.ts';
import { always, type NextRequest, patch, patchable, request } from './requests.ts';

/** Scenarios of the teuthology contract; those that end in `-one` send everything to one run. */
export const teuthologyScenarios = [
  't-runs',
  't-runs-100',
  't-run',
  't-fields',
  't-nodes',
  't-put',
  't-put-one',
  't-post',
  't-post-one',
  't-locks',
] as const;

/** One of `teuthologyScenarios`. */
export type TeuthologyScenario = (typeof teuthologyScenarios)[number];

/** What a lab has lately: runs, and jobs in each of them. */
export const lab = { runs: 100, jobs: 50, nodes: 100 };

/** The most nodes that one request locks: all clients together never want more than there are. */
const mostLocked = 5;

/** Whether a scenario is one of the teuthology contract. */
export function isTeuthologyScenario(scenario: string): scenario is TeuthologyScenario {
  return (teuthologyScenarios as readonly string[]).includes(scenario);
}

/** Whether the clients of a scenario read what they are answered. */
export function needsText(scenario: string): boolean {
  return scenario === 't-locks';
}

/** The path of each read. */
export const readPaths = {
  't-runs': '/runs/',
  't-runs-100': '/runs/?count=100',
  't-run': `/runs/${runName(0)}/`,
  't-fields': `/runs/${runName(0)}/jobs/?fields=job_id,status`,
  't-nodes': '/nodes/',
};

/** The requests of client `n` of a scenario. */
export function teuthologyTraffic(scenario: TeuthologyScenario, n: number): NextRequest {
  const all = Array.from({ length: lab.runs }, (_, run) => run);
  const own = all.filter((run) => run % clients === n);
  switch (scenario) {
    case 't-put':
      return puts(own, 0);
    case 't-put-one':
      return puts([0], n * Math.floor(lab.jobs / clients));
    case 't-post':
      return posts(own, firstPostedId);
    case 't-post-one':
      // Seven digits are enough for a million jobs from each client.
      return posts([0], firstPostedId + n * 1_000_000);
    case 't-locks':
      return locks(n);
    default:
      return always(request('GET', readPaths[scenario]));
  }
}

/** One status after the other, never a verdict: every request changes a job. From run to run, then from job to job. */
function puts(runs: number[], firstJob: number): NextRequest {
  const requests = ['running', 'waiting'].map((status) =>
    runs.map((run) => patchable('PUT', `/runs/${runName(run)}/jobs/${firstSeededId}/`, JSON.stringify({ status }))),
  );
  let count = 0;
  return () => {
    const [job, run] = [Math.floor(count / runs.length), count++ % runs.length];
    const status = Math.floor(job / lab.jobs) % 2;
    return patch(requests[status]![run]!, firstSeededId + ((firstJob + job) % lab.jobs));
  };
}

function posts(runs: number[], firstId: number): NextRequest {
  const requests = Array.from({ length: documentCount }, (_, document) => {
    const run = runs[document % runs.length]!;
    return patchable('POST', `/runs/${runName(run)}/jobs/`, documentText(document));
  });
  let count = 0;
  return () => patch(requests[count % documentCount]!, firstId + count++);
}

/**
 * Locks one to five nodes, then gives them back, which the server refuses when they are somebody else's by then. Ends the
 * benchmark when an answer holds another number of nodes than asked for.
 */
function locks(n: number): NextRequest {
  const locked_by = `client${n}@bench`;
  const rest = { locked_by, machine_type: 'bench', description: 'bench' };
  const locking = Array.from({ length: mostLocked }, (_, index) =>
    request('POST', '/nodes/lock_many', JSON.stringify({ count: index + 1, ...rest })),
  );
  let count = 0;
  let locked = false;
  return (previous) => {
    locked = !locked;
    if (locked) return locking[count % mostLocked]!;
    const names = lockedNames(previous as Answer, (count++ % mostLocked) + 1);
    return request('POST', '/nodes/unlock_many', JSON.stringify({ names, locked_by }));
  };
}

function lockedNames({ text }: Answer, wanted: number): string[] {
  const names = (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
  if (names.length !== wanted) throw new Error(`${names.length} nodes were locked instead of ${wanted}`);
  return names;
}
