import fc from 'fast-check';

/** Run names. There are few, so that they are repeated. One is the name of a scheduled run, one has a date before the epoch. */
export const runName = fc.oneof(
  { arbitrary: fc.nat(4).map((run) => `run-${run}`), weight: 6 },
  fc.constantFrom(
    'ana-2024-03-01_20:00:15-rados-main-distro-default-smithi',
    'bob-1950-12-31_12:00:00-rbd-wip-x-distro-none-mira',
  ),
);

/** Job ids. */
export const jobId = fc.nat(5).map(String);

/** Names of nodes. */
export const nodeName = fc.nat(4).map((node) => `node${node}`);

/** Names of queues. */
export const queueName = fc.nat(2).map((queue) => `queue${queue}`);
