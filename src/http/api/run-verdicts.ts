import type { FastifyReply } from 'fastify';
import { decisionText } from '../../core/decisions/decision.ts';
import { plural } from '../../core/plural.ts';
import { isNew } from '../../core/verdicts/bands.ts';
import { blameText, facetsText } from '../../core/verdicts/sentence.ts';
import type { Verdict } from '../../core/verdicts/verdict.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { allOf } from '../../store/pages/job-lines.ts';
import { headOf, judgedJobs } from '../../store/pages/run-digests.ts';
import { findRun, type LatestOf } from '../../store/pages/run-page.ts';
import {
  basesOf as basesWith,
  type Compared,
  comparedWith,
  type Judged,
  verdictsOf,
} from '../../store/pages/verdicts.ts';
import { errorsOfCauses } from '../../store/read/excerpts.ts';
import { orThrow, refuse } from '../refusal.ts';
import { large } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine, csvTime } from './csv.ts';
import { runItem } from './items.ts';
import { escapeMarkdown } from './markdown.ts';
import {
  type Baseline,
  type PageVerdict,
  type RunVerdicts,
  runVerdicts,
  runVerdictsCsv,
  runVerdictsText,
} from './verdict-schema.ts';

/** `GET /runs/:run/verdicts?base=`, also with the endings `.json`, `.csv` and `.md`. */
export function runVerdictRoutes(app: ApiServer, context: ApiContext): void {
  for (const path of ['/runs/:run/verdicts', '/runs/:run/verdicts.json'] as const) {
    app.get(path, { schema: runVerdicts, config: large }, async ({ params, query }) =>
      readVerdicts(context, params.run, query),
    );
  }
  app.get('/runs/:run/verdicts.csv', { schema: runVerdictsCsv, config: large }, async ({ params, query }, reply) => {
    const found = await readVerdicts(context, params.run, query);
    const file = encodeURIComponent(`${found.run.name}-verdicts.csv`);
    reply.header('content-disposition', `attachment; filename*=UTF-8''${file}`);
    return sendText(reply, 'text/csv', csvOf(found));
  });
  app.get('/runs/:run/verdicts.md', { schema: runVerdictsText, config: large }, async ({ params, query }, reply) =>
    sendText(reply, 'text/markdown', markdownOf(await readVerdicts(context, params.run, query))),
  );
}

function sendText(reply: FastifyReply, type: string, text: string): FastifyReply {
  return reply.type(`${type}; charset=utf-8`).send(Buffer.from(text));
}

/** The branches that others are compared with: those of the setting, or those that the runs show. */
export function basesOf({ db, config }: ApiContext): Promise<string[]> {
  return basesWith(db, config.base_branches);
}

/** What a run is compared with; refuses a `base` that is neither a base branch nor one with runs of this suite before it. */
export async function comparisonOf(context: ApiContext, run: RunRow, base = ''): Promise<Compared> {
  const bases = await basesOf(context);
  const compared = await comparedWith(context.db, run, bases, base === '' ? undefined : base);
  if (base !== '' && !bases.includes(base) && compared.baseline.length === 0) {
    refuse('base', "parameter 'base' must be a branch on which this suite ran in the 60 days before");
  }
  return compared;
}

/** When decisions are looked at, in microseconds, of a parameter `at`. */
export function decidedAt(at: number | undefined): number | undefined {
  return at === undefined ? undefined : at * 1000 + 999;
}

/** How a comparison is shown. */
export function baselineItem({ base, bases, chosen, baseline }: Compared): Baseline {
  const named = (row: RunRow | undefined) => {
    if (row === undefined) return null;
    const { name, scheduled } = headOf(row);
    return { name, scheduled };
  };
  return { base, bases, chosen, runs: baseline.length, first: named(baseline[0]), last: named(baseline.at(-1)) };
}

/** How verdicts are shown on the page of a run. */
export function verdictItems(judged: readonly Judged[]): PageVerdict[] {
  return judged.map(({ cause, verdict }) => ({ ...rounded(verdict), class: cause.class }));
}

/** Shares and chances with three digits: the others tell nothing, and are what compresses worst. */
function rounded<Said extends Verdict>(verdict: Said): Said {
  const digits = (value: number) => Number(value.toPrecision(3));
  const { lo, hi, p, blame } = verdict;
  return {
    ...{ ...verdict, lo: digits(lo), hi: digits(hi), p: p === null ? null : digits(p) },
    blame: blame && { ...blame, p: digits(blame.p) },
  };
}

/** What is said of the failures of a run, by its name; `at` says when decisions are looked at, in milliseconds. */
export async function readVerdicts(
  context: ApiContext,
  name: string,
  { base, at, ...latest }: LatestOf & { base?: string; at?: number },
): Promise<RunVerdicts> {
  const { db, now } = context;
  const run = orThrow(await findRun(db, name, latest));
  const compared = await comparisonOf(context, run, base);
  const jobs = await allOf(judgedJobs(db, run.id));
  const judged = await verdictsOf(db, compared, jobs, now(), decidedAt(at));
  const errors = await errorsOfCauses(db, run.id);
  const head = headOf(run);
  const verdicts = judged.map(({ cause, jobs, verdict: exact }) => {
    const { cause: _, ...verdict } = rounded(exact);
    return { ...cause, jobs, is_new: isNew(verdict, head), error: errors.get(cause.id) ?? null, ...verdict };
  });
  verdicts.sort((a, b) => Number(b.is_new) - Number(a.is_new) || b.jobs - a.jobs || (a.title < b.title ? -1 : 1));
  const failed = jobs.filter(({ signature }) => signature !== null).length;
  return { run: runItem(run), baseline: baselineItem(compared), failed, verdicts };
}

type RunVerdict = RunVerdicts['verdicts'][number];

const csvColumns = [
  'run,base,verdict,is_new,id,kind,class,title,jobs,sentence,c,m,k,n,lo,hi,p,runs,runs_with',
  'since,since_scheduled,last_without,last_with,facets,in_common',
  'decision,decided_class,issue_url,decided_by,note,past,error',
]
  .join(',')
  .split(',');

function csvOf({ run, baseline, verdicts }: RunVerdicts): string {
  const row = (one: RunVerdict) => [
    ...[run.name, baseline.base, one.verdict, String(one.is_new), one.id, one.kind, one.class, one.title, one.jobs],
    ...[one.sentence, one.c, one.m, one.k, one.n, one.lo, one.hi, one.p, one.runs, one.runs_with],
    ...[one.since?.run.name ?? null, csvTime(one.since?.run.scheduled ?? null)],
    ...[one.last_without?.name ?? null, one.last_with?.name ?? null],
    ...[one.blame && facetsText(one.blame.facets), one.blame && blameText(one)],
    ...[one.decision?.id ?? null, one.decision?.class ?? null, one.decision?.issue_url ?? null],
    ...[one.decision?.author ?? null, one.decision?.note ?? null, one.past, one.error],
  ];
  return [csvColumns, ...verdicts.map(row)].map(csvLine).join('');
}

function markdownOf({ run, baseline: { base, runs, first, last }, failed, verdicts }: RunVerdicts): string {
  const fresh = verdicts.filter((one) => one.is_new).length;
  const compared =
    first === null || last === null
      ? `There is no earlier run of ${escapeMarkdown(run.suite)} on ${escapeMarkdown(base)} to compare with.`
      : `Compared with ${plural(runs, 'run')} on ${escapeMarkdown(base)}, ${escapeMarkdown(first.name)} to ${escapeMarkdown(last.name)}.`;
  const line = (one: RunVerdict) => {
    const common =
      one.blame === null ? '' : ` In common: ${escapeMarkdown(`${facetsText(one.blame.facets)}; ${blameText(one)}`)}`;
    const count = plural(one.jobs, 'job');
    const said = one.decision === null ? (one.past ?? '') : decisionText(one.decision);
    const people = said === '' ? '' : ` Decided: ${escapeMarkdown(said)}.`;
    const cause = `${escapeMarkdown(one.title)} (${one.id})`;
    const log = one.error === null ? '' : ` Log: ${escapeMarkdown(one.error)}`;
    return `- **${one.verdict}** ${count}: ${cause}. ${escapeMarkdown(one.sentence)}${common}${people}${log}\n`;
  };
  const head = `# ${escapeMarkdown(run.name)}\n\n${plural(verdicts.length, 'cause')} in ${plural(failed, 'job')}, ${fresh} of them new. ${compared}\n`;
  return `${head}${verdicts.length > 0 ? '\n' : ''}${verdicts.map(line).join('')}`;
}
