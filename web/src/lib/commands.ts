/** Commands of teuthology (teuthology contract §4.2) that users copy into a shell. */
import type { RunItem } from '../../../src/http/api/schema.ts';

/** The configuration that all jobs of a run share, as they reported it. */
export type CommonConfig = Readonly<Record<string, unknown>>;

/** Schedules the jobs of a run that ended with one of some statuses again. */
export function rerunByStatus(run: RunItem, config: CommonConfig, statuses: readonly string[]): string {
  // `--rerun` takes the suite, the seed and the subset from the run, and fails if others are given.
  return print('teuthology-suite', [
    ['--rerun', run.name],
    ['-R', statuses.join(',')],
    ...versionOptions(run, config),
    ...(config.no_nested_subset === true ? [['--no-nested-subset'] as Option] : []),
  ]);
}

/** Schedules the jobs with some descriptions again, as `--rerun` does. Each description must be contained in that of a job. */
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

/** Kills a run: its running jobs, and its queued jobs unless they are kept. */
export function killRun(run: Pick<RunItem, 'name'>, keepQueued: boolean): string {
  return print('teuthology-kill', [...(keepQueued ? [['-p'] as Option] : []), ['-r', run.name]]);
}

/** Kills one job. */
export function killJob(run: string, jobId: string): string {
  return print('teuthology-kill', [
    ['-r', run],
    ['-j', jobId],
  ]);
}

/** Marks a node as down, so that it gets no more jobs. */
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

/** Options that `--rerun` does not inherit: without them, teuthology tests main with priority 1000. */
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

/** Quotes a word for a POSIX shell. Line breaks are replaced, because they would end the command when it is pasted. */
function shellWord(word: string): string {
  const text = word.replace(/[\r\n]+/g, ' ');
  return /^[\w.,:/@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
