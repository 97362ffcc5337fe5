import { type Asked, asked, type Values } from './catalog.ts';

const ask = asked('teuthology');
const runPage = { kind: 'run page' } as const;
const statistics = { kind: 'statistics' } as const;
const whole = { kind: 'whole' } as const;

/** Filters of runs by path: the values of a facet, and the runs with one value. */
const filters: Asked[] = (
  [
    ['branch', ({ branch }) => branch],
    ['date', ({ day }) => day],
    ['machine_type', ({ machine_type }) => machine_type],
    ['status', ({ n }) => encodeURIComponent(['finished fail', 'finished pass', 'running', 'waiting'][n % 4]!)],
    ['suite', ({ suite }) => suite],
    ['sha1', ({ sha1 }) => sha1],
    ['user', ({ user }) => user],
    ['flavor', ({ flavor }) => flavor],
    ['flavors', ({ flavor }) => flavor],
  ] as [string, (values: Values) => string][]
).flatMap(([facet, value]) => [
  ask(`/runs/${facet}`, '', () => `/runs/${facet}/`),
  ask(`/runs/${facet}/:value`, '', (values) => `/runs/${facet}/${value(values)}/`),
]);

/** The reads of the teuthology contract. */
export const teuthologyRequests: Asked[] = [
  ask('/', '', () => '/'),
  ask('/runs', '', () => '/runs/'),
  ask('/runs', 'count=100', () => '/runs/?count=100'),
  ask('/runs', 'page=3', () => '/runs/?count=5&page=3'),
  ask('/runs', 'fields', () => '/runs/?fields=name,status,results'),
  ask('/runs/queued', '', () => '/runs/queued/'),
  ...filters,
  ask('/runs/sha1/:value', 'prefix of 7', ({ sha1 }) => `/runs/sha1/${sha1.slice(0, 7)}/`),
  ask('/runs/branch/*', 'and suite', ({ branch, suite }) => `/runs/branch/${branch}/suite/${suite}/`),
  ask('/runs/suite/*', 'and sha1', ({ suite, sha1 }) => `/runs/suite/${suite}/sha1/${sha1}/`),
  ask('/runs/suite/*', 'and flavor', ({ suite, flavor }) => `/runs/suite/${suite}/flavor/${flavor}/`),
  ask('/runs/user/:value', 'since', ({ user, daysAgo }) => `/runs/user/${user}/?since=${daysAgo(14)}`),
  ask('/runs/status/:value', 'page=2', () => '/runs/status/finished%20fail/?count=10&page=2'),
  ask('/runs/suite/*', 'values of branch', ({ suite }) => `/runs/suite/${suite}/branch/`),
  ask('/runs/suite/*', 'values of sha1', ({ suite }) => `/runs/suite/${suite}/sha1/`),
  ask(
    '/runs/date/from/:from/to/:to',
    'from, to: 4 days',
    ({ daysAgo }) => `/runs/date/from/${daysAgo(4)}/to/${daysAgo(1)}/`,
  ),
  ask('/runs/:run', '(5 MB)', ({ name }) => `/runs/${name}/`, runPage),
  ask('/runs/:run/jobs', '(5 MB)', ({ name }) => `/runs/${name}/jobs/`, runPage),
  ask('/runs/:run/jobs', 'fields', ({ name }) => `/runs/${name}/jobs/?fields=job_id,status`),
  ask('/runs/:run/jobs', 'status=fail', ({ name }) => `/runs/${name}/jobs/?status=fail`),
  ask('/runs/:run/jobs/:job_id', '', ({ name, job }) => `/runs/${name}/jobs/${job}/`),
  ask('/jobs', '', () => '/jobs/'),
  ask('/jobs', 'count=100', () => '/jobs/?count=100'),
  ask('/jobs', 'page=3', () => '/jobs/?page=3'),
  ask('/jobs', 'status=fail', () => '/jobs/?status=fail'),
  ask('/jobs', 'status=queued', () => '/jobs/?status=queued'),
  ask('/jobs', 'sha1', ({ sha1 }) => `/jobs/?sha1=${sha1}`),
  ask('/jobs', 'branch', ({ branch }) => `/jobs/?branch=${branch}`),
  ask('/jobs', 'user', ({ user }) => `/jobs/?user=${user}`),
  ask('/jobs', 'sha1 and status=fail', ({ sha1 }) => `/jobs/?sha1=${sha1}&status=fail`),
  ask('/jobs', 'description', ({ description }) => `/jobs/?description=${description}`),
  ask('/jobs', 'description that nothing has', ({ n }) => `/jobs/?description=nothing${n}`),
  ask('/jobs', 'posted of one day', ({ day }) => `/jobs/?posted_after=${day}&posted_before=${day}`),
  ask('/jobs', 'posted before', ({ day }) => `/jobs/?posted_before=${day}`),
  ask('/jobs', 'status=unknown, which nothing has', () => '/jobs/?status=unknown'),
  ask('/jobs', 'branch and status=dead', ({ branch }) => `/jobs/?branch=${branch}&status=dead`),
  ask('/jobs', 'page=9000', () => '/jobs/?page=9000', whole),
  ask('/jobs', 'count=100000000', () => '/jobs/?count=100000000', whole),
  ask('/runs', 'count=100000000', () => '/runs/?count=100000000', whole),
  ask('/nodes/job_stats', 'since_days=10000', () => '/nodes/job_stats/?since_days=10000', whole),
  ask('/nodes', '', () => '/nodes/'),
  ask('/nodes', 'filters', () => '/nodes/?machine_type=smithi&up=true&locked=false&count=20'),
  ask('/nodes', 'locked', () => '/nodes/?locked=1'),
  ask('/nodes', 'several types', () => '/nodes/?machine_type=smithi%7Ctrial&locked=1'),
  ask('/nodes/machine_types', '', () => '/nodes/machine_types/'),
  ask('/nodes/job_stats', '', () => '/nodes/job_stats/', statistics),
  ask('/nodes/job_stats', 'machine_type', () => '/nodes/job_stats/?machine_type=trial', statistics),
  ask('/nodes/job_stats', 'since_days=1', () => '/nodes/job_stats/?since_days=1', statistics),
  ask('/nodes/:node', '', ({ node }) => `/nodes/${node}/`, { kind: 'node page' }),
  ask('/nodes/:node/jobs', '(all)', ({ node }) => `/nodes/${node}/jobs/`, whole),
  ask('/nodes/:node/jobs', 'count=10', ({ node }) => `/nodes/${node}/jobs/?count=10`, { kind: 'node page' }),
  ask('/nodes/:node/jobs', 'status=fail, count=10', ({ node }) => `/nodes/${node}/jobs/?status=fail&count=10`, {
    kind: 'node page',
  }),
  ask('/nodes/:node/jobs', 'name', ({ node, name }) => `/nodes/${node}/jobs/?count=10&name=${name}`, {
    kind: 'node page',
  }),
  ask('/nodes/:node/job_stats', '', ({ node }) => `/nodes/${node}/job_stats/`, { kind: 'node page' }),
  ask('/queue', '', () => '/queue/'),
  ask('/queue/pop_queue', '', () => '/queue/pop_queue/?queue=smithi'),
  ask('/queue/pop_queue/:queue', '', () => '/queue/pop_queue/smithi/'),
  ask('/queue/stats', '', () => '/queue/stats/?queue=smithi'),
  ask('/queue/stats/:queue', '', () => '/queue/stats/trial/'),
  ask('/queue/queued_jobs', '', () => '/queue/queued_jobs/', { body: '{"queue":"smithi"}' }),
  ask('/queue/queued_jobs', 'user', () => '/queue/queued_jobs/', { body: '{"queue":"smithi","user":"teuthology"}' }),
];
