/** The commands that the dashboard shows, against the options of teuthology's programs as the contract lists them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { killJob, killRun, rerunByDescription, rerunByStatus, scheduleAgain } from '../../web/src/lib/commands.ts';
import { aRun } from '../helpers/dashboard.ts';

const contract = readFileSync(join(import.meta.dirname, '../../docs/contracts/teuthology.md'), 'utf8');

/** The options of a program in the table of the contract (teuthology contract §4.2): its cells name them in code. */
function optionsOf(program: string): Set<string> {
  const options = new Set<string>();
  let current = '';
  for (const line of contract.split('\n')) {
    const [, name = '', cell = ''] = line.split('|').map((part) => part.trim());
    if (!line.startsWith('|')) current = '';
    if (name.startsWith('`teuthology-')) current = name.replaceAll('`', '');
    if (current === program) for (const [option] of cell.matchAll(/(?<![\w-])--?[A-Za-z][\w-]*/g)) options.add(option);
  }
  return options;
}

/** The words of a command as a POSIX shell splits it. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(')/g, (_, quoted, escaped) => quoted ?? escaped),
  );
}

/** The program and its options with their values; fails for an option that the program does not have. */
function parsed(command: string): { program: string; options: Record<string, string | true> } {
  const [program = '', ...words] = wordsOf(command);
  const known = optionsOf(program);
  expect(known.size).toBeGreaterThan(3);
  const options: Record<string, string | true> = {};
  for (let at = 0; at < words.length; at++) {
    const option = words[at]!;
    expect(known, option).toContain(option);
    const next = words[at + 1];
    if (next === undefined || next.startsWith('-')) options[option] = true;
    else {
      options[option] = next;
      at++;
    }
  }
  return { program, options };
}

const run = aRun({
  name: 'yuriw-2026-11-23_09:00:00-rados-wip-1-distro-default-smithi',
  branch: 'wip-1',
  priority: 75,
});
const config = {
  seed: 4711,
  subset: '3/120',
  suite_branch: 'wip-suite',
  suite_repo: 'https://github.com/ceph/ceph-ci.git',
  repo: 'https://github.com/ceph/ceph-ci.git',
  teuthology_branch: 'main',
  ktype: 'distro',
  no_nested_subset: false,
};
const version = {
  '-c': 'wip-1',
  '-S': run.sha1,
  '-m': 'smithi',
  '-f': 'default',
  '-p': '75',
  '-t': 'main',
  '--suite-branch': 'wip-suite',
  '--suite-repo': config.suite_repo,
  '--ceph-repo': config.repo,
};

describe('a command', () => {
  test('that reruns by status names everything that --rerun does not take over', () => {
    expect(parsed(rerunByStatus(run, config, ['fail', 'dead']))).toEqual({
      program: 'teuthology-suite',
      options: { '--rerun': run.name, '-R': 'fail,dead', ...version },
    });
    // --rerun compares it with that of the run, and ends when they differ.
    const nested = parsed(rerunByStatus(run, { ...config, no_nested_subset: true, ktype: 'testing' }, ['dead']));
    expect(nested.options).toMatchObject({ '--no-nested-subset': true, '-k': 'testing', '-R': 'dead' });
  });

  test('that reruns some jobs makes the same choices and keeps those descriptions', () => {
    const [one, other] = ["rados/basic/{a b's}", 'rados/thrash/{c$ d}'];
    const all = { '-s': 'rados', ...version, '--seed': '4711', '--subset': '3/120' };
    expect(parsed(rerunByDescription(run, config, [other, one, other])).options).toEqual({
      ...all,
      '--filter': `${one},${other}`,
    });
    expect(parsed(rerunByDescription(run, config, [other])).options).toEqual({ ...all, '--filter-all': other });
    expect(parsed(scheduleAgain(run, config)).options).toEqual(all);
  });

  test('leaves out what is not known, and stays one line', () => {
    const unknown = aRun({ sha1: null, flavor: null, priority: null, branch: 'a\nb; rm -rf $HOME' });
    expect(wordsOf(rerunByStatus(unknown, {}, ['fail']))).toEqual([
      ...['teuthology-suite', '--rerun', unknown.name, '-R', 'fail', '-c', 'a b; rm -rf $HOME', '-m', 'smithi'],
    ]);
  });

  test('that kills says what becomes of the queue', () => {
    expect(parsed(killRun(run, false)).options).toEqual({ '-r': run.name });
    expect(parsed(killRun(run, true)).options).toEqual({ '-p': true, '-r': run.name });
    expect(parsed(killJob(run.name, '8600017')).options).toEqual({ '-r': run.name, '-j': '8600017' });
  });
});
