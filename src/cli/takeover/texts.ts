/** What `paddles import` prints. */
import { plural } from '../../core/plural.ts';
import type { Findings } from '../../store/takeover/clean.ts';
import type { Difference } from '../../store/takeover/compare.ts';
import type { ImportProgress } from '../../store/takeover/import.ts';

/** `3 runs with 40 jobs` */
export function progressText({ runs, jobs, removed }: ImportProgress): string {
  return `${plural(runs, 'run')} with ${plural(jobs, 'job')}${removed > 0 ? ` (${plural(removed, 'run')} removed)` : ''}`;
}

/** How much is not as it was, by kind. */
export function findingsText({ counts }: Findings): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'everything as it was';
  const kinds = [...counts].map(([kind, count]) => `${kind} (${count})`).sort();
  return `${plural(total, 'value or row', 'values or rows')} not as they were: ${kinds.join(', ')}`;
}

/** Milliseconds between two lines of progress. */
const telling = 1000;

/** A listener that prints how far the work is, once a second at most. */
export function progressPrinter(asJson: boolean): (progress: ImportProgress) => void {
  let began = performance.now();
  let told = began;
  let last = 0;
  return ({ runs, ofRuns, jobs, ofJobs }) => {
    const now = performance.now();
    // Another pass begins.
    if (jobs < last) began = now;
    last = jobs;
    if (now - told < telling) return;
    told = now;
    const rate = jobs / Math.max(0.001, (now - began) / 1000);
    const left = rate === 0 ? null : Math.max(0, Math.round((ofJobs - jobs) / rate));
    if (asJson) {
      const ends = { jobs_per_second: Math.round(rate), seconds_left: left };
      printJson({ runs, of_runs: ofRuns, jobs, of_jobs: ofJobs, ...ends });
      return;
    }
    const ends = left === null ? '' : `, ${durationText(left)} left`;
    process.stdout.write(
      `${runs} of ${plural(ofRuns, 'run')}, ${jobs} of ${plural(ofJobs, 'job')}, ${Math.round(rate)} jobs/s${ends}\n`,
    );
  };
}

/** Prints a line for machines. */
export function printJson(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function durationText(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Examples of each kind of difference that are printed. */
const examples = 3;

/** Prints differences by what they are about, each with some examples. */
export function printDifferences(found: Difference[]): void {
  for (const [key, some] of Map.groupBy(found, (one) => one.key)) {
    process.stdout.write(`${key} differs ${plural(some.length, 'time')}\n`);
    for (const { run, job_id, there, here } of some.slice(0, examples)) {
      const place = job_id === undefined ? run : `${run}/${job_id}`;
      process.stdout.write(`  ${place}: ${shortened(there)} there, ${shortened(here)} here\n`);
    }
  }
}

function shortened(text: string | null): string {
  if (text === null) return 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}… (${text.length} characters)` : text;
}
