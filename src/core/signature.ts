/**
 * The cause of a failure: a kind and a title without hosts, numbers, ids, paths and times. It is derived from the failure reason, the first real
 * error of the log, or a failed test case.
 */
import { expiryTitle } from './expiry.ts';
import type { EvidenceKind } from './logs/evidence.ts';
import { type CauseClass, classOf, infraIn, type SignatureKind } from './signature-class.ts';
import { commandTitle, scriptArguments } from './signature-command.ts';
import { maskNoise } from './signature-mask.ts';
import { ansible, clusterLog, crash, type Found, kernelLog, selinux, traceback } from './signature-output.ts';
import { cutTitle, hashOf, unquote, withoutWrappers } from './signature-text.ts';
import { casesIn, casesNamed, caseTitle } from './test-cases.ts';

/** Increase this when the rules change, so that stored causes are recomputed. */
export const signatureVersion = 3;

/** One cause. `id` has 8 hexadecimal digits and is a hash of the version, the kind and the title. */
export interface Signature {
  id: string;
  kind: SignatureKind;
  /** One line of at most 160 characters. */
  title: string;
  /** The class, which follows from the kind and the title. */
  class: CauseClass;
}

/** Failure reasons can be megabytes of output, but the cause is named at the beginning. */
const longestExamined = 8192;
const longestTitle = 160;

/** The cause that a failure reason names. Never throws. */
export function signatureOf(reason: string): Signature {
  const text = withoutWrappers(reason.slice(0, longestExamined).toWellFormed());
  for (const rule of rules) {
    const found = rule(text);
    if (found !== null) return causeOf(...found);
  }
  return causeOf('other', maskNoise(text).replace(/ on <host>$/, ''));
}

/** The cause of a job that failed or died without a reason. */
export function deadSignature(status: string): Signature {
  return causeOf('dead', `${status === 'dead' ? 'dead' : 'failed'}, no reason recorded`);
}

/** The cause of a job with this status and reason; null if it has not failed. */
export function failureCause(status: string, reason: string | null): Signature | null {
  if (status !== 'fail' && status !== 'dead') return null;
  return reason ? signatureOf(reason) : deadSignature(status);
}

/** Adds the class to a stored cause, because the class is not stored. */
export function classified(cause: Omit<Signature, 'class'>): Signature {
  return { ...cause, class: classOf(cause) };
}

/** Builds a cause from its kind and a title without varying parts. The title is cut to 160 characters. */
export function causeOf(kind: SignatureKind, title: string): Signature {
  const short = cutTitle(title, longestTitle);
  return classified({
    id: hashOf(`${signatureVersion}|${kind}|${short}`),
    kind,
    title: short || '(empty reason)',
  });
}

/** The cause for a failed test case, wherever its name was found. */
export function caseCause(name: string): Signature {
  return causeOf('test', caseTitle(name));
}

/** The parts of an excerpt that determine a cause. `sure` is as the engine stores it. */
export interface FoundError {
  kind: EvidenceKind;
  error: string;
  sure: boolean | number;
}

/** What is known of a failure in addition to its reason. */
export interface JobEvidence {
  excerpt: FoundError | null;
  /** The names of its first failed test cases, in order. */
  cases: readonly string[];
}

/**
 * The cause of a job; null if it has not failed. A specific failure reason wins; if it names a failed case, the cause is this case. Otherwise the
 * cause is a crash in the log, else the first failed case, else a certain error in the log.
 */
export function refinedCause(
  { status, failure_reason }: { status: string; failure_reason: string | null },
  { excerpt, cases }: JobEvidence,
): Signature | null {
  const own = failureCause(status, failure_reason);
  if (own === null) return null;
  if (own.kind === 'test' && cases.length > 0) {
    const named = casesNamed(withoutWrappers((failure_reason ?? '').slice(0, longestExamined)));
    const said = cases.find((name) => named.includes(caseTitle(name)));
    if (said !== undefined) return caseCause(said);
  }
  const found = excerpt?.sure && excerpt.kind !== 'none' && excerpt.error !== '' ? excerpt : null;
  if (found?.kind === 'crash') return isGeneric(own) || saysWhoCrashed(own) ? causeOfError(own, found) : own;
  if (!isGeneric(own)) return own;
  const [first] = cases;
  return first === undefined ? causeOfError(own, found) : caseCause(first);
}

/** The cause for an error in the log of a job whose own reason is not specific. */
function causeOfError(own: Signature, found: FoundError | null): Signature {
  if (found === null) return own;
  const named = signatureOf(found.error);
  if (found.kind === 'crash' || found.kind === 'test')
    return named.kind === 'other' ? causeOf(found.kind, maskNoise(found.error)) : named;
  if (named.kind !== 'other' && named.kind !== 'command') return named;
  const error = maskNoise(found.error);
  return own.kind === 'dead' ? causeOf('command', error) : causeOf(own.kind, `${own.title}: ${error}`);
}

/** Whether a cause names only what crashed, but not why. */
function saysWhoCrashed({ kind, title }: Signature): boolean {
  return kind === 'crash' && title.startsWith('crashed: ');
}

/** Whether a cause says only that something failed, or that a job took too long. */
function isGeneric({ kind, title }: Signature): boolean {
  if (kind === 'dead') return true;
  if (kind === 'command') return / → status -?\d{1,9}$/.test(title);
  return kind === 'timeout' && (title === 'hit max job timeout' || title.endsWith(' → status 124'));
}

/** The rules for failure reasons, in order. The first one that recognizes the text determines the cause. */
const rules: ((text: string) => Found)[] = [
  // Workers report product jobs that hang, so the lab has lost a job whose worker sends no news.
  (text) => {
    const title = expiryTitle(text);
    return title === null ? null : ['infra', title];
  },
  (text) => (/^hit max job timeout/i.test(text) ? ['timeout', 'hit max job timeout'] : null),
  command,
  clusterLog,
  // The lost connection is the cause, whatever command was running.
  (text) => (/^SSH connection (?:to \S{1,300} )?was lost/.test(text) ? ['infra', 'SSH connection was lost'] : null),
  (text) => (/^Error reimaging machines/i.test(text) ? ['infra', maskNoise(text)] : null),
  selinux,
  failedTest,
  kernelLog,
  tries,
  ansible,
  (text) => {
    const timeout = /^(?:Timeout )?\d{1,9}[smh]? running (?=\S)/i.exec(text);
    return timeout ? ['timeout', `timeout running ${commandTitle(text.slice(timeout[0].length))}`] : null;
  },
  (text) => (/^Failed to fetch package version/.test(text) ? ['infra', packageTitle(text)] : null),
  image,
  crash,
  traceback,
  (text) => (infraIn(text) ? ['infra', maskNoise(text)] : null),
];

function command(text: string): Found {
  const crashed = /^Command crashed: /.exec(text);
  if (crashed) return ['crash', `crashed: ${commandTitle(text.slice(crashed[0].length))}`];
  const failed =
    /^(Command|Unit test) failed(?: \(([^)]{1,300})\))?(?: on (\S{1,300}))? with status (-?\d{1,9})(?:: ?)?/.exec(text);
  if (!failed) return subprocess(text);
  const [all, what, label, host, status] = failed;
  const rest = withoutHost(text.slice(all.length), host);
  const name = label === undefined ? '' : maskNoise(label);
  const result = unitTest(rest);
  if (result !== null || what === 'Unit test') {
    const found = result ?? maskNoise(unquote(rest));
    return [found.startsWith('valgrind') ? 'crash' : 'test', `${name || 'unit test'}: ${found} → status ${status}`];
  }
  const kind = status === '124' ? 'timeout' : 'command';
  if (label === undefined) return [kind, `${commandTitle(rest)} → status ${status}`];
  const more = name.startsWith('workunit test ') ? scriptArguments(rest) : '';
  return [kind, `${name}${more && ' '}${more} → status ${status}`];
}

/** `Command '[…]' timed out after 60 seconds` and `… returned non-zero exit status 1`: commands of the test framework itself. */
function subprocess(text: string): Found {
  const ended = /^Command (['"]?)(?=\S)/.exec(text);
  if (!ended) return null;
  const timedOut = text.lastIndexOf(`${ended[1]} timed out after `);
  const status = /returned non-zero exit status (-?\d{1,9})/.exec(text);
  const end = timedOut > 0 ? timedOut : status ? status.index - 1 - (ended[1] as string).length : 0;
  if (end <= ended[0].length) return null;
  const name = commandTitle(text.slice(ended[0].length, end));
  if (timedOut > 0) return ['timeout', `${name} → timed out`];
  return ['command', `${name} → status ${status?.[1]}`];
}

/** If a text begins with the name of a host, the name is masked everywhere in the text. */
function withoutHost(text: string, host: string | undefined): string {
  const name = host?.slice(host.indexOf('@') + 1).split('.', 1)[0] ?? '';
  return /^[a-z][\w-]{2,60}\d$/i.test(name) ? text.replaceAll(name, '<host>') : text;
}

/** The title for `(total 3 failed) FAILURE: Test `x` of `y`. Reason: …` or an error of valgrind; it replaces the title of the command. */
function unitTest(text: string): string | null {
  const test = /(FAILURE|ERROR): Test `([^`]{1,200})` of `([^`]{1,200})`\. Reason: /.exec(text);
  if (test) return `${test[2]} (${test[3]}) ${maskNoise(text.slice(test.index + test[0].length))}`;
  const valgrind = /(?:\(total \d{1,9} failed\) )?(valgrind error: .*)/s.exec(text);
  return valgrind && (valgrind.index === 0 || text.startsWith("'")) ? maskNoise(valgrind[1] ?? '') : null;
}

function failedTest(text: string): Found {
  const names = casesIn(text);
  if (names.length > 0) return ['test', names.join(', ')];
  return /^\[ {1,4}FAILED {1,4}\] /.test(text) ? ['test', maskNoise(text)] : null;
}

function tries(text: string): Found {
  const found = /reached maximum tries \((\d{1,9})\) after waiting for (\d{1,9}) seconds/.exec(text);
  if (!found) return null;
  const action = maskNoise(
    text
      .slice(0, found.index)
      .replace(/^["']/, '')
      .replace(/["'] $/, '')
      .trim(),
  );
  if (action === '') return ['timeout', `reached maximum tries (${found[1]}) after waiting for ${found[2]} seconds`];
  return [infraIn(`tries: ${action}`) ? 'infra' : 'timeout', `'${action}' reached maximum tries`];
}

/** The title for a missing package: its distribution, release and flavor. */
function packageTitle(text: string): string {
  const address = decode(text);
  const parts = [
    /Multiple results|no (?:build|package)s? found|\b404\b/i.exec(text)?.[0],
    value(address, 'project'),
    value(address, 'distros?') ?? /\/([a-z]{3,12}[-/]\d[\w.]{0,12})(?=[-/]x86|[-/]aarch|\/flavors)/.exec(address)?.[1],
    value(address, 'distro_version'),
    value(address, 'flavors?') ?? /\/flavors\/([\w-]{1,60})/.exec(address)?.[1],
    value(address, 'ref'),
  ];
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return maskNoise(text);
  return ['Failed to fetch package version', ...known.map((part) => part.replace(/\bwip-[\w.-]+/, '<branch>'))].join(
    ': ',
  );
}

function value(address: string, key: string): string | undefined {
  return new RegExp(`[?&,=]${key}=([^&,\\s]{1,80})`).exec(address)?.[1];
}

function decode(text: string): string {
  return text.replace(/%2f/gi, '/').replace(/%3a/gi, ':').replace(/%2c/gi, ',');
}

function image(text: string): Found {
  const missing =
    /^Fog has no (\S{1,100}) image/.exec(text) ?? /^Could not find an image for (\S{1,60} \S{1,60})/.exec(text);
  if (!missing) return null;
  // The machine type comes before the distribution: `smithi_centos_9.stream`.
  const name = (missing[1] as string).replace(/^[a-z]{1,30}_(?=[a-z]{2,20}_)/, '').replaceAll('_', ' ');
  return ['infra', `no image for ${name}`];
}
