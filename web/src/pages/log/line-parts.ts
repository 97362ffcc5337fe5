/** A part of a line. `quiet` parts are common to all lines; `host0` to `host4` are the colours of hosts. */
interface LinePart {
  text: string;
  look: '' | 'quiet' | `host${number}`;
}

type Level = 'error' | 'warning' | 'debug' | '';

/** Longer lines are truncated. */
const longest = 4000;
const hosts = 5;

const prefix =
  /^(\d{4}-\d\d-\d\d[T ][\d:.,+Z-]{5,24}\s)?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):([\w.@:-]{1,160}?):(?=[^:]|$)/;

/** Splits a line into its parts. */
export function lineParts(line: string): { level: Level; parts: LinePart[] } {
  const text = line.replace(/\x1b\[[\d;]{0,20}[A-Za-z]/g, '').slice(0, longest);
  const found = prefix.exec(text);
  if (!found) return { level: /^\s*(?:Traceback|\w+Error: )/.test(text) ? 'error' : '', parts: [{ text, look: '' }] };
  const [all, time = '', word = '', logger = ''] = found;
  const host = /(?:^|\.)([a-z][a-z-]{1,30}\d{1,6})(?=\.|$)/.exec(logger);
  const at = host === null ? -1 : host.index + host[0].length - (host[1] as string).length;
  const name = host?.[1] ?? '';
  const parts: LinePart[] = [
    { text: `${time}${word}:${at < 0 ? logger : logger.slice(0, at)}`, look: 'quiet' },
    { text: name, look: name === '' ? '' : `host${numberOf(name)}` },
    { text: `${at < 0 ? '' : logger.slice(at + name.length)}:`, look: 'quiet' },
    { text: text.slice(all.length), look: '' },
  ];
  return { level: levelOf(word), parts: parts.filter((part) => part.text !== '') };
}

function levelOf(word: string): Level {
  if (word === 'ERROR' || word === 'CRITICAL') return 'error';
  if (word.startsWith('WARN')) return 'warning';
  return word === 'DEBUG' ? 'debug' : '';
}

function numberOf(host: string): number {
  let sum = 0;
  for (const letter of host) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  return sum % hosts;
}

/** The beginning of the message when teuthology starts a task; the name of the task follows. */
export const taskStart = 'teuthology.run_tasks:Running task ';

/** The name of the task that starts at a line; null for any other line. */
export function taskIn(line: string): string | null {
  const at = line.indexOf(taskStart);
  return at < 0 ? null : (/^[\w.-]{0,79}[\w-]/.exec(line.slice(at + taskStart.length))?.[0] ?? null);
}
