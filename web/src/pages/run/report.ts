/** The report of a run for an e-mail, a tracker or a pull request: new causes first, with links. */

import { pagePath } from '../../../../src/core/paths.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { Group } from './groups.ts';

/** The formats of a report. */
export const reportFormats = ['Markdown', 'Textile', 'text'] as const;
/** Markdown for GitHub, Textile for Redmine, or plain text. */
export type ReportFormat = (typeof reportFormats)[number];

/** The most job ids in a line. */
const mostIds = 8;

interface Words {
  bold: (text: string) => string;
  code: (text: string) => string;
  link: (text: string, href: string) => string;
  item: (index: number) => string;
}

// The characters that delimit code in a format are replaced inside code.
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

/** The report of a run. `base` is the address of the dashboard without a slash at its end. */
export function runReport(page: RunPage, groups: readonly Group[], base: string, format: ReportFormat): string {
  const { run } = page;
  const { bold, code, link, item } = words[format];
  const address = `${base}${pagePath.run(run.name)}`;
  const job = (id: string) => link(id, `${base}${pagePath.job(run.name, id)}`);
  const line = (group: Group, index: number) => {
    const ids = group.jobs.slice(0, mostIds).map(({ job_id }) => job(job_id));
    const more = group.jobs.length > mostIds ? ` and ${group.jobs.length - mostIds} more` : '';
    return `${item(index + 1)} ${code(oneLine(group.title))} (${group.jobs.length}): ${ids.join(' ')}${more}`;
  };
  const section = (title: string, members: readonly Group[]) =>
    members.length === 0 ? [] : ['', bold(title), ...members.map(line)];
  const isNew = ({ novelty }: Group) => novelty?.badge === 'NEW';
  const { pass, fail, dead, running, queued, waiting } = run.counts;
  const rest = running + queued + waiting;
  const counts = [
    `${pass}/${run.total} pass`,
    `${fail} fail`,
    `${dead} dead`,
    ...(rest > 0 ? [`${rest} not finished`] : []),
  ];
  return [
    `${bold(run.suite)} on ${code(run.branch)}${run.sha1 === null ? '' : ` (${run.sha1.slice(0, 8)})`}: ${counts.join(', ')}.`,
    link(run.name, address),
    ...section('New', groups.filter(isNew)),
    ...section(
      page.recent.length > 1 ? 'Seen before' : 'Failures',
      groups.filter((group) => !isNew(group)),
    ),
    '',
  ].join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
