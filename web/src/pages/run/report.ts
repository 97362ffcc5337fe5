/** The report of a run for an e-mail, a tracker or a pull request: the bands of the page, each cause with its verdict. */

import { pagePath } from '../../../../src/core/paths.ts';
import type { Band } from '../../../../src/core/verdicts/bands.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { Job } from '../../lib/jobs.ts';
import { groupFailures } from './groups.ts';
import { baselineText, baseQuery, headline } from './headline.ts';

/** The formats of a report. */
export const reportFormats = ['Markdown', 'Textile', 'text'] as const;
/** Markdown for GitHub, Textile for Redmine, or plain text. */
export type ReportFormat = (typeof reportFormats)[number];

/** The most job ids in a line. */
const mostIds = 3;

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

const sections: [Band, string][] = [
  ['look', 'Look here'],
  ['others', 'Known or flaky'],
  ['unseen', 'Unseen before, too little to tell'],
  ['infra', 'Infra'],
];

/**
 * The report of the failing ones of some jobs of a run, by cause however the page groups them. `base` is the address of the
 * dashboard without a slash at its end.
 */
export function runReport(page: RunPage, jobs: readonly Job[], base: string, format: ReportFormat): string {
  const { run } = page;
  const { bold, code, link, item } = words[format];
  const job = (id: string) => link(id, `${base}${pagePath.job(run.name, id, baseQuery(page))}`);
  const groups = groupFailures(jobs, page, 'signature');
  const section = ([band, title]: (typeof sections)[number]) => {
    const members = groups.filter((group) => group.band === band);
    const lines = members.map((group, index) => {
      const ids = group.jobs.slice(0, mostIds).map(({ job_id }) => job(job_id));
      const more = group.jobs.length > mostIds ? ` and ${group.jobs.length - mostIds} more` : '';
      const said = group.verdict === null ? '' : ` ${oneLine(group.verdict.sentence)}`;
      return `${item(index + 1)} ${code(oneLine(group.title))} (${group.jobs.length}):${said} ${ids.join(' ')}${more}`;
    });
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
  return [
    `${bold(run.suite)} on ${code(run.branch)}${run.sha1 === null ? '' : ` (${run.sha1.slice(0, 8)})`}: ${counts.join(', ')}.`,
    link(run.name, `${base}${pagePath.run(run.name, baseQuery(page))}`),
    `${headline(page)}. ${baselineText(page)}`,
    ...sections.flatMap(section),
    '',
  ].join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
