/** `GET /metrics`: metrics of this process and of the stored data, for Prometheus. */
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

/** How long counts of stored data are reused, in milliseconds, because several monitors can ask. */
const keptFor = 10_000;

/** The most queues with a series of their own. Their names come from clients. */
const mostQueues = 50;

/** Methods with a series of their own. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

/** A stream that ends when its listener leaves, so it has no meaningful duration. */
const streamRoute = '/api/events';

/** Creates the metrics of a process. `worker` names one of several processes that share a port. */
export function createMetrics(db: Db, { worker }: { worker?: string | undefined } = {}) {
  const register = new Registry();
  if (worker !== undefined) register.setDefaultLabels({ worker });
  collectDefaultMetrics({ register });
  const registers = [register];
  const labelNames = ['version', 'engine'] as const;
  const info = new Gauge({ name: 'paddles_info', help: 'Version and database engine', labelNames, registers });
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
  const listeners = new Gauge({ name: 'paddles_live_listeners', help: 'Pages with live updates', registers });
  const attempts = new Counter({
    name: 'paddles_delivery_attempts_total',
    help: 'Attempts to deliver a message to a subscription by outcome; "given up" is the last attempt of a delivery',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of outcomes) attempts.inc({ outcome }, 0);
  return {
    /** Counts an attempt to deliver a message to a subscription, by its outcome. */
    countAttempt: (outcome: (typeof outcomes)[number]) => attempts.inc({ outcome }),
    /** Counts the requests of a server. Must be called before its routes are added. */
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
    help: 'Job writes per transaction',
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers,
  });
  const statuses = new Counter({
    name: 'paddles_job_writes_total',
    help: 'Job writes by resulting status',
    labelNames: ['status'],
    registers,
  });
  jobWriter.onBatch((writes) => batches.observe(writes));
  jobWriter.subscribe(({ status }) => statuses.inc({ status: status ?? 'deleted' }));
  for (const unit of ['writes', 'bytes'] as const) {
    new Gauge({
      name: `paddles_waiting_${unit}`,
      help: `Accepted job writes that wait for the database, in ${unit}`,
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
    help: 'Connections to PostgreSQL; "waiting" counts requests for a connection',
    labelNames: ['state'],
    registers: [register],
    collect() {
      for (const [state, count] of Object.entries(pool?.() ?? {})) this.set({ state }, count);
    },
  });
}

/** Returns a function that refreshes the counts when they are due. If the database does not work, only `paddles_database_up` is 0. */
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
    help: 'Messages to subscriptions that wait to be sent or retried',
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
      // The error is logged elsewhere.
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
