import { type Asked, asked } from './catalog.ts';

const ask = asked('classic');

/** The reads of the classic contract. */
export const classicRequests: Asked[] = [
  ask('/', '', () => '/'),
  ask('/runs', '', () => '/runs/'),
  ask('/runs/:name', '', ({ name }) => `/runs/${name}/`),
  ask('/runs/:name/jobs', '(5 MB)', ({ name }) => `/runs/${name}/jobs/`, { kind: 'run page' }),
  ask('/runs/:name/jobs/:job_id', '', ({ name, job }) => `/runs/${name}/jobs/${job}/`),
  ask('/runs/:name/:job_id', '', ({ name, job }) => `/runs/${name}/${job}/`, { status: 308 }),
];
