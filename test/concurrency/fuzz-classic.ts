/** Requests to a server of the classic contract; the bodies are in fuzz-json.ts. */
import fc from 'fast-check';
import { bytesOf, hugeJobText, jobText, runText } from './fuzz-json.ts';
import { type FuzzRequest, nothing, path, type Requests, request, segment, wellFormed } from './fuzz-parts.ts';

const runName = fc.nat(5).map((run) => `run-${run}`);
const jobId = fc.oneof({ arbitrary: fc.nat(3).map(String), weight: 9 }, fc.constant('huge'));

const runs = fc.constant('runs');
const jobs = fc.constant('jobs');
const runsPath = path(runs);
const runPath = path(runs, segment(runName));
const jobsPath = path(runs, segment(runName), jobs);
const jobPath = path(runs, segment(runName), jobs, segment(jobId));
const oddPath = fc.oneof(
  path(runs, segment(runName), segment(jobId)),
  fc
    .array(segment(fc.constantFrom('runs', 'jobs', 'healthz', 'readyz')), { maxLength: 6 })
    .map((all) => `/${all.join('/')}`),
  fc.constantFrom(
    '*',
    'http://evil.test/runs/',
    'runs/',
    '//',
    '/..//runs/',
    'http://[::1/runs',
    '?',
    '/?',
    '/runs/../runs/',
  ),
);

const anyRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { arbitrary: request('POST', runsPath, bytesOf(runText)), weight: 15 },
  { arbitrary: request('POST', jobsPath, bytesOf(jobText)), weight: 40 },
  { arbitrary: request('PUT', jobPath, bytesOf(jobText)), weight: 40 },
  { arbitrary: request('GET', fc.oneof(runsPath, runPath, jobsPath, jobPath), nothing), weight: 15 },
  { arbitrary: request('GET', oddPath, fc.oneof(nothing, bytesOf(jobText))), weight: 10 },
  { arbitrary: request('PUT', jobPath, bytesOf(hugeJobText)), weight: 1 },
);

const plainJobPath = fc.tuple(runName, jobId).map(([run, job]) => `/runs/${run}/jobs/${job}/`);
const plainJobsPath = runName.map((run) => `/runs/${run}/jobs/`);

const plainRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { arbitrary: wellFormed('POST', fc.constant('/runs/'), bytesOf(runText)), weight: 2 },
  { arbitrary: wellFormed('POST', plainJobsPath, bytesOf(jobText)), weight: 3 },
  { arbitrary: wellFormed('PUT', plainJobPath, bytesOf(jobText)), weight: 4 },
  { arbitrary: wellFormed('GET', plainJobPath, nothing), weight: 2 },
  { arbitrary: wellFormed('GET', plainJobsPath, nothing), weight: 1 },
  {
    arbitrary: wellFormed(
      'GET',
      runName.map((run) => `/runs/${run}/`),
      nothing,
    ),
    weight: 1,
  },
  { arbitrary: wellFormed('GET', fc.constant('/runs/'), nothing), weight: 1 },
);

/** Requests of the classic contract. */
export const classicRequests: Requests = {
  any: anyRequest,
  plain: plainRequest,
  // A write that changes no value still sets a time.
  mustWrite: ({ method }) => method === 'POST' || method === 'PUT',
};
