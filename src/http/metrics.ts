/** `GET /metrics`: what this process does and what is stored, for Prometheus. */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { version } from '../program.ts';
import { type Db, ping } from '../store/db.ts';
import { longestQueues } from '../store/read/queues.ts';
import { countJobs } from '../store/read/runs.ts';
import { countWaitingDeliveries } from '../store/read/subscriptions.ts';
import { mount } from './resource.ts';

/** The metrics of a process; all its ports share them. */
export type Metrics = ReturnType<typeof createMetrics>;

const outcomes = ['delivered', 'failed', 'given up'] as const;

/** How long what is stored is not counted again, in milliseconds: several monitors may ask. */
const keptFor = 10_000;

/** Queues with a series of their own: their names come from clients. */
const mostQueues = 50;

/** Methods with a series of their own. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

/** A stream that ends when its listener leaves: it has no duration. */
const streamRoute = '/api/events';

/** Begins to count. `worker` names one of several processes that answer on one port. */
export function createMetrics(db: Db, { worker }: { worker?: string | undefined } = {}) {
  const register = new Registry();
  if (worker !== undefined) register.setDefaultLabels({ worker });
  collectDefaultMetrics({ register });
  const registers = [register];
  const labelNames = ['version', 'engine'] as const;
  const info = new Gauge({ name: 'paddles_info', help: 'The version and the database', labelNames, registers });
  info.labels(version, db.engine).set(1);
  watchWrites(db, register);
  watchPool(db, register);
  const refresh = watchStored(db, register);
  const requests = new Histogram({
    name: 'paddles_http_request_duration_seconds',
    help: 'Answered requests by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const listeners = new Gauge({ name: 'paddles_live_listeners', help: 'Open pages that are told changes', registers });
  const attempts = new Counter({
    name: 'paddles_delivery_attempts_total',
    help: 'Attempts to tell a subscription by how they ended; "given up" was the last one of a delivery',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of outcomes) attempts.inc({ outcome }, 0);
  return {
    /** Counts an attempt to tell a subscription, by how it ended. */
    countAttempt: (outcome: (typeof outcomes)[number]) => attempts.inc({ outcome }),
    /** Counts the requests of a server; comes before its routes. */
    count(app: FastifyInstance): void {
      app.addHook('onRequest', async ({ routeOptions }, reply) => {
        if (routeOptions.url !== streamRoute || reply.raw.destroyed) return;
        listeners.inc();
        reply.raw.once('close', () => listeners.dec());
      });
      app.addHook('onResponse', async ({ method, is404, routeOptions }, reply) => {
        if (routeOptions.url === streamRoute) return;
        const route = is404 ? 'none' : (routeOptions.url ?? 'none');
        const labels = { method: methods.has(method) ? method : 'other', route, status: reply.statusCode };
        requests.observe(labels, reply.elapsedTime / 1000);
      });
    },
    /** Adds `/metrics`. */
    mount(app: FastifyInstance): void {
      mount(app, '/metrics', {
        GET: async (_request, reply) => {
          await refresh();
          return reply
            .header('cache-control', 'no-store')
            .type(register.contentType)
            .send(await register.metrics());
        },
      });
    },
  };
}

function watchWrites({ jobWriter }: Db, register: Registry): void {
  const registers = [register];
  const batches = new Histogram({
    name: 'paddles_write_batch_size',
    help: 'Writes of jobs in one transaction',
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers,
  });
  const statuses = new Counter({
    name: 'paddles_job_writes_total',
    help: 'Writes of jobs by the status that they led to',
    labelNames: ['status'],
    registers,
  });
  jobWriter.onBatch((writes) => batches.observe(writes));
  jobWriter.subscribe(({ status }) => statuses.inc({ status: status ?? 'deleted' }));
  for (const unit of ['writes', 'bytes'] as const) {
    new Gauge({
      name: `paddles_waiting_${unit}`,
      help: `Accepted writes of jobs that wait for the database, in ${unit}`,
      registers,
      collect() {
        this.set(jobWriter.waiting()[unit]);
      },
    });
  }
}

function watchPool({ pool }: Db, register: Registry): void {
  new Gauge({
    name: 'paddles_pool_connections',
    help: 'Connections to PostgreSQL; "waiting" counts what waits for one',
    labelNames: ['state'],
    registers: [register],
    collect() {
      for (const [state, count] of Object.entries(pool?.() ?? {})) this.set({ state }, count);
    },
  });
}

/** Returns what counts again, if it is time; a database that does not work leaves only `paddles_database_up` at 0. */
function watchStored(db: Db, register: Registry): () => Promise<void> {
  const registers = [register];
  const up = new Gauge({ name: 'paddles_database_up', help: '1 while the database works', registers });
  const jobs = new Gauge({ name: 'paddles_jobs', help: 'Stored jobs', labelNames: ['status'], registers });
  const queues = new Gauge({
    name: 'paddles_queue_jobs',
    help: `Queued jobs of the ${mostQueues} longest queues`,
    labelNames: ['queue'],
    registers,
  });
  const deliveries = new Gauge({
    name: 'paddles_waiting_deliveries',
    help: 'Messages to subscriptions that are still to be sent, or to be sent again',
    registers,
  });
  const count = async () => {
    try {
      await ping(db);
      const [counts, longest] = [await countJobs(db), await longestQueues(db, mostQueues)];
      for (const [status, number] of Object.entries(counts)) jobs.set({ status }, number);
      queues.reset();
      for (const { queue, jobs: number } of longest) queues.set({ queue }, number);
      deliveries.set(await countWaitingDeliveries(db));
      up.set(1);
    } catch {
      // Why is in the log.
      jobs.reset();
      queues.reset();
      up.set(0);
    }
  };
  let counted: Promise<void> = Promise.resolve();
  let at = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - at >= keptFor) {
      at = performance.now();
      counted = count();
    }
    return counted;
  };
}
