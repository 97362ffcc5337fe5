import type { FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';
import {
  Compare,
  History,
  JobPage,
  NodeList,
  NodePage,
  Problem,
  Queue,
  RunConfig,
  RunItem,
  RunJobs,
  RunList,
  RunPage,
  SearchResults,
  Suggestions,
} from './schemas.ts';

/** What the documentation says of one URL. */
interface Described {
  summary: string;
  /** Parameters of the query, with what they mean. */
  query?: Record<string, string>;
  answer: TSchema;
  type?: string;
}

const list = {
  q: 'a filter, see /ui/help',
  sort: 'a column, with - before it for descending; -scheduled when it is missing',
  after: '"next" of the page before',
  limit: 'how many, 1 to 200; 50 when it is missing',
};
const latest = { suite: 'of the run "latest"', branch: 'of the run "latest"' };
const file = Type.String();

const described: Record<string, Described> = {
  '/runs': { summary: 'Runs, page by page', query: list, answer: RunList },
  '/runs.json': { summary: 'The same', query: list, answer: RunList },
  '/runs.csv': {
    summary: 'Up to 10,000 runs as CSV',
    query: { q: list.q, sort: list.sort },
    answer: file,
    type: 'text/csv',
  },
  '/runs/:run': { summary: 'A run; "latest" is the newest of a suite and branch', query: latest, answer: RunItem },
  '/runs/:run/page': { summary: 'What the page of a run shows', query: latest, answer: RunPage },
  '/runs/:run/jobs': { summary: 'The jobs of a run', query: { q: list.q }, answer: RunJobs },
  '/runs/:run/jobs.json': { summary: 'The same', query: { q: list.q }, answer: RunJobs },
  '/runs/:run/jobs.csv': { summary: 'The same as CSV', query: { q: list.q }, answer: file, type: 'text/csv' },
  '/runs/:run/config': {
    summary: 'What the configurations of its jobs have in common',
    query: latest,
    answer: RunConfig,
  },
  '/runs/:run/jobs/:job': {
    summary: 'A job, its configuration and the history of its description',
    query: { scope: 'of the history: branch (default), all or sha1' },
    answer: JobPage,
  },
  '/runs/:run/compare': {
    summary: 'What became of each description since another run',
    query: { with: 'a run, or prev (default): the one before' },
    answer: Compare,
  },
  '/history': {
    summary: 'Descriptions against the last runs of a suite and branch',
    query: {
      suite: 'suite',
      branch: 'branch',
      machine_type: 'machine type',
      n: 'how many runs, 1 to 50; 20 when missing',
    },
    answer: History,
  },
  '/queue': { summary: 'What waits for each machine type', answer: Queue },
  '/nodes': {
    summary: 'Nodes and how their jobs ended',
    query: { machine_type: 'only of this type', since_days: 'results of how many days; 14 when missing' },
    answer: NodeList,
  },
  '/nodes/:name': { summary: 'A node and its jobs', query: { after: list.after }, answer: NodePage },
  '/suggest': {
    summary: 'Values of a key of the filter language among matching runs',
    query: { field: 'the key', prefix: 'how the value begins', q: list.q },
    answer: Suggestions,
  },
  '/search': {
    summary: 'Where a few letters could lead',
    query: { text: 'at least two letters' },
    answer: SearchResults,
  },
  '/events': {
    summary: 'Changes as server-sent events; Last-Event-ID resumes',
    query: { topics: 'run:NAME, runs, nodes and queue, with commas between; a comma in a name as %2C' },
    answer: file,
    type: 'text/event-stream',
  },
};

/** The schema of a route by its path below `/api`, or undefined for one that is not documented. */
export function descriptionOf(path: string): FastifySchema | undefined {
  const found = described[path];
  if (!found) return undefined;
  const { summary, query, answer, type = 'application/json' } = found;
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  return {
    summary,
    ...(query && {
      querystring: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(query).map(([key, description]) => [key, { type: 'string', description }]),
        ),
      },
    }),
    ...(names.length > 0 && {
      params: {
        type: 'object',
        properties: Object.fromEntries(
          names.map((name) => [name, { type: 'string', description: `name of the ${name}` }]),
        ),
      },
    }),
    response: {
      200: { description: summary, content: { [type]: { schema: answer } } },
      '4xx': { description: 'what is wrong', content: { 'application/json': { schema: Problem } } },
    },
  } as FastifySchema;
}
