/** Loaded into the server under test with `--import`: tells the benchmark what only the process itself knows, when asked. */
import { existsSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the probe tells. */
export interface ProcessFigures {
  rssBytes: number;
  /** The most that it ever was. */
  peakRssBytes: number;
  /** Of the processor, since the start of the process. */
  cpuSeconds: number;
  /** The longest time without a turn of the event loop since the last `watch`; 0 when nothing is watched. */
  longestBlockMs: number;
}

/** `watch` starts a new observation of the event loop, `figures` asks. */
export type ProbeMessage = 'watch' | 'figures';

// The resolution is part of what is recorded, so it has to be small against the answer.
const delays = monitorEventLoopDelay({ resolution: 1 });

process.on('message', (message: ProbeMessage) => {
  if (message === 'watch') {
    // Enabled on demand: a timer a millisecond would cost the throughput a little.
    delays.enable();
    delays.reset();
  }
  process.send?.(figures());
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The server ends when it wants to, whether or not somebody could still ask.
process.channel?.unref();

function figures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return {
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: peakBytes(),
    cpuSeconds: (user + system) / 1e6,
    longestBlockMs: delays.max / 1e6,
  };
}

/** `maxRSS` begins with the memory of the process that started this one; this file of Linux does not. */
function peakBytes(): number {
  const path = '/proc/self/status';
  const kilobytes = existsSync(path) ? /VmHWM:\s*(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) * 1024;
}
