/** The title of a failed command: what was run, without the wrappers that a lab puts around every command. */
import { maskNoise } from './signature-mask.ts';
import { cutTitle, unquote } from './signature-text.ts';

/** Commands are nested about six deep; more iterations would only help hostile input. */
const deepest = 24;
const longestCommand = 110;

/** The title for the text between a command's quotes, which is the representation of a Python string or of a list of strings. */
export function commandTitle(quoted: string): string {
  const command = unwrap(plainCommand(quoted));
  return cutTitle(maskNoise(nameProgram(command)), longestCommand);
}

/** The arguments of a work unit. The same script may run with different ones. */
export function scriptArguments(quoted: string): string {
  const script = scriptOf(unwrap(plainCommand(quoted)));
  return script === null ? '' : cutTitle(maskNoise(script.rest), longestCommand);
}

function plainCommand(quoted: string): string {
  const text = quoted.trim();
  if (text.startsWith('[')) {
    // The items of a list are separated by a quote, a comma, a space and a quote.
    return unquote(
      text
        .replace(/^\[/, '')
        .replace(/\]$/, '')
        .replace(/(['"]), (['"])/g, ' '),
    ).trim();
  }
  return unquote(text);
}

/** Words before a command that say how it is run, each with its arguments. */
const wrapper =
  /^(?:sudo(?: -[uU] \S+| -\w+| --)*|adjust-ulimits|ceph-coverage \S+|timeout(?: -[\w=-]+| \d\w*)*|daemon-helper \S+|nsenter(?: -\S+)*|env|exec|stdin-killer(?: --\w+=\S+)*|time|nice(?: -n ?-?\d+)?|ionice(?: -\w+ ?\d?)*|taskset -c \S+|stdbuf(?: -\S+)*|nohup|valgrind(?: --?\S+)*|--|export [A-Za-z_]\w*=\S*;?|[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\S*)|\S{0,200}\/coverage)(?:\s+|$)/;

/** Steps that only prepare the next one. */
const preparation = /^(?:mkdir|cd|source|\.|set|export|pushd|ulimit|umask|rm -rf) /;

function unwrap(command: string): string {
  let inner = command.trim();
  for (let turn = 0; turn < deepest; turn++) {
    const next = unwrapOnce(inner).trim();
    if (next === inner || next === '') return inner;
    inner = next;
  }
  return inner;
}

function unwrapOnce(command: string): string {
  if (command.startsWith('(')) return command.replace(/^\(/, '').replace(/\)$/, '');
  if (command.startsWith("'") || command.startsWith('"')) return unquote(command);
  if (wrapper.test(command)) return command.replace(wrapper, '');
  const step = command.indexOf(' && ');
  if (step > 0 && preparation.test(command)) return command.slice(step + 4);
  const shell =
    /^(?:\S{0,40}\/)?(?:ba|da|z)?sh(?: -[a-z]{1,8}){0,4} -[a-z]{0,4}c /.exec(command) ??
    /^(?:\S{0,40}\/)?(?:ba|da|z)?sh -[a-z]{0,4}c /.exec(command);
  if (shell) return unquote(command.slice(shell[0].length));
  return inContainer(command);
}

/** `cephadm … shell … -- CMD` and `podman run … IMAGE CMD`: the command that runs inside the container. */
function inContainer(command: string): string {
  const [program = ''] = command.split(' ', 1);
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (name === 'cephadm' || name === 'cephadm.py') {
    const inside = command.indexOf(' -- ');
    if (inside > 0 && / (?:shell|enter|run) /.test(command.slice(0, inside))) return command.slice(inside + 4);
    return command
      .replace(program, 'cephadm')
      .replace(/ --(?:image|fsid|timeout|verbose|docker|retry)[ =]\S+| -v\b| --verbose\b/g, '');
  }
  const words = command.split(' ');
  if (name === 'kubectl' && words[1] === 'exec') {
    const inside = command.indexOf(' -- ');
    return inside > 0 ? command.slice(inside + 4) : command;
  }
  if (name !== 'podman' && name !== 'docker') return command;
  if (words[1] === 'exec') {
    // The name of a container holds the id of its cluster or the name of what runs in it.
    const container = words.findIndex((word, at) => at > 1 && /^ceph-|^[0-9a-f]{12,64}$/.test(word));
    if (container > 0 && container < words.length - 1) return words.slice(container + 1).join(' ');
  }
  if (words[1] !== 'run' && words[1] !== 'exec') return command;
  const image = words.findIndex((word, at) => at > 1 && /^[\w.-]{1,80}(?::\d{1,5})?\/[\w./-]{1,200}[:@]/.test(word));
  const entry = words.indexOf('--entrypoint');
  if (image < 0 || (image === words.length - 1 && entry < 0)) return command;
  return [...(entry > 0 && entry < image ? [words[entry + 1] ?? ''] : []), ...words.slice(image + 1)].join(' ');
}

/** Reduces a program to its name, and a script of the test suites to its work unit. */
function nameProgram(command: string): string {
  const script = scriptOf(command);
  if (script !== null) return `workunit test ${script.name}${script.rest && ' '}${script.rest}`;
  const [program = ''] = command.split(' ', 1);
  const name = program.slice(program.lastIndexOf('/') + 1);
  const rest = command.slice(program.length).replace(/ --(?:cluster ceph|log-early)(?= |$)/g, '');
  // The packages matter, not the options of the package manager.
  return /^(?:apt-get|apt|yum|dnf|zypper)$/.test(name)
    ? name + rest.replace(/ -o \S+| --?\w[\w-]*(?:=\S+)?/g, '')
    : name + rest;
}

function scriptOf(command: string): { name: string; rest: string } | null {
  const [program = ''] = command.split(' ', 1);
  for (const folder of ['/qa/workunits/', '/qa/standalone/']) {
    const at = program.indexOf(folder);
    if (at >= 0) return { name: program.slice(at + folder.length), rest: command.slice(program.length).trim() };
  }
  return null;
}
