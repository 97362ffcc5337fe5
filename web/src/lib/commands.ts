/** Commands of teuthology (teuthology contract §4.2) as a person copies them into a shell. */
import type { RunItem } from '../../../src/http/api/schema.ts';

/** What all jobs of a run were configured with, as they reported it. */
export type CommonConfig = Readonly<Record<string, unknown>>;

/** Schedules the jobs of a run again that ended with one of some statuses. */
export function rerunByStatus(run: RunItem, config: CommonConfig, statuses: readonly string[]): string {
  // `--rerun` takes the suite, the seed and the subset from the run, and ends when others are given.
  return print('teuthology-suite', [
    ['--rerun', run.name],
    ['-R', statuses.join(',')],
    ...versionOptions(run, config),
    ...(config.no_nested_subset === true ? [['--no-nested-subset'] as Option] : []),
  ]);
}

/** Schedules jobs with some descriptions again, as `--rerun` does: each has to be contained in that of a job. */
export function rerunByDescription(run: RunItem, config: CommonConfig, descriptions: readonly string[]): string {
  return print('teuthology-suite', [
    ...suiteOptions(run, config),
    [descriptions.length === 1 ? '--filter-all' : '--filter', [...new Set(descriptions)].sort().join(',')],
  ]);
}

/** Schedules a run like this one. */
export function scheduleAgain(run: RunItem, config: CommonConfig): string {
  return print('teuthology-suite', suiteOptions(run, config));
}

/** Ends a run: kills what runs, and removes what is queued unless that is kept. */
export function killRun(run: Pick<RunItem, 'name'>, keepQueued: boolean): string {
  return print('teuthology-kill', [...(keepQueued ? [['-p'] as Option] : []), ['-r', run.name]]);
}

/** Ends one job. */
export function killJob(run: string, jobId: string): string {
  return print('teuthology-kill', [
    ['-r', run],
    ['-j', jobId],
  ]);
}

/** Takes a node out, so that no job is given it. */
export function markDown(node: string): string {
  return print('teuthology-lock', [['--update'], ['--status', 'down'], [node]]);
}

type Option = readonly string[];

function suiteOptions(run: RunItem, config: CommonConfig): Option[] {
  const { seed, subset } = config;
  return [
    ['-s', run.suite],
    ...versionOptions(run, config),
    ...given('--seed', seed),
    ...given('--subset', subset),
    ...(config.no_nested_subset === true ? [['--no-nested-subset'] as Option] : []),
  ];
}

/** Nothing of this is inherited by `--rerun`: without it main is tested, with priority 1000. */
function versionOptions(run: RunItem, config: CommonConfig): Option[] {
  return [
    ...given('-c', run.branch),
    ...given('-S', run.sha1),
    ...given('-m', run.machine_type),
    ...given('-f', run.flavor),
    ...given('-p', run.priority),
    ...given('-t', config.teuthology_branch),
    ...given('-k', config.ktype === 'distro' ? null : config.ktype),
    ...given('--suite-branch', config.suite_branch),
    ...given('--suite-repo', config.suite_repo),
    ...given('--ceph-repo', config.repo),
  ];
}

function given(option: string, value: unknown): Option[] {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? [[option, String(value)]] : [];
}

function print(program: string, options: readonly Option[]): string {
  return [program, ...options.map((words) => words.map(shellWord).join(' '))].join(' ');
}

/** A word that a POSIX shell takes as it is; a line break in it would end the command where it is pasted. */
function shellWord(word: string): string {
  const text = word.replace(/[\r\n]+/g, ' ');
  return /^[\w.,:/@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
