import { type Asked, asked, type Values } from './catalog.ts';

const ask = asked('api');
const runPage = { kind: 'run page' } as const;
const statistics = { kind: 'statistics' } as const;

/** Filters of the list of runs. */
const filters: [title: string, q: (values: Values) => string][] = [
  ['suite', ({ raw }) => `suite:${raw.suite}`],
  ['branch', ({ raw }) => `branch:${raw.branch}`],
  ['branch:wip-*', () => 'branch:wip-*'],
  ['user', ({ raw }) => `user:${raw.user}`],
  ['machine', ({ raw }) => `machine:${raw.machine_type}`],
  ['flavor', ({ raw }) => `flavor:${raw.flavor}`],
  ['status:fail,dead', () => 'status:fail,dead'],
  ['status:running', () => 'status:running'],
  ['-suite', ({ raw }) => `-suite:${raw.suite}`],
  ['sha1 prefix', ({ raw }) => `sha1:${raw.sha1.slice(0, 8)}`],
  ['scheduled', ({ raw }) => `scheduled:${raw.day}`],
  ['started:>-2d', () => 'started:>-2d'],
  ['updated:>-1h', () => 'updated:>-1h'],
  ['prio:<80', () => 'prio:<80'],
  ['dur:>1h wait:<1h', () => 'dur:>1h wait:<1h'],
  ['cause', ({ cause }) => `cause:${cause}`],
  ['-cause:*', () => '-cause:*'],
  ['a word', ({ raw }) => raw.name.slice(0, 24)],
  ['a word that nothing has', ({ n }) => `nothing${n}`],
  ['suite, branch, status', ({ raw }) => `suite:${raw.suite} branch:${raw.branch} status:fail`],
];

const sorts = ['-updated', 'started', 'branch', '-fail', 'priority'];

/** The reads of the dashboard. */
export const apiRequests: Asked[] = [
  ask('/api/runs', '', () => '/api/runs'),
  ask('/api/runs', 'limit=200', () => '/api/runs?limit=200'),
  ask('/api/runs', 'after', ({ next }) => `/api/runs?after=${next}`),
  ...filters.map(([title, q]) =>
    ask('/api/runs', `q: ${title}`, (values) => `/api/runs?q=${encodeURIComponent(q(values))}`),
  ),
  ...sorts.map((sort) => ask('/api/runs', `sort=${sort}`, () => `/api/runs?sort=${sort}`)),
  ask('/api/runs.json', '', () => '/api/runs.json'),
  ask('/api/runs.md', '', () => '/api/runs.md?q=s:fail'),
  ask('/api/runs.csv', 'q: branch', ({ branch }) => `/api/runs.csv?q=branch:${branch}`, { kind: 'whole' }),
  ask('/api/runs.csv', '(all)', () => '/api/runs.csv', { kind: 'whole' }),
  ask('/api/runs/:run', '', ({ name }) => `/api/runs/${name}`),
  ask('/api/runs/:run', 'latest', ({ suite, branch }) => `/api/runs/latest?suite=${suite}&branch=${branch}`),
  ask('/api/runs/:run/page', '', ({ name }) => `/api/runs/${name}/page`, runPage),
  ask('/api/runs/:run/page', 'brotli', ({ name }) => `/api/runs/${name}/page`, {
    headers: { 'accept-encoding': 'br' },
    ...runPage,
  }),
  ask('/api/runs/:run/jobs', '', ({ name }) => `/api/runs/${name}/jobs`, runPage),
  ask('/api/runs/:run/jobs', 'q: reason', ({ name }) => `/api/runs/${name}/jobs?q=reason:status`, runPage),
  ask('/api/runs/:run/jobs', 'q: text', ({ name }) => `/api/runs/${name}/jobs?q=text:status`, runPage),
  ask('/api/runs/:run/jobs', 'q: is:new', ({ name }) => `/api/runs/${name}/jobs?q=is:new`, runPage),
  ask('/api/runs/:run/jobs.json', '', ({ name }) => `/api/runs/${name}/jobs.json`, runPage),
  ask('/api/runs/:run/jobs.csv', '', ({ name }) => `/api/runs/${name}/jobs.csv`, runPage),
  ask('/api/runs/:run/verdicts', '', ({ nightly }) => `/api/runs/${nightly}/verdicts`, runPage),
  ask('/api/runs/:run/verdicts', 'base', ({ name }) => `/api/runs/${name}/verdicts?base=main`, runPage),
  ask('/api/runs/:run/verdicts.json', '', ({ name }) => `/api/runs/${name}/verdicts.json`, runPage),
  ask('/api/runs/:run/verdicts.csv', '', ({ name }) => `/api/runs/${name}/verdicts.csv`, runPage),
  ask('/api/runs/:run/verdicts.md', '', ({ name }) => `/api/runs/${name}/verdicts.md`, runPage),
  ask('/api/runs/:run/parts', '', ({ name }) => `/api/runs/${name}/parts`, runPage),
  ask('/api/runs/:run/verdicts', 'at', ({ name }) => `/api/runs/${name}/verdicts?at=1800000000000`, runPage),
  ask('/api/runs/:run/config', '', ({ name }) => `/api/runs/${name}/config`, runPage),
  ...['branch', 'all', 'sha1'].map((scope) =>
    ask(
      '/api/runs/:run/jobs/:job',
      `scope=${scope}`,
      ({ name, job }) => `/api/runs/${name}/jobs/${job}?scope=${scope}`,
    ),
  ),
  ask('/api/runs/:run/jobs/:job/excerpt', '', ({ name, job }) => `/api/runs/${name}/jobs/${job}/excerpt`),
  ask('/api/runs/:run/jobs/:job/tests', '', ({ name, job }) => `/api/runs/${name}/jobs/${job}/tests`),
  ask('/api/runs/:run/tests', '', ({ name }) => `/api/runs/${name}/tests`, runPage),
  ask('/api/tests', 'of a job', ({ name, job }) => `/api/tests?name=test_a&run=${name}&job=${job}`),
  ask('/api/tests', '', () => '/api/tests?name=test_a'),
  // The server has no archive, but looks for the job first.
  ...['files', 'log', 'log/raw'].map((path) =>
    ask(`/api/runs/:run/jobs/:job/${path}`, '', ({ name, job }) => `/api/runs/${name}/jobs/${job}/${path}`, {
      status: 404,
    }),
  ),
  ask('/api/runs/:run/compare', '', ({ nightly }) => `/api/runs/${nightly}/compare`, runPage),
  ask('/api/runs/:run/compare', 'with', ({ name, nightly }) => `/api/runs/${nightly}/compare?with=${name}`, runPage),
  ...['', '/places'].map((part) =>
    ask(`/api/causes/:cause${part}`, '', ({ cause }) => `/api/causes/${cause}${part}`, statistics),
  ),
  ask('/api/history', 'suite, branch', () => '/api/history?suite=rados&branch=main', statistics),
  ask('/api/history', 'n=5', ({ suite }) => `/api/history?suite=${suite}&n=5`, statistics),
  ask('/api/audit', '', () => '/api/audit'),
  ask('/api/audit', 'target', ({ node }) => `/api/audit?q=target:${node}`),
  ask('/api/audit', 'by, after', () => '/api/audit?q=by:somebody&after=100'),
  ask('/api/audit.json', '', () => '/api/audit.json'),
  ask('/api/audit.csv', '', () => '/api/audit.csv', { kind: 'whole' }),
  ask('/api/decisions', '', () => '/api/decisions'),
  ask('/api/decisions', 'cause, after', () => '/api/decisions?cause=00000000&after=100'),
  ask('/api/decisions.json', 'run', ({ name }) => `/api/decisions.json?run=${name}`),
  ask('/api/decisions.csv', '', () => '/api/decisions.csv', { kind: 'whole' }),
  ask('/api/runs/:run/reviews', '', ({ name }) => `/api/runs/${name}/reviews`),
  ask('/api/session', '', () => '/api/session'),
  ask('/api/subscriptions', '', () => '/api/subscriptions'),
  ask('/api/subscriptions/:id/deliveries', '', ({ n }) => `/api/subscriptions/${1e9 + n}/deliveries`, { status: 404 }),
  ask('/api/queue', '', () => '/api/queue'),
  ask('/api/nodes', '', () => '/api/nodes', statistics),
  ask('/api/nodes', 'machine_type', () => '/api/nodes?machine_type=trial', statistics),
  ask('/api/nodes/:name', '', ({ node }) => `/api/nodes/${node}`, { kind: 'node page' }),
  ask('/api/nodes/:name', 'without its domain', ({ node }) => `/api/nodes/${node.split('.')[0]}`, {
    kind: 'node page',
  }),
  ...['suite', 'branch', 'user', 'machine', 'flavor', 'sha1', 'status'].map((field) =>
    ask('/api/suggest', field, () => `/api/suggest?field=${field}`),
  ),
  ask('/api/suggest', 'branch, prefix, q', () => '/api/suggest?field=branch&prefix=wip&q=suite:rados'),
  ask('/api/search', 'part of a name', ({ raw }) => `/api/search?text=${raw.branch.slice(0, 12)}`),
  ask('/api/search', 'sha1', ({ sha1 }) => `/api/search?text=${sha1.slice(0, 10)}`),
  ask('/api/search', 'job id', ({ job }) => `/api/search?text=${job}`),
  ask('/api/search', 'node', ({ node }) => `/api/search?text=${node.slice(0, 9)}`),
  ask('/api/search', 'cause', () => '/api/search?text=failed'),
  ask('/r/:id', '', ({ run }) => `/r/${run}`, { status: 302 }),
  ask('/j/:id', '', ({ run, job }) => `/j/${run}.${job}`, { status: 302 }),
  ask('/c/:cause', '', ({ cause }) => `/c/${cause}`, { status: 302 }),
  ask('/api/search', 'two words', ({ raw }) => `/api/search?text=${raw.suite}+${raw.branch}`),
  ask('/api/search', 'nothing', ({ n }) => `/api/search?text=nothing${n}`),
];
