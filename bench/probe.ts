/** Loaded into the server under test with `--import`: tells the benchmark how long its event loop was blocked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** `watch` begins to observe the event loop, `tell` asks for the longest time without a turn since then, in milliseconds. */
export type ProbeMessage = 'watch' | 'tell';

// The resolution is part of what is recorded, so it has to be small against the answer.
const delays = monitorEventLoopDelay({ resolution: 1 });

process.on('message', (message: ProbeMessage) => {
  if (message === 'watch') {
    // Enabled on demand: a timer a millisecond would cost the throughput a little.
    delays.enable();
    delays.reset();
  }
  process.send?.(delays.max / 1e6);
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The server ends when it wants to, whether or not somebody could still ask.
process.channel?.unref();
