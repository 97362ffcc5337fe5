/** The texts of notifications. Text from clients is escaped for each format. */
import { pagePath } from '../paths.ts';
import { plural } from '../plural.ts';
import { countsOf, type JobCounts, jobsTotal } from '../run.ts';
import type { CauseClass } from '../signature-class.ts';
import type { VerdictName } from '../verdicts/verdict.ts';
import type { NewsEvent, NewsFormat } from './subscription.ts';

/** A cause that no user has looked at yet. */
export interface NewCause {
  id: string;
  title: string;
  class: CauseClass;
  verdict: VerdictName;
  /** How many jobs of the run ended with the cause. */
  jobs: number;
  sentence: string;
  /** The first error in the log of one of these jobs, if known. */
  error: string | null;
  href: string | null;
}

/** A run that is over. Times are in milliseconds since the Unix epoch. */
export interface RunNews {
  event: Exclude<NewsEvent, 'node_suspect'>;
  run: {
    name: string;
    href: string | null;
    status: string;
    suite: string;
    branch: string;
    user: string;
    machine_type: string;
    sha1: string | null;
    scheduled: number;
    started: number | null;
    updated: number | null;
    total: number;
    counts: JobCounts;
  };
  /** The causes with the most jobs come first. If there are very many, only the first are included. */
  new_causes: NewCause[];
  new_causes_total: number;
}

/** Nodes that have become suspect. */
export interface NodeNews {
  event: 'node_suspect';
  nodes: { name: string; href: string | null; machine_type: string; sentence: string }[];
}

/** All events. `test` is sent by a user to check whether messages arrive. */
type News = RunNews | NodeNews | { event: 'test'; subscription: string };

/** What is stored of a message until it is sent: its title, and its body in the format `standard`. */
export interface Message {
  title: string;
  body: string;
}

/** A body of Standard Webhooks. */
interface StandardBody {
  type: News['event'];
  timestamp: string;
  data: unknown;
  text: string;
}

/** The most causes or nodes that are listed in a text. */
const mostListed = 5;
const longestTitle = 200;

/** Builds the message for an event; `at` is in milliseconds. */
export function messageOf(news: News, at: number): Message {
  const { event, ...data } = news;
  const timestamp = new Date(at).toISOString();
  const body: StandardBody = { type: event, timestamp, data, text: textOf(news, plain) };
  return { title: subjectOf(news), body: JSON.stringify(body) };
}

/**
 * Converts the stored body of a message to the format in which it is sent, because a subscription may have changed its format since. Earlier
 * versions stored bodies in the format of the subscription; those are sent unchanged.
 */
export function bodyIn(format: NewsFormat, body: string): string {
  if (format === 'standard') return body;
  const standard = readStandard(body);
  if (standard === null) return body;
  const { type, data, text } = standard;
  if (format === 'mail') return text;
  return JSON.stringify({ text: textOf({ event: type, ...(data as object) } as News, slack) });
}

function readStandard(body: string): StandardBody | null {
  try {
    const read = JSON.parse(body) as StandardBody;
    return typeof read.type === 'string' ? read : null;
  } catch {
    return null;
  }
}

/** The title of a message in a list of deliveries. */
function subjectOf(news: News): string {
  if (news.event === 'test') return `Test of ${oneLine(news.subscription)}`;
  if (news.event === 'node_suspect') return `Suspect: ${news.nodes.map(({ name }) => oneLine(name)).join(', ')}`;
  const { suite, branch } = news.run;
  const place = [oneLine(suite), oneLine(branch)].filter((part) => part !== '').join(' on ');
  return `${place === '' ? oneLine(news.run.name) : place}: ${resultText(news)}`;
}

/** How text is marked up in a format. */
interface Marks {
  quote: (text: string) => string;
  link: (label: string, href: string | null) => string;
}

const plain: Marks = { quote: (text) => text, link: (label, href) => (href === null ? label : `${label} ${href}`) };

/** Slack interprets `<…>` as links and as mentions of everyone: https://docs.slack.dev/messaging/formatting-message-text */
const slack: Marks = {
  quote: escapeSlack,
  link: (label, href) => (href === null ? escapeSlack(label) : `<${escapeSlack(href)}|${escapeSlack(label)}>`),
};

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function textOf(news: News, marks: Marks): string {
  if (news.event === 'test')
    return marks.quote(`This is a test of the subscription "${oneLine(news.subscription)}" of paddles.`);
  if (news.event === 'node_suspect') return nodesText(news, marks);
  return runText(news, marks);
}

function runText(news: RunNews, { quote, link }: Marks): string {
  const { name, href, suite, branch, user } = news.run;
  const place = [suite, branch && `on ${branch}`, user && `by ${user}`].filter((part) => part !== '').join(' ');
  const first = `${link(oneLine(name), href)}\n${quote(`${resultText(news)}. ${oneLine(place)}`.trim())}`;
  const lines = news.new_causes.slice(0, mostListed).map(({ title, jobs, sentence, error, href: cause }) => {
    const said = error === null ? oneLine(sentence) : `${oneLine(sentence)} Log: ${oneLine(error)}`;
    return `• ${link(oneLine(title), cause)} (${plural(jobs, 'job')}): ${quote(said)}`;
  });
  const more = news.new_causes_total - lines.length;
  return [first, ...lines, ...(more > 0 ? [`and ${plural(more, 'more new cause')}`] : [])].join('\n');
}

/** "60 of 500 jobs failed, 3 new causes". */
function resultText({ event, run, new_causes_total }: RunNews): string {
  const { total, counts } = run;
  const failed = counts.fail + counts.dead;
  if (failed === 0)
    return counts.pass === total ? `all ${plural(total, 'job')} passed` : `${counts.pass} of ${total} jobs passed`;
  const dead = counts.dead === 0 ? '' : ` (${counts.dead} dead)`;
  const fresh =
    new_causes_total === 0 && event === 'run_finished' ? 'no new causes' : plural(new_causes_total, 'new cause');
  return `${failed} of ${plural(total, 'job')} failed${dead}, ${fresh}`;
}

function nodesText({ nodes }: NodeNews, { quote, link }: Marks): string {
  const lines = nodes
    .slice(0, mostListed)
    .map(({ name, href, sentence }) => `• ${link(oneLine(name), href)}: ${quote(oneLine(sentence))}`);
  const more = nodes.length - lines.length;
  const first = nodes.length === 1 ? 'A node is suspect' : `${nodes.length} nodes are suspect`;
  return [first, ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** Client text as one line of bounded length. With a line break, it could imitate another line of a mail or a message. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= longestTitle ? line : `${line.slice(0, longestTitle - 1).toWellFormed()}…`;
}

/** Builds the URLs of pages, without a slash at the end; null if the server does not know its own address. */
export function pageLinks(address: string) {
  const at = (path: string) => (address === '' ? null : `${address.replace(/(?<!\/)\/+$/, '')}/ui${path}`);
  return {
    run: (name: string) => at(pagePath.run(name)),
    node: (name: string) => at(pagePath.node(name)),
    cause: (id: string) => at(pagePath.cause(id)),
  };
}

/** The facts of a run for a message. `row` is as stored, but with times in milliseconds. */
export function runFacts(
  row: Omit<RunNews['run'], 'href' | 'total' | 'counts'> & JobCounts,
  href: string | null,
): RunNews['run'] {
  const { name, status, suite, branch, user, machine_type, sha1, scheduled, started, updated } = row;
  const facts = { name, href, status, suite, branch, user, machine_type, sha1, scheduled, started, updated };
  return { ...facts, total: jobsTotal(row), counts: countsOf(row) };
}
