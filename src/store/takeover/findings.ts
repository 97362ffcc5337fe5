/** What cannot be copied as it is: told row by row in a file, so that nothing is lost without a word. */
import { hash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

/** One thing that was not copied as it is. */
export interface Finding {
  table: 'runs' | 'jobs' | 'nodes' | 'queue';
  /** Its internal id there; of queues, the name. */
  id: number | string | null;
  /** The run that it belongs to, as it is named here. */
  run?: string;
  key?: string;
  /** Few different ones: they are counted. */
  problem: string;
  /** What was there; of a row that is left out, all of it. */
  was: unknown;
  /** What is stored instead; of a row that is left out, the internal id of the one that is not. */
  now?: unknown;
}

/** Takes findings. */
export interface Findings {
  add(finding: Finding): void;
  /** Writes what was added since; comes before the commit of what it is about. */
  flush(): void;
  /** How many of each kind, also those that were told before. */
  counts: Map<string, number>;
}

/** Findings that are appended to a file as lines of JSON, each once, however often it is found; null: they are only counted. */
export function openFindings(path: string | null): Findings {
  const told = new Set<string>();
  const counts = new Map<string, number>();
  const isNew = (finding: Finding, line: string) => {
    const known = hash('sha256', line, 'base64').slice(0, 12);
    if (told.has(known)) return false;
    told.add(known);
    const kind = finding.key === undefined ? finding.problem : `${finding.key}: ${finding.problem}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return true;
  };
  if (path !== null) for (const line of earlierLines(path)) isNew(JSON.parse(line), line);
  let waiting: string[] = [];
  return {
    counts,
    add(finding) {
      const line = JSON.stringify(finding);
      if (isNew(finding, line) && path !== null) waiting.push(line);
    },
    flush() {
      if (path === null || waiting.length === 0) return;
      appendFileSync(path, `${waiting.join('\n')}\n`);
      waiting = [];
    },
  };
}

/** Takes no notice. */
export const unheard: Findings = { add: () => {}, flush: () => {}, counts: new Map() };

/** Throws when the file cannot be written. A line that a kill cut off is ended and left out. */
function earlierLines(path: string): string[] {
  appendFileSync(path, '');
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  const last = lines.pop();
  if (last !== '') appendFileSync(path, '\n');
  return lines.filter((line) => line.endsWith('}'));
}
