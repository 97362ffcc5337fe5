import fc from 'fast-check';

/** Few names, so that they meet again; one says what a scheduled run is, one is older than the epoch. */
export const runName = fc.oneof(
  { arbitrary: fc.nat(4).map((run) => `run-${run}`), weight: 6 },
  fc.constantFrom(
    'ana-2024-03-01_20:00:15-rados-main-distro-default-smithi',
    'bob-1950-12-31_12:00:00-rbd-wip-x-distro-none-mira',
  ),
);

/** Job ids, few as well. */
export const jobId = fc.nat(5).map(String);

/** Nodes, most of which exist after a while. */
export const nodeName = fc.nat(4).map((node) => `node${node}`);

/** Queues, as jobs name them. */
export const queueName = fc.nat(2).map((queue) => `queue${queue}`);
