/** Descriptions of the routes of the classic contract for the API document. */
import { type TProperties, type TSchema, Type } from 'typebox';
import { documentFields, type FieldKind, smallFields } from '../../core/job.ts';
import { answersWith, byName, done, type Operations, orNull, parameters, shape, takes } from '../operations.ts';

const text = Type.String();
const integer = Type.Integer();
const anything = Type.Unknown();

const Outcome = shape('Outcome', {
  href: text,
  status: Type.Enum(['running', 'finished']),
  results: shape('Results', { pass: integer, running: integer, fail: integer }),
});

/** Values are returned as they were sent, and the teuthology contract accepts more types. */
const kinds: Record<FieldKind, TSchema> = {
  text: orNull(Type.Union([text, Type.Number()])),
  number: orNull(Type.Union([Type.Number(), text])),
  integer: orNull(Type.Union([integer, text])),
  boolean: orNull(Type.Union([Type.Boolean(), integer])),
  id: orNull(Type.Union([text, Type.Number()])),
  time: orNull(text),
  json: anything,
};

const values: TProperties = {
  ...Object.fromEntries(Object.entries(smallFields).map(([key, kind]) => [key, kinds[kind]])),
  ...Object.fromEntries(documentFields.map((key) => [key, anything])),
  success: orNull(Type.Boolean()),
};

const Job = shape('Job', { job_id: text, ...values });

const jobId = Type.Union([text, integer], { description: 'of at most 32 characters' });
const optionalValues = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Type.Optional(value)]));
const NewJob = takes('NewJob', { job_id: jobId, ...optionalValues });
const JobUpdate = takes('JobUpdate', optionalValues);

const ofRun = parameters({ name: 'name of the run' }, false);
const ofJob = parameters({ name: 'name of the run', job_id: 'id of the job' }, false);

/** The operations of the contract. */
export const operations: Operations = {
  'GET /': {
    summary: 'Identifies this server',
    response: answersWith(shape('Server', { name: text, version: text, runs: text })),
  },
  'GET /runs': {
    summary: 'The 100 latest runs by name, newest first',
    response: answersWith(byName(Outcome)),
  },
  'POST /runs': {
    summary: 'Creates a run',
    body: takes('NewRun', { name: Type.String({ description: 'of at most 512 characters, without a slash' }) }),
    response: done,
  },
  'GET /runs/:name': {
    summary: 'The outcomes of the jobs of a run by job id, oldest first',
    params: ofRun,
    response: answersWith(byName(Outcome)),
  },
  'GET /runs/:name/jobs': {
    summary: 'The jobs of a run with all their values, oldest first',
    params: ofRun,
    response: answersWith(Type.Array(Job)),
  },
  'POST /runs/:name/jobs': { summary: 'Adds a job to a run', params: ofRun, body: NewJob, response: done },
  'GET /runs/:name/jobs/:job_id': { summary: 'A job', params: ofJob, response: answersWith(Job) },
  'PUT /runs/:name/jobs/:job_id': {
    summary: 'Updates the keys of a job that the body contains',
    description: 'If `success` is true, the job passes; if false, it fails; null resets the verdict.',
    params: ofJob,
    body: JobUpdate,
    response: done,
  },
};
