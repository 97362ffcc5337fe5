/** The cause of a failure, as far as its reason tells: a kind and a title without hosts, numbers, ids, paths and times. */
import { maskNoise } from './signature-mask.ts';

/** Increases when the rules change, so that everything stored can be computed again. */
export const signatureVersion = 1;

/** What sort of failure it is. */
export type SignatureKind =
  | 'timeout'
  | 'infra'
  | 'command'
  | 'crash'
  | 'clusterlog'
  | 'test'
  | 'selinux'
  | 'ansible'
  | 'dead'
  | 'other';

/** One cause. `id` is 8 hexadecimal digits over the version, the kind and the title. */
export interface Signature {
  id: string;
  kind: SignatureKind;
  /** One line of at most 160 characters. */
  title: string;
}

/** Reasons can be megabytes of output, but what names the cause is at the beginning. */
const longestExamined = 8192;
const longestTitle = 160;

type Found = [SignatureKind, string] | null;

/** The cause that a failure reason names. Never throws. */
export function signatureOf(reason: string): Signature {
  const text = reason.slice(0, longestExamined).trim();
  for (const rule of rules) {
    const found = rule(text);
    if (found !== null) return signature(...found);
  }
  return signature('other', maskNoise(text));
}

/** The cause of a job that failed or died and gave no reason. */
export function deadSignature(status: string): Signature {
  return signature('dead', `${status === 'dead' ? 'dead' : 'failed'}, no reason recorded`);
}

function signature(kind: SignatureKind, title: string): Signature {
  const line = title.replace(/[\x00-\x1f\x7f\s]+/g, ' ').trim();
  // A character cut in two would not be the same when it is read back from a database.
  const short = (line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line).toWellFormed();
  return { id: causeId(`${signatureVersion}|${kind}|${short}`), kind, title: short || '(empty reason)' };
}

/** Typed extraction first: the first rule that knows the shape decides. */
const rules: ((text: string) => Found)[] = [
  (text) => (/^hit max job timeout/i.test(text) ? ['timeout', 'hit max job timeout'] : null),
  commandFailure,
  clusterLog,
  selinux,
  (text) => {
    const test =
      /^(?:Test failure|FAIL|ERROR):\s*(\w+)\s*\(([\w.]+)\)/.exec(text) ??
      /^(\w+) \(([\w.]+)\) \.\.\. (?:ERROR|FAIL)/.exec(text);
    return test ? ['test', `${test[1]} (${(test[2] ?? '').replace(new RegExp(`\\.${test[1]}$`), '')})`] : null;
  },
  (text) => {
    const timeout = /^(?:Timeout )?(\d+[smh]?) running (.+)$/s.exec(text);
    return timeout ? ['timeout', `timeout ${timeout[1]} running ${maskNoise(timeout[2] ?? '')}`] : null;
  },
  (text) => (/^Error reimaging machines/i.test(text) ? ['infra', maskNoise(text)] : null),
  (text) => {
    const tries = /reached maximum tries \((\d+)\) after waiting for (\d+) seconds/.exec(text);
    return tries ? ['timeout', `reached maximum tries (${tries[1]}) after waiting for ${tries[2]} seconds`] : null;
  },
  ansible,
  (text) => {
    const image = /^(?:Fog has no \S+ image|Could not find an image for )/.exec(text);
    return image ? ['infra', 'no image for this distribution'] : null;
  },
  (text) => (/^Failed to fetch package version/.test(text) ? ['infra', packageTitle(text)] : null),
  (text) =>
    /reconnect to|lock status|machines are available|Packages for os_type/.test(text)
      ? ['infra', maskNoise(text)]
      : null,
  (text) =>
    /FAILED ceph_assert|coredumps? on|Segmentation fault|Caught signal/.test(text) ? ['crash', maskNoise(text)] : null,
];

function packageTitle(text: string): string {
  const release = /[?&]ref=([^&\s]+)/.exec(text)?.[1];
  const what = /Multiple results|no (?:build|package)s? found|\b404\b/i.exec(text)?.[0];
  return maskNoise(['Failed to fetch package version', what, release].filter((part) => part !== undefined).join(': '));
}

function commandFailure(text: string): Found {
  const crashed = /^Command crashed: (.+)$/s.exec(text);
  if (crashed) return ['crash', `crashed: ${commandTitle(crashed[1] ?? '')}`];
  const failed =
    /^Command failed(?: \(([^)]{1,200})\))?(?: on \S+)? with status (-?\d+): ?(.*)$/s.exec(text) ??
    /^Command failed(?: \(([^)]{1,200})\))?(?: on \S+)? with status (-?\d+)()/.exec(text);
  if (!failed) return null;
  const [, label, status, command = ''] = failed;
  const kind = status === '124' ? 'timeout' : 'command';
  return [kind, `${label === undefined ? commandTitle(command) : maskNoise(label)} → status ${status}`];
}

/** Words that stand before every command of a lab and say nothing about it. */
const wrapper =
  /^(?:sudo(?: -\w+| -- )*|adjust-ulimits|ceph-coverage \S+|timeout \S+|daemon-helper \S+|nsenter \S+|env|stdin-killer|--|[A-Z_][A-Z0-9_]*=\S*|\S*\/coverage|TESTDIR=\S+)\s+/;

function commandTitle(quoted: string): string {
  let command = quoted
    .trim()
    .replace(/^(['"])/, '')
    .replace(/['"]$/, '')
    .replace(/\\n|\s+/g, ' ')
    .trim();
  for (let turn = 0; turn < 12 && wrapper.test(command); turn++) command = command.replace(wrapper, '');
  return maskNoise(command).slice(0, 110);
}

function clusterLog(text: string): Found {
  if (!/in cluster log"?$/.test(text)) return null;
  const entry = /cluster \[(\w+)\]\s+(.*?)"? in cluster log"?$/s.exec(text);
  if (!entry)
    return ['clusterlog', `cluster log: ${maskNoise(text.replace(/"? in cluster log"?$/, '').replace(/^"/, ''))}`];
  const [, level, message = ''] = entry;
  const code = /\(([A-Z][A-Z0-9_]{3,})\)\s*$/.exec(message)?.[1];
  if (code) return ['clusterlog', `cluster log [${level}] ${code}`];
  // For a slow request the fact is enough: the rest of the message is its history.
  const slow = /^slow requests?\b|^\d+ slow requests?\b/.test(message);
  return ['clusterlog', `cluster log [${level}] ${slow ? 'slow request' : maskNoise(message)}`];
}

function selinux(text: string): Found {
  if (!/avc:\s+denied|^SELinux denials/.test(text)) return null;
  const programs = [...new Set([...text.matchAll(/comm="([^"]{1,60})"/g)].map(([, name]) => name as string))].sort();
  return ['selinux', `SELinux denial${programs.length > 0 ? ` comm=${programs.slice(0, 5).join(',')}` : ''}`];
}

function ansible(text: string): Found {
  if (/^\{'[\w.@-]+': ?\{/.test(text)) {
    const message = /'msg': (?:'([^']{1,300})|"([^"]{1,300}))/.exec(text);
    if (message) return ['ansible', `ansible: ${maskNoise(message[1] ?? message[2] ?? '')}`];
    if (text.includes("'censored'")) return ['ansible', 'ansible: output hidden (no_log)'];
    return ['ansible', `ansible: ${maskNoise(text.replaceAll(/'[\w@-]+(?:\.[\w-]+)+': /g, ''))}`];
  }
  const clone = /git clone (?:-\S+ )*(https?:\/\/\S+)/.exec(text);
  return clone && text.startsWith('[') ? ['ansible', `git clone ${clone[1]}`] : null;
}

/** cyrb53, of which 8 hexadecimal digits: 10,000 causes collide once in a hundred databases. */
function causeId(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  return (a >>> 0).toString(16).padStart(8, '0');
}
