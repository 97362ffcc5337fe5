import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commands } from '../commands.ts';
import { optionsOf } from '../config.ts';
import { manual } from './man.ts';

const page = manual(commands);
const unescaped = page.replaceAll('\\-', '-');

test('the manual has every command, flag and variable', () => {
  for (const [name, { flags }] of Object.entries(commands)) {
    expect(unescaped).toContain(`.SS "paddles ${name}`);
    for (const flag of flags) expect(unescaped).toContain(`\\fB--${flag.name}`);
  }
  for (const { flag, variables } of optionsOf([]))
    for (const word of flag === 'help' ? [] : [`--${flag}`, ...variables]) expect(unescaped).toContain(word);
});

test.each([
  ['groff', ['-man', '-Tutf8', '-ww', '-z']],
  ['mandoc', ['-T', 'lint', '-W', 'error']],
])('%s, if installed, reports no problem', (program, args) => {
  const { error, stdout, stderr } = spawnSync(program, args, { input: page, encoding: 'utf8' });
  if (error === undefined) expect(stdout + stderr).toBe('');
});

test('no text of the manual is read as a request', () => {
  const requests = page.split('\n').filter((line) => /^[.']/.test(line));
  expect(requests.filter((line) => !/^\.(TH|SH|SS|TP|B)\b/.test(line))).toEqual([]);
});
