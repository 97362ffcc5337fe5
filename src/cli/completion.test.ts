import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commands } from '../commands.ts';
import { completion } from './completion.ts';

/** What bash offers for the last word of a line. */
function offered(line: string): string[] {
  const words = line.split(' ');
  const list = words.map((word) => `'${word}'`).join(' ');
  const script = `${completion('bash', commands)}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _paddles; echo "\${COMPREPLY[*]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split(' ');
}

test.each([
  ['paddles p', ['prune']],
  ['paddles token re', ['revoke']],
  ['paddles token create --sc', ['--scope']],
  ['paddles expire --dr', ['--dry-run']],
  ['paddles serve --log-level de', ['debug']],
  ['paddles --por', ['--port']],
  ['paddles migrate --por', ['']],
  ['paddles completion z', ['zsh']],
])('bash completes "%s"', (line, words) => {
  expect(offered(line)).toEqual(words);
});

test.each([
  ['zsh', 'compdef _paddles paddles'],
  [
    'fish',
    "complete -c paddles -n '__fish_seen_subcommand_from token; and __fish_seen_subcommand_from create' -l scope",
  ],
])('%s gets every command and flag', (shell, line) => {
  const script = completion(shell, commands) ?? '';
  expect(script).toContain(line);
  for (const [name, { flags }] of Object.entries(commands))
    for (const word of [...name.split(' '), ...flags.map((flag) => flag.name)]) expect(script).toContain(word);
  // Fish reads pipes, but not the sockets that Node makes of them. A shell that is not installed says nothing.
  const check = `if command -v ${shell} > /dev/null; then cat | ${shell} -n; fi`;
  expect(spawnSync('sh', ['-c', check], { input: script, encoding: 'utf8' }).stderr).toBe('');
});

test('other shells have no completion', () => {
  expect([completion('csh', commands), completion('constructor', commands)]).toEqual([null, null]);
});
