/** The content of a page without scripts: bounded, escaped tables of its initial data. */
import { mayRead } from '../../core/access.ts';
import { isFailing } from '../../core/compare.ts';
import { causesOfJob } from '../../core/job.ts';
import { apiPath, pagePath } from '../../core/paths.ts';
import { plural } from '../../core/plural.ts';
import type { CausePage } from '../api/cause.ts';
import type { JobPage } from '../api/job-page.ts';
import type { NodeList, Queue } from '../api/lab.ts';
import type { RunList } from '../api/lists.ts';
import type { RunPage } from '../api/run-document.ts';
import type { JobItem, RunItem } from '../api/schema.ts';
import type { Session } from '../api/session.ts';
import { escapeHtml } from '../html.ts';
import { uiBase } from './redirects.ts';

/** The most rows of a table, and the most characters of a cell. */
const mostRows = 100;
const longestCell = 200;

/** A cell: a text, or a link to a page. */
type Cell = string | number | null | { text: string; page: string };

/** An answer of the API as JSON text. */
export interface BootAnswer {
  path: string;
  data: string;
}

/** Prints the data of a page as HTML without scripts; empty if no printer exists for the page. */
export function plainPage(answers: readonly BootAnswer[]): string {
  for (const { path, data } of answers) {
    const print = printers.find(([pattern]) => pattern.test(path))?.[1];
    if (print !== undefined) return print(JSON.parse(data) as never);
  }
  const session = answers.find(({ path }) => path === apiPath.session());
  return session === undefined || mayRead(JSON.parse(session.data) as Session) ? '' : signIn;
}

const signIn =
  '<h1>Sign in</h1><p>Everything here needs a token. To sign in with it, turn JavaScript on and go to ' +
  `<a href="${uiBase}${pagePath.settings()}">Settings</a>. Programs send it as <code>Authorization: Bearer TOKEN</code>.</p>`;

const printers: [RegExp, (data: never) => string][] = [
  [/^\/api\/runs(?:\?|$)/, printRuns],
  [/^\/api\/runs\/[^/?]+\/page(?:\?|$)/, printRun],
  [/^\/api\/runs\/[^/?]+\/jobs\//, printJob],
  [/^\/api\/causes\/[^/?]+$/, printCause],
  [/^\/api\/queue$/, printQueue],
  [/^\/api\/nodes(?:\?|$)/, printNodes],
];

function printRuns({ runs, total, counts }: RunList): string {
  return [
    '<h1>Runs</h1>',
    paragraph(`${plural(total, 'run')}: ${countsText(counts)}. As a file: `, [
      ['CSV', `${uiBase}/runs.csv`],
      ['JSON', `${uiBase}/runs.json`],
      ['Markdown', `${uiBase}/runs.md`],
    ]),
    runTable(runs),
  ].join('');
}

function runTable(runs: readonly RunItem[]): string {
  return table(
    ['Run', 'Status', 'Scheduled (UTC)', 'Suite', 'Branch', 'sha1', 'Jobs'],
    runs.map((run) => [
      runLink(run.name),
      run.status,
      timeText(run.scheduled),
      run.suite,
      run.branch,
      run.sha1?.slice(0, 8) ?? '',
      countsText(run.counts),
    ]),
  );
}

function printRun({ run, signatures, verdicts, jobs, texts }: RunPage): string {
  const said = new Map(verdicts.map((verdict) => [verdict.cause, verdict]));
  const causes = [...signatures].sort((a, b) => (b.seen.at(-1) ?? 0) - (a.seen.at(-1) ?? 0));
  const red = jobs.filter(({ status }) => isFailing(status));
  const textAt = (place: number | null) => (place === null ? '' : (texts[place] ?? ''));
  return [
    `<h1>${escapeHtml(run.name)}</h1>`,
    paragraph(
      `${run.status}: ${countsText(run.counts)}. ${run.suite} on ${run.branch}, scheduled ${timeText(run.scheduled)} UTC. As a file: `,
      [
        ['Markdown', `${uiBase}${pagePath.run(run.name)}.md`],
        ['jobs as CSV', `${uiBase}${pagePath.run(run.name)}/jobs.csv`],
        ['JSON', `${uiBase}${pagePath.run(run.name)}.json`],
      ],
    ),
    `<h2>${plural(causes.length, 'cause')}</h2>`,
    table(
      ['Jobs', 'Verdict', 'Cause', 'Why'],
      causes.map(({ id, title, seen }) => [
        seen.at(-1) ?? 0,
        said.get(id)?.verdict ?? '',
        { text: title, page: pagePath.cause(id) },
        said.get(id)?.sentence ?? '',
      ]),
    ),
    `<h2>${plural(red.length, 'job')} that failed</h2>`,
    table(
      ['Job', 'Status', 'Failure reason', 'Description', 'OS', 'Nodes'],
      red.map((job) => [
        { text: job.job_id, page: pagePath.job(run.name, job.job_id) },
        job.status,
        textAt(job.failure_reason),
        textAt(job.description),
        job.os,
        job.nodes.join(' '),
      ]),
    ),
  ].join('');
}

function printJob({ run, job, history }: JobPage): string {
  return [
    `<h1>${escapeHtml(`${job.status} ${job.job_id}`)}</h1>`,
    table(
      ['Run', 'Suite', 'Branch', 'OS', 'Nodes', 'Started (UTC)'],
      [
        [
          runLink(run.name),
          job.suite,
          job.branch,
          job.os,
          job.nodes.join(' '),
          job.started === null ? '' : timeText(job.started),
        ],
      ],
    ),
    `<h2>Failure reason</h2><pre>${escapeHtml((job.failure_reason ?? 'none').slice(0, 10_000))}</pre>`,
    `<h2>Description</h2><p>${escapeHtml(job.description ?? 'none')}</p>`,
    '<h2>History</h2>',
    jobTable(history),
  ].join('');
}

function jobTable(jobs: readonly JobItem[]): string {
  return table(
    ['Job', 'Status', 'Run', 'Cause'],
    jobs.map(({ job_id, status, run, ...job }) => [
      { text: job_id, page: pagePath.job(run, job_id) },
      status,
      runLink(run),
      causesOfJob(job)
        .map(({ title }) => title)
        .join('; '),
    ]),
  );
}

function printCause({ cause, jobs, places, texts, latest }: CausePage): string {
  return [
    `<h1>${escapeHtml(cause.title)}</h1><p>${plural(jobs, 'job')}</p>`,
    table(
      ['Suite', 'Branch', 'Jobs', 'Runs', 'Last run'],
      places.map(({ suite, branch, jobs, runs, last }) => [suite, branch, jobs, runs, runLink(last.run)]),
    ),
    '<h2>Wordings</h2>',
    table(
      ['Jobs', 'Failure reason'],
      texts.map(({ jobs, text }) => [jobs, text]),
    ),
    '<h2>Jobs</h2>',
    jobTable(latest),
  ].join('');
}

function printQueue({ queues }: Queue): string {
  const sections = queues.map(
    ({ machine_type, running, queued, paused, runs }) =>
      `<h2>${escapeHtml(machine_type)}</h2><p>${running} running, ${queued} queued${paused === null ? '' : ', paused'}</p>${runTable(runs)}`,
  );
  return `<h1>Queue</h1>${sections.join('')}`;
}

function printNodes({ nodes }: NodeList): string {
  return `<h1>Nodes</h1>${table(
    ['Node', 'Type', 'Up', 'Locked by', 'Description'],
    nodes.map(({ name, machine_type, up, locked_by, description }) => [
      { text: name, page: pagePath.node(name) },
      machine_type,
      up === null ? '' : up ? 'up' : 'down',
      locked_by,
      description,
    ]),
  )}`;
}

function runLink(name: string): Cell {
  return { text: name, page: pagePath.run(name) };
}

function paragraph(text: string, links: [title: string, address: string][]): string {
  const printed = links.map(([title, address]) => `<a href="${escapeHtml(address)}">${escapeHtml(title)}</a>`);
  return `<p>${escapeHtml(text)}${printed.join(' · ')}</p>`;
}

function table(heads: readonly string[], rows: readonly Cell[][]): string {
  if (rows.length === 0) return '<p>none</p>';
  const head = heads.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join('');
  const body = rows
    .slice(0, mostRows)
    .map((cells) => `<tr>${cells.map((one) => `<td>${cell(one)}</td>`).join('')}</tr>`);
  const more = rows.length > mostRows ? `<p>and ${rows.length - mostRows} more</p>` : '';
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>${more}`;
}

function cell(value: Cell): string {
  if (typeof value === 'object' && value !== null) {
    return `<a href="${escapeHtml(uiBase + value.page)}">${escapeHtml(shortened(value.text))}</a>`;
  }
  return escapeHtml(shortened(String(value ?? '')));
}

function shortened(text: string): string {
  return text.length > longestCell ? `${text.slice(0, longestCell).toWellFormed()}…` : text;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const given = Object.entries(counts).filter(([, count]) => count > 0);
  return given.map(([status, count]) => `${count} ${status}`).join(', ') || 'no jobs';
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
