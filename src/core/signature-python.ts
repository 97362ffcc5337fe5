/** What a traceback says at its end, and what ansible says of the hosts that failed. */
import { maskNoise } from './signature-mask.ts';
import type { Found } from './signature-rules.ts';
import { valuesOf } from './signature-text.ts';

const raised =
  /(?<![\w.])((?:[A-Za-z_]\w{0,60}\.){0,6})([A-Z]\w{0,60}(?:Error|Exception|Exit|Interrupt|Failure|Timeout|Warning|NotFound|Tries|Failed|Anomaly))(?:: |(?=["']?\s*$))/g;
const frame = /File \\?"([^"\\]{1,300})\\?", line \d{1,7}, in ([\w<>]{1,100})/g;
/** Messages that every program has: the place tells them apart. */
const common =
  /^(?:$|'?NoneType|list index|string index|tuple index|dictionary changed|too many values|not enough values|need more than|division by zero|'[^']{1,60}'$|-?\d{1,9}$)|object (?:has no attribute|is not|does not support)|is not iterable/;

/** The exception at the end of a traceback, in one line or several. */
export function traceback(text: string): Found {
  const start = text.lastIndexOf('Traceback (most recent call last)');
  if (start < 0) return null;
  const trace = text.slice(start).replaceAll('\\n', '\n');
  const last = [...trace.matchAll(raised)].at(-1);
  if (last === undefined) return null;
  const [rest = ''] = trace.slice(last.index + last[0].length).split('\n', 1);
  // The quote that ends a quoted traceback, not that of a key.
  const message = rest.trim().replace(/^([^'"]*)['"]$/, '$1');
  const place = common.test(message) ? placeOf(trace) : '';
  return ['other', `${last[2]}: ${maskNoise(message.replaceAll('\\', ''))}${place}`];
}

/** The deepest frame outside of the test framework and the libraries. */
function placeOf(trace: string): string {
  const frames = [...trace.matchAll(frame)];
  const own = frames.filter(
    ([, file = '']) => !/\/(?:lib(?:64)?\/python|site-packages|dist-packages|teuthology\/)/.test(file),
  );
  const found = (own.length > 0 ? own : frames).at(-1);
  return found ? ` in ${(found[1] as string).split('/').at(-1)}:${found[2]}` : '';
}

const emptyMessages = /^(?:All items completed|One or more items failed|)$/;

/** `{'<host>': {'msg': …}}`: task, module and message of what failed, and the command that ended badly. */
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
