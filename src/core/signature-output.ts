/** Rules for causes in the output of other programs: cluster and kernel logs, crashes, tracebacks and ansible. */
import type { SignatureKind } from './signature-class.ts';
import { maskNoise } from './signature-mask.ts';
import { valuesOf } from './signature-text.ts';

/** The kind and the title of a cause, or null if a rule does not match the text. */
export type Found = [kind: SignatureKind, title: string] | null;

/** Health codes that are too general for a title, with what to add from the message. */
const reasons: Record<string, (message: string) => string> = {
  MGR_MODULE_ERROR: (message) => maskNoise(message.replace(/^Health check \w+: /, '')),
  MGR_MODULE_DEPENDENCY: (message) => maskNoise(message.replace(/^Health check \w+: /, '')),
  PG_DAMAGED: (message) =>
    statesIn(message, /\b(?:inconsistent|snaptrim_error|recovery_unfound|backfill_unfound|failed_repair|repair)\b/g),
  OSDMAP_FLAGS: (message) => statesIn(message, /\b(?:no[a-z-]{2,16}|pause(?:rd|wr)?|full)\b/g),
  SLOW_OPS: (message) => statesIn(message, /\b(?:osd|mon|mds|mgr)(?=\.)/g),
  CEPHADM_APPLY_SPEC_FAIL: (message) => statesIn(message, /(?<=: )[a-z-]{2,30}(?=\.)/g),
};

function statesIn(message: string, states: RegExp): string {
  return [...new Set(message.match(states))].sort().join(', ');
}

/** `"<time> <daemon> … : cluster [WRN] <message>" in cluster log`, or a part of it. */
export function clusterLog(text: string): Found {
  const ending = / in cluster log['"]?$/.test(text);
  const entry = /^.{0,300}?\b(cluster|cephadm|audit) \[(\w{2,8})\]\s{0,9}/s.exec(text);
  const line = text
    .replace(/["']? in cluster log["']?$/, '')
    .replace(/^["']/, '')
    .replace(/["']$/, '');
  if (!entry) return ending ? ['clusterlog', `cluster log: ${maskNoise(line)}`] : null;
  const message = text
    .slice(entry[0].length)
    .replace(/["']? in cluster log["']?$/, '')
    .replace(/["']$/, '')
    .trim();
  return [
    'clusterlog',
    `${entry[1] === 'cluster' ? '' : `${entry[1]} in `}cluster log [${entry[2]}] ${clusterMessage(message, entry[0])}`,
  ];
}

function clusterMessage(message: string, sender: string): string {
  // A line of health details: `[WRN] CODE: text`.
  const detail = /^\[(?:WRN|ERR)\] ([A-Z][A-Z0-9_]{3,60}): /.exec(message);
  if (detail) return clusterMessage(`${message.slice(detail[0].length)} (${detail[1]})`, sender);
  const code = /\(([A-Z][A-Z0-9_]{3,60})\)$/.exec(message)?.[1];
  if (code !== undefined) {
    const more = reasons[code]?.(message.slice(0, message.length - code.length - 2).trim());
    return more ? `${code}: ${more}` : code;
  }
  // Of a slow request, only the kind of daemon is kept. The rest of the message describes that one request.
  const slow = /\bslow requests?\b(?: in (\w+))?/.exec(message.slice(0, 60));
  const daemon = /\b(osd|mds|mon|mgr)\.\w/.exec(sender)?.[1];
  if (slow) return ['slow request', slow[1] && `in ${slow[1]}`, daemon && `of an ${daemon}`].filter(Boolean).join(' ');
  const health = /^(?:Health detail: |overall )?(HEALTH_\w+) /.exec(message);
  if (health) {
    const parts = message.slice(health[0].length).split('; ').map(maskNoise);
    return `${health[1]} ${[...new Set(parts)].sort().join('; ')}`;
  }
  const short = message
    .replace(/ for \d{1,9}s, current state .*$/s, '')
    .replace(/\b(?:deep-)?(scrub) ?: stat mismatch.*$/s, '$1 : stat mismatch')
    .replace(/\b[a-z_]{2,30}(?:\+[a-z_]{2,30}){1,12}\b/g, (states) => states.split('+').sort().join('+'));
  return maskNoise(short);
}

/** `'<time> <host> kernel: [<seconds>] <message>' in syslog`. */
export function kernelLog(text: string): Found {
  const ending = / in syslog['"]?$/.test(text);
  const at = text.slice(0, 300).indexOf('kernel: ');
  if (!ending && at < 0 && !/^BUG: |^INFO: task /.test(text)) return null;
  const message = (at < 0 ? text : text.slice(at + 8))
    .replace(/['"]? in syslog['"]?$/, '')
    .replace(/^\[[ \d.]{1,24}\] ?/, '')
    .replace(/^watchdog: /, '');
  const lockdep =
    /possible \w{1,20} locking dependency|possible recursive locking|inconsistent lock state|lockdep|bad unlock balance/.exec(
      message,
    );
  if (lockdep) return ['crash', `lockdep: ${lockdep[0]}`];
  return ['other', `kernel: ${maskNoise(message)}`];
}

/** The programs that were denied something. */
export function selinux(text: string): Found {
  if (!/\bavc:\s{1,9}denied|^SELinux denials/.test(text)) return null;
  const programs = [...new Set([...text.matchAll(/comm="([^"]{1,60})"/g)].map(([, name]) => name as string))].sort();
  return ['selinux', `SELinux denial${programs.length > 0 ? ` comm=${programs.slice(0, 5).join(',')}` : ''}`];
}

/** Asserts, signals, sanitizers, valgrind, coredumps. */
export function crash(text: string): Found {
  const assert =
    /(?<![\w.-])([\w.-]{1,80}): ?\d{1,7}: (?:\w{1,20} )?(?:FAILED|failed) (?:ceph_)?(assert|abort)(\w{0,20})/.exec(
      text,
    );
  if (assert) {
    // The condition is source text, so nothing in it varies. Without the file extension, the title stays the same when code moves from a header
    // to a source file.
    const file = (assert[1] ?? '').replace(/\.(?:cc|cpp|h|hpp|c)$/, '');
    return [
      'crash',
      `${file}: FAILED ceph_${assert[2]}${assert[3]}${inParentheses(text.slice(assert.index + assert[0].length))}`,
    ];
  }
  const signal = /Caught signal \(([^)]{1,60})\)/.exec(text);
  if (signal) return ['crash', `Caught signal (${signal[1]})`];
  if (
    /FAILED (?:ceph_)?assert|coredumps? on|Segmentation fault|Caught signal|core dumped|Sanitizer: |runtime error: |\bvalgrind\b/i.test(
      text,
    )
  )
    return ['crash', maskNoise(text.replace(/\s+/g, ' '))];
  return /locking dependency detected|inconsistent lock state/.test(text) ? ['crash', maskNoise(text)] : null;
}

/** The parenthesized text at the beginning of a text, with its parentheses; the whole line if they are not closed. */
function inParentheses(text: string): string {
  let open = 0;
  for (let at = 0; at < text.length && at < 300; at++) {
    if (text[at] === '(') open++;
    else if (text[at] === ')' && --open <= 0) return text.slice(0, at + 1);
    else if (text[at] === '\n') return text.slice(0, at);
  }
  return text.slice(0, 300);
}

const raised =
  /(?<![\w.])((?:[A-Za-z_]\w{0,60}\.){0,6})([A-Z]\w{0,60}(?:Error|Exception|Exit|Interrupt|Failure|Timeout|Warning|NotFound|Tries|Failed|Anomaly))(?:: |(?=["']?\s*$))/g;
const frame = /File \\?"([^"\\]{1,300})\\?", line \d{1,7}, in ([\w<>]{1,100})/g;
/** Messages that any program can raise; the place tells them apart. */
const common =
  /^(?:$|'?NoneType|list index|string index|tuple index|dictionary changed|too many values|not enough values|need more than|division by zero|'[^']{1,60}'$|-?\d{1,9}$)|object (?:has no attribute|is not|does not support)|is not iterable/;

/** The exception at the end of a traceback of one or several lines. */
export function traceback(text: string): Found {
  const start = text.lastIndexOf('Traceback (most recent call last)');
  if (start < 0) return null;
  const trace = text.slice(start).replaceAll('\\n', '\n');
  const last = [...trace.matchAll(raised)].at(-1);
  if (last === undefined) return null;
  const [rest = ''] = trace.slice(last.index + last[0].length).split('\n', 1);
  // Remove the quote that ends a quoted traceback, but not one that ends a quoted key.
  const message = rest.trim().replace(/^([^'"]*)['"]$/, '$1');
  const place = common.test(message) ? placeOf(trace) : '';
  return ['other', `${last[2]}: ${maskNoise(message.replaceAll('\\', ''))}${place}`];
}

/** The deepest frame outside the test framework and the libraries. */
function placeOf(trace: string): string {
  const frames = [...trace.matchAll(frame)];
  const own = frames.filter(
    ([, file = '']) => !/\/(?:lib(?:64)?\/python|site-packages|dist-packages|teuthology\/)/.test(file),
  );
  const found = (own.length > 0 ? own : frames).at(-1);
  return found ? ` in ${(found[1] as string).split('/').at(-1)}:${found[2]}` : '';
}

const emptyMessages = /^(?:All items completed|One or more items failed|)$/;

/** `{'<host>': {'msg': …}}`: the task, module and message of the failure, and the command that failed. */
export function ansible(text: string): Found {
  if (!/^\[?\{u?['"][\w.@-]{1,253}['"]: ?\{/.test(text)) {
    if (!text.startsWith('[')) return null;
    const clone = /\bgit clone (?:-\S{1,80} )*(https?:\/\/[^\s'"]{1,300})/.exec(text);
    return clone ? ['infra', `git clone ${clone[1]}`] : null;
  }
  const [module] = valuesOf(text, 'module_name');
  const [task] = valuesOf(text, 'task');
  const what = `ansible${task ? ` '${maskNoise(task)}'` : ''}${module ? ` ${module}` : ''}: `;
  const messages = valuesOf(text, 'msg').filter((message) => !emptyMessages.test(message));
  if (/['"]unreachable['"]: ?[Tt]rue/.test(text))
    return [
      'infra',
      `ansible unreachable: ${maskNoise((messages[0] ?? '').replace(/Warning: Permanently added .{1,200}? known hosts\.?\s?/g, ''))}`,
    ];
  if (messages.length > 0) {
    const shown = [...new Set(messages.map((message) => ansibleMessage(message, text)))].sort();
    const [url] = valuesOf(text, 'url');
    return ['ansible', `${what}${shown.slice(0, 3).join(' | ')}${url ? ` (${maskNoise(url)})` : ''}`];
  }
  if (/['"]censored['"]/.test(text)) return ['ansible', `${what}output hidden (no_log)`];
  return ['ansible', what + maskNoise(text.replaceAll(/u?['"][\w@-]{1,80}(?:\.[\w-]{1,80}){0,8}['"]: ?/g, ''))];
}

function ansibleMessage(message: string, text: string): string {
  if (/^non-zero return code/.test(message)) {
    const words = (valuesOf(text, 'cmd')[0] ?? '').trim().split(/\s+/).slice(0, 2).join(' ');
    const code = /['"]rc['"]: (-?\d{1,9})/.exec(text)?.[1];
    return `${maskNoise(`${message}: ${words}`)}${code === undefined ? '' : ` → status ${code}`}`;
  }
  if (/^MODULE FAILURE/i.test(message)) {
    const output = [...valuesOf(text, 'module_stderr'), ...valuesOf(text, 'module_stdout')].find(
      (value) => value !== '',
    );
    return `module failure: ${traceback(output ?? '')?.[1] ?? maskNoise(output ?? '')}`;
  }
  return maskNoise(message.replace(/^(Failed to update apt cache): .*$/s, '$1'));
}
