/** Lines of logs as teuthology writes them: `<time> <LEVEL>:<logger>:<message>`. */

/** What a line says, and who. */
export interface ParsedLine {
  level: string;
  /** `teuthology.orchestra.run.smithi001.stderr`; empty for a line that no logger wrote. */
  logger: string;
  message: string;
}

const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s/;
const logger = /^\s?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):([\w.@:-]{1,160}?):(?=[^:]|$)\s?/;

/** Takes a line apart. The message of one that is none of teuthology is all of it but the time. */
export function parseLine(line: string): ParsedLine {
  const rest = line.replace(/\x1b\[[\d;]{0,20}[A-Za-z]/g, '').replace(time, '');
  const found = logger.exec(rest);
  if (!found) return { level: '', logger: '', message: rest };
  return { level: found[1] as string, logger: found[2] as string, message: rest.slice(found[0].length) };
}

/** The last host that a logger names, which lines of one machine share. */
export function hostIn(logger: string): string {
  return /\.([a-z][a-z-]{1,30}\d{1,6})(?:\.|$)/.exec(logger)?.[1] ?? '';
}

/** Daemons and clients that a line is of, like `osd.3`. */
export function daemonsIn(line: string): string[] {
  return line.slice(0, 400).match(/\b(?:osd|mon|mds|mgr|rgw|client)\.\w{1,20}\b/g) ?? [];
}
