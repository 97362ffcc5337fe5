import type { RunItem } from '../../../../src/http/api/schema.ts';

/** The title of a browser tab that shows a run, failures first: "47✕ 13† rados @wip-yuri5". */
export function runTitle({ counts, status, suite, branch }: RunItem): string {
  const { fail, dead } = counts;
  const red = [fail > 0 && `${fail}✕`, dead > 0 && `${dead}†`].filter(Boolean).join(' ');
  return `${red || (status === 'finished pass' ? '✓' : status)} ${suite} @${branch}`;
}
