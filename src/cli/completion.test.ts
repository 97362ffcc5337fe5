import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commands } from '../commands.ts';
import { completion } from './completion.ts';

/** What a shell offers for the last word of a line. */
const offers: Record<string, (line: string) => string[]> = {
  bash(line) {
    const words = line.split(' ');
    const list = words.map((word) => `'${word}'`).join(' ');
    return run('bash', [
      '-c',
      `${script('bash')}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _paddles; printf '%s\n' "\${COMPREPLY[@]}"`,
    ]);
  },
  // zsh completes only in a terminal, so it gets one of its own.
  zsh(line) {
    const folder = mkdtempSync(join(tmpdir(), 'paddles-zsh-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'paddles.zsh'), script('zsh'));
    writeFileSync(join(folder, '.zshrc'), zshSettings);
    const lines = run('zsh', ['-f', '-c', zshTerminal, 'zsh', folder, line]);
    return lines.flatMap((one) => /offered=(\S+)/.exec(one)?.[1] ?? []);
  },
  fish(line) {
    const lines = run('fish', ['--no-config', '-c', `${script('fish')}\ncomplete -C ${JSON.stringify(line)}`]);
    return lines.map((one) => one.split('\t', 1)[0] as string);
  },
};

/** Prints the candidates instead of displaying them. */
const zshSettings = `
PROMPT=
autoload -Uz compinit; compinit -D -u
source $ZDOTDIR/paddles.zsh
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-[OAD]\\ * ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -A found "$@"
  for one in $found; do print; print -r -- "offered=$one"; done
}
finish() { print over; exit }
comppostfuncs=(finish)
bindkey '^I' complete-word
print ready
`;
const zshTerminal = `
zmodload zsh/zpty
zpty shell env ZDOTDIR=$1 TERM=dumb zsh -d -i
zpty -r shell output '*ready*'
zpty -n -w shell "$2"$'\\t'
zpty -r shell output '*over*'
print -r -- $output
`;

function script(shell: string): string {
  return completion(shell, commands) ?? '';
}

/** The lines that a shell prints. It must print nothing on standard error. */
function run(shell: string, args: string[]): string[] {
  const { stdout, stderr } = spawnSync(shell, args, { encoding: 'utf8', timeout: 20_000 });
  expect(stderr).toBe('');
  return stdout.split(/\r*\n/).filter((line) => line !== '');
}

/** bash is always installed. Outside CI the other shells may be missing (`apt-get install zsh fish`). */
function isMissing(shell: string): boolean {
  return shell !== 'bash' && process.env.CI !== 'true' && spawnSync(shell, ['-c', 'exit']).error !== undefined;
}

describe.each(Object.keys(offers))('%s', (shell) => {
  test.skipIf(isMissing(shell)).each([
    ['paddles p', ['prune']],
    ['paddles token re', ['revoke']],
    ['paddles token create --sc', ['--scope']],
    ['paddles expire --dr', ['--dry-run']],
    ['paddles serve --log-level de', ['debug']],
    ['paddles --por', ['--port']],
    ['paddles migrate --por', []],
    ['paddles completion z', ['zsh']],
  ])('completes "%s"', (line, words) => {
    expect(offers[shell]?.(line)).toEqual(words);
  });

  test('knows every command and flag', () => {
    const text = script(shell);
    for (const [name, { flags }] of Object.entries(commands))
      for (const word of [...name.split(' '), ...flags.map((flag) => flag.name)]) expect(text).toContain(word);
  });
});

test('other shells have no completion', () => {
  expect([completion('csh', commands), completion('constructor', commands)]).toEqual([null, null]);
});
