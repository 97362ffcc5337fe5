/** The systemd unit, checked with systemd's own tools. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandsOf } from './guide-commands.ts';

const unit = join(import.meta.dirname, '../../deploy/paddles.service');
const analyze = (...args: string[]) => spawnSync('systemd-analyze', [...args, unit], { encoding: 'utf8' });
const hasSystemd = analyze('security', '--offline=true').status === 0;

if (!hasSystemd) process.stdout.write('tests: no systemd-analyze, so the unit for systemd is not checked\n');

test.runIf(hasSystemd)('the systemd unit has an exposure level of at most 3 of 10', () => {
  const { status, stdout, stderr } = analyze('security', '--offline=true', '--no-pager', '--threshold=30');
  expect(stdout).toMatch(/Overall exposure level for paddles\.service: \d/);
  expect([status, stderr]).toEqual([0, '']);
});

test.runIf(hasSystemd)('systemd understands every line of the unit', () => {
  // The program is not installed.
  const { stderr } = analyze('verify', '--man=no');
  expect(stderr.split('\n').filter((line) => line !== '' && !line.includes('is not executable'))).toEqual([]);
});

test('the guide runs commands with the user, folder and settings of the unit', () => {
  const lines = readFileSync(unit, 'utf8');
  const inUnit = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(lines)?.[1];
  const found = commandsOf('docs/operate.md').find(({ text }) => text.startsWith('systemd-run '));
  const surroundings = `--uid=${inUnit('User')} --working-directory=${inUnit('WorkingDirectory')}`;
  expect(found?.text).toContain(` ${surroundings} --property=EnvironmentFile=${inUnit('EnvironmentFile')} paddles `);
});

test('the unit keeps restarting while the database is not available at boot', () => {
  const lines = readFileSync(unit, 'utf8').split('\n');
  for (const line of ['StartLimitIntervalSec=0', 'Wants=network-online.target', 'Restart=on-failure'])
    expect(lines).toContain(line);
  expect(lines).toContainEqual(expect.stringMatching(/^RestartSec=\d+$/));
  expect(lines).toContainEqual(expect.stringMatching(/^After=network-online\.target\b/));
});

test('reloading the unit sends the server the signal that reopens its log file', () => {
  expect(readFileSync(unit, 'utf8').split('\n')).toContain('ExecReload=/bin/kill -HUP $MAINPID');
});
