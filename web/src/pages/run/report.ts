/** The report of a run for an e-mail, a tracker or a pull request: each cause with its verdict and decision. */

import { logLinks, pagePath, shortPath } from '../../../../src/core/paths.ts';
import { isSettled } from '../../../../src/core/verdicts/bands.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { PageVerdict } from '../../../../src/http/api/run-verdicts.ts';
import { type Group, groupFailures } from './groups.ts';
import { baselineText, baseQuery, headline } from './headline.ts';
import type { Job } from './jobs.ts';
import { plainSentence } from './triage.ts';

/** The formats of a report. */
export const reportFormats = ['Markdown', 'Textile', 'text'] as const;
/** Markdown for GitHub, Textile for Redmine, or plain text. */
export type ReportFormat = (typeof reportFormats)[number];

interface Words {
  bold: (text: string) => string;
  code: (text: string) => string;
  link: (text: string, href: string) => string;
  item: (index: number) => string;
}

// Inside code, the characters that delimit code in a format are replaced.
const words: Record<ReportFormat, Words> = {
  Markdown: {
    bold: (text) => `**${text}**`,
    code: (text) => `\`${text.replaceAll('`', "'")}\``,
    link: (text, href) => `[${text}](${href})`,
    item: (index) => `${index}.`,
  },
  Textile: {
    bold: (text) => `*${text}*`,
    code: (text) => `@${text.replaceAll('@', '(at)')}@`,
    link: (text, href) => `"${text}":${href}`,
    item: () => '#',
  },
  text: {
    bold: (text) => text,
    code: (text) => text,
    link: (text, href) => `${text} ${href}`,
    item: (index) => `${index}.`,
  },
};

const sections = ['Needs a look', 'Related to this branch', 'Known', 'Infra, rerun proposed'] as const;
type Section = (typeof sections)[number];

/** The section of a cause, according to the decision on it, or else its verdict. */
function sectionOf(verdict: PageVerdict | null): Section {
  if (verdict === null) return 'Needs a look';
  const { decision } = verdict;
  if (decision === null) {
    if (verdict.verdict === 'INFRA') return 'Infra, rerun proposed';
    return isSettled(verdict) ? 'Known' : 'Needs a look';
  }
  if (decision.class === 'caused by this branch') return 'Related to this branch';
  if (decision.class === 'infra') return 'Infra, rerun proposed';
  return decision.class === 'unclear' && decision.issue_url === null ? 'Needs a look' : 'Known';
}

/** Where reports link to: the server and the dashboard on it, both without a slash at the end, and the time of the decisions that they show. */
interface ReportPlace {
  origin: string;
  base: string;
  at: number;
}

/** A report on the failing jobs among some jobs of a run. It is grouped by cause, even if the page is grouped differently. */
export function runReport(page: RunPage, jobs: readonly Job[], place: ReportPlace, format: ReportFormat): string {
  const { run } = page;
  const { bold, code, link } = words[format];
  const groups = groupFailures(jobs, page, 'signature');
  const section = (title: Section) => {
    const members = groups.filter(({ verdict }) => sectionOf(verdict) === title);
    const lines = members.map((group, index) => lineOf(page, group, { ...place, format, index: index + 1 }));
    return lines.length === 0 ? [] : ['', bold(title), ...lines];
  };
  const { pass, fail, dead, running, queued, waiting } = run.counts;
  const rest = running + queued + waiting;
  const counts = [
    `${pass}/${run.total} pass`,
    `${fail} fail`,
    `${dead} dead`,
    ...(rest > 0 ? [`${rest} not finished`] : []),
  ];
  const address = (at?: string) => `${place.base}${pagePath.run(run.name, { ...baseQuery(page), at })}`;
  return [
    `${bold(run.suite)} on ${code(run.branch)}${run.sha1 === null ? '' : ` (${run.sha1.slice(0, 8)})`}: ${counts.join(', ')}.`,
    link(run.name, address()),
    `${headline(page)}. ${baselineText(page)}`,
    ...sections.flatMap(section),
    '',
    `Details: ${link('as decided now', address(String(place.at)))}`,
    '',
  ].join('\n');
}

/** A cause: its title, the number of its jobs, its verdict and decision, one log, and its page. */
function lineOf(
  page: RunPage,
  group: Group,
  { origin, format, index }: ReportPlace & { format: ReportFormat; index: number },
): string {
  const { code, link, item } = words[format];
  const { verdict, signature, jobs } = group;
  const logs = jobs.flatMap((job) => logLinks(page.log_href_template, page.run.name, job).slice(0, 1));
  const parts = [
    `${item(index)} ${code(oneLine(group.title))} (${jobs.length}):`,
    // Without the name of the issue, because its URL follows and sites would link "#7" to an issue of their own.
    ...(verdict === null ? [] : [oneLine(plainSentence(verdict)), ...decisionParts(verdict, format)]),
    ...errorParts(group, format),
    ...logs.slice(0, 1).map(({ href }) => link('log', href)),
    ...(signature === null ? [] : [`${origin}${shortPath.cause(signature.id)}`]),
  ];
  return parts.join(' ');
}

const longestError = 200;

/**
 * The error in the log of one of its jobs, if it says more than the title. Jobs whose own cause is another one are skipped, because their log
 * shows a different error.
 */
function errorParts({ id, title, jobs }: Group, format: ReportFormat): string[] {
  const error = oneLine(jobs.find((job) => job.error !== null && job.signature?.id === id)?.error ?? '');
  if (error === '' || error === oneLine(title)) return [];
  const short = error.length > longestError ? `${error.slice(0, longestError - 1).toWellFormed()}…` : error;
  return [`Log: ${words[format].code(short)}`];
}

function decisionParts(verdict: PageVerdict, format: ReportFormat): string[] {
  const { decision, past } = verdict;
  if (decision === null) {
    if (past !== null) return [plain(endSentence(past), format)];
    return verdict.verdict === 'INFRA' || isSettled(verdict) ? [] : ['Undecided.'];
  }
  const { class: kind, issue_url, note, author } = decision;
  const text = note === '' ? '' : ` (${plain(oneLine(note), format)})`;
  return [...(issue_url === null ? [] : [issue_url]), endSentence(`${kind}, by ${plain(author, format)}${text}`)];
}

function endSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Escapes a text so that the format finds no link or markup in it. "#7" becomes code, because GitHub would link it to an issue of its own. */
function plain(text: string, format: ReportFormat): string {
  if (format === 'Markdown') {
    return text.replace(/[\\`*_[\]<>|~@]/g, '\\$&').replace(/#\d+/g, '`$&`');
  }
  return format === 'Textile' ? text.replace(/[*_@|"+]/g, (character) => `&#${character.charCodeAt(0)};`) : text;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
