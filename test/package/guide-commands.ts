/** The commands of docs/operate.md: lines of its shell blocks, and commands within sentences. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command as printed. */
export interface Command {
  line: number;
  text: string;
}

const programs =
  'paddles|curl|npm|docker|git|systemctl|sqlite3|psql|printf|useradd|cp|apt-get|createuser|pg_basebackup|logrotate|kill';
const inline = new RegExp(`^(?:${programs}) \\S`);
/** A setting as in `/etc/paddles.env`. */
const assignment = /^[A-Z][A-Z0-9_]*=/;

/** Every command, in order, without its comment. */
export function commandsOf(path: string): Command[] {
  let block: string | null = null;
  return readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
    .split('\n')
    .flatMap((text, index): Command[] => {
      const line = index + 1;
      if (text.startsWith('```')) {
        block = block === null ? text.slice(3) : null;
        return [];
      }
      if (block === null) return spansOf(text).map((span) => ({ line, text: span }));
      const command = text.replace(/(^|\s+)# .*$/, '').trim();
      const isShell = block === 'sh' && command !== '' && !assignment.test(command);
      return isShell ? [{ line, text: command }] : [];
    });
}

function spansOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span).filter((span) => inline.test(span));
}

/** Every query in blocks and within sentences. */
export function queriesOf(path: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
  const blocks = [...text.matchAll(/^```sql\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split(';\n'));
  const spans = [...text.matchAll(/`(select [^`]+)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans];
}

/** The names of the settings in shell blocks. */
export function settingsOf(path: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) => [...block.matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name));
}
