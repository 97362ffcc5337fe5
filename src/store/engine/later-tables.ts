/** The statements of the later migrations, in order. */
import { jobStatuses } from '../../core/job.ts';
import type { ColumnTypes } from './dialect.ts';

/** The tables of tokens, sessions and the audit log. */
export function accessTables({ id, integer, boolean, text }: ColumnTypes): string[] {
  return [
    `create table tokens (
      name ${text} primary key,
      hash ${text} not null unique,
      scopes ${text} not null,
      created ${integer} not null,
      expires ${integer}
    )`,
    `create table sessions (
      hash ${text} primary key,
      token_hash ${text} not null,
      expires ${integer} not null
    )`,
    `create table audit (
      id ${id},
      at ${integer} not null,
      name ${text},
      verified ${boolean} not null,
      address ${text},
      door ${text} not null,
      action ${text} not null,
      kind ${text} not null,
      target ${text} not null,
      before text,
      after text,
      request ${text}
    )`,
    'create index audit_at on audit (at)',
    'create index audit_target on audit (target, id)',
    'create index audit_name on audit (name, id)',
  ];
}

/** The digest that a run contributes to verdicts on later runs, and the counter of its changes. */
export function runDigests({ integer, text, document }: ColumnTypes): string[] {
  return [
    `alter table runs add column revision ${integer} not null default 0`,
    `create table run_digests (
      run_id ${integer} primary key references runs (id) on delete cascade,
      made_of ${text} not null,
      digest ${document} not null
    )`,
  ];
}

/**
 * The table of the runs that `paddles import` has copied. It does not reference `runs`, because a row whose run has been deleted
 * keeps that run from being imported again.
 */
export function importedRuns({ integer, text }: ColumnTypes): string[] {
  return [
    `create table imported_runs (
      id ${integer} primary key,
      fingerprint ${text} not null,
      revision ${integer} not null,
      verified integer not null,
      left_out ${text} not null
    )`,
  ];
}

/**
 * The index that finds the jobs of a cause, newest first, and its runs. The causes of all jobs are computed again, because jobs
 * that failed without a reason now have a cause too.
 */
export function causes(): string[] {
  return [
    'create index jobs_cause on jobs (signature, posted, id, run_id) where signature is not null',
    'update indexed set up_to = 0',
  ];
}

/**
 * Views for people who query the database directly (docs/operate.md). They show times as timestamps and members of JSON objects as
 * columns. Views hold no data, so every migration that creates them creates their current form. A migration that changes a column
 * that they read must drop them first.
 */
export function analystViews({ time, view, member, whole }: ColumnTypes): string[] {
  const times = (table: string, columns: string[]) =>
    columns.map((column) => `${time(`${table}.${column}`)} as ${column}`);
  const members = (column: string, keys: string[]) => keys.map((key) => `${member(`jobs.${column}`, key)} as ${key}`);
  const counts = ['queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown'];
  return [
    ...view(
      'v_runs',
      `select id, name, status, "user", suite, branch, machine_type, sha1, flavor, priority, tags,
      ${times('runs', ['scheduled', 'posted', 'started', 'updated']).join(', ')}, ${counts.join(', ')},
      ${counts.join(' + ')} as jobs from runs`,
    ),
    ...view(
      'v_jobs',
      `select jobs.id, jobs.run_id, runs.name as run, jobs.job_id, jobs.status, jobs.success,
      ${times('jobs', ['posted', 'started', 'updated']).join(', ')},
      ${whole('jobs.small', 'duration')} as duration, descriptions.description, jobs.failure_reason,
      jobs.signature as cause, signatures.title as cause_title, jobs.branch, jobs.sha1, jobs.flavor, jobs.machine_type,
      jobs."user", jobs.queue, jobs.priority, ${members('small', ['os_type', 'owner']).join(', ')},
      ${members('more', ['suite', 'os_version']).join(', ')}
      from jobs join runs on runs.id = jobs.run_id left join signatures on signatures.id = jobs.signature
      left join descriptions on descriptions.hash = jobs.description_hash`,
    ),
  ];
}

/** The tables of decisions on causes, of jobs that moved to another cause when the rules changed, and of reviews of runs. */
export function decisionTables({ id, integer, boolean, text, document }: ColumnTypes): string[] {
  return [
    `create table decisions (
      id ${id},
      cause ${text} not null,
      version integer not null,
      kind ${text} not null,
      title ${text} not null,
      class ${text} not null,
      issue_url text,
      note text not null,
      scope ${text} not null,
      scope_of ${text},
      run ${text} not null,
      author ${text} not null,
      verified ${boolean} not null,
      created ${integer} not null,
      replaces ${integer},
      until ${integer},
      withdrawn_by ${text},
      withdrawn_at ${integer},
      client_key ${text},
      unique (author, client_key)
    )`,
    'create index decisions_cause on decisions (cause, id)',
    'create index decisions_scope on decisions (scope, scope_of, id)',
    'create index decisions_replaces on decisions (replaces) where replaces is not null',
    'create index decisions_withdrawn on decisions (withdrawn_at) where withdrawn_at is not null',
    `create table cause_moves (
      old ${text} not null,
      cause ${text} not null,
      jobs ${integer} not null,
      primary key (old, cause)
    )`,
    'create index cause_moves_cause on cause_moves (cause)',
    `create table reviews (
      id ${id},
      run ${text} not null,
      verdict ${text} not null,
      author ${text} not null,
      verified ${boolean} not null,
      created ${integer} not null,
      frozen ${document} not null,
      client_key ${text},
      unique (author, client_key)
    )`,
    'create index reviews_run on reviews (run, id)',
    // A copy of the last review, so that a list of runs reads no other table.
    'alter table runs add column review text',
  ];
}

/** The table of the errors found in logs, and of the logs that still have to be read. */
export function logTables({ integer, boolean, text, document }: ColumnTypes): string[] {
  return [
    `create table log_excerpts (
      job_id ${integer} primary key references jobs (id) on delete cascade,
      due ${integer},
      tries integer not null,
      version integer not null,
      file ${text},
      kind ${text},
      error ${document},
      byte ${integer},
      sure ${boolean},
      others ${document},
      context ${document}
    )`,
    'create index log_excerpts_due on log_excerpts (due) where due is not null',
  ];
}

/** The tables of test cases: all cases of a job in one row, and one row for each failed case. */
export function testTables({ integer, text, document }: ColumnTypes): string[] {
  return [
    `create table job_tests (
      job_id ${integer} primary key references jobs (id) on delete cascade,
      pass integer not null,
      fail integer not null,
      error integer not null,
      skipped integer not null,
      seconds double precision not null,
      source ${text} not null,
      packed text not null
    )`,
    `create table failed_cases (
      job_id ${integer} not null references jobs (id) on delete cascade,
      place integer not null,
      name ${document} not null,
      hash ${text} not null,
      posted ${integer} not null,
      result ${text} not null,
      message ${document},
      signature ${text} not null,
      primary key (job_id, place)
    )`,
    'create index failed_cases_hash on failed_cases (hash, posted, job_id)',
  ];
}

/** The index that finds the jobs of a cause by their failed test cases, newest first. It covers only cases that count as causes (core/job.ts). */
export function caseCauses(): string[] {
  return ['create index failed_cases_cause on failed_cases (signature, posted, job_id) where place < 20'];
}

/** The totals of runs that `paddles prune` deletes, by the month (UTC, like 2026-11) in which they were scheduled. */
export function monthlyTables({ integer, text }: ColumnTypes): string[] {
  const counts = jobStatuses.map((status) => `${status} ${integer} not null`);
  return [
    `create table monthly_results (
      month ${text} not null,
      suite ${text} not null,
      branch ${text} not null,
      machine_type ${text} not null,
      runs ${integer} not null,
      ${counts.join(',\n      ')},
      primary key (month, suite, branch, machine_type)
    )`,
    `create table monthly_causes (
      month ${text} not null,
      suite ${text} not null,
      branch ${text} not null,
      cause ${text} not null,
      jobs ${integer} not null,
      primary key (month, suite, branch, cause)
    )`,
  ];
}

/** The tables of subscriptions, of pending deliveries, and of what has been announced. */
export function notificationTables({ id, integer, boolean, text, document }: ColumnTypes): string[] {
  return [
    `create table subscriptions (
      id ${id},
      name ${text} not null unique,
      filter text not null,
      events text not null,
      format ${text} not null,
      target text not null,
      secret text not null,
      enabled ${boolean} not null,
      created_by ${text},
      created ${integer} not null,
      failing_since ${integer},
      problem text
    )`,
    `create table deliveries (
      id ${id},
      message_id ${text} not null,
      subscription_id ${integer} not null references subscriptions (id) on delete cascade,
      event ${text} not null,
      subject ${text} not null,
      title text not null,
      body ${document} not null,
      created ${integer} not null,
      status ${text} not null,
      due ${integer},
      attempts integer not null,
      last_attempt ${integer},
      answer_code integer,
      error text,
      unique (subscription_id, event, subject)
    )`,
    'create index deliveries_of on deliveries (subscription_id, id)',
    'create index deliveries_due on deliveries (due, id) where due is not null',
    'create index deliveries_created on deliveries (created)',
    `create table run_ends (
      run_id ${integer} primary key references runs (id) on delete cascade,
      revision ${integer} not null,
      due ${integer} not null
    )`,
    'create index run_ends_due on run_ends (due)',
    `create table told_causes (
      subscription_id ${integer} not null references subscriptions (id) on delete cascade,
      cause ${text} not null,
      suite ${text} not null,
      branch ${text} not null,
      at ${integer} not null,
      primary key (subscription_id, cause, suite, branch)
    )`,
    'create index told_causes_at on told_causes (at)',
    `create table suspect_nodes (node ${text} primary key, seen ${integer} not null)`,
  ];
}
