/** `paddles completion SHELL`: a script that completes commands, flags and their values, generated from the table of commands. */
import { BadSetting, type Command, type CommandLine, type Option, optionsOf } from '../config.ts';

type Commands = Record<string, Command>;

const shells: Record<string, (commands: Commands) => string> = { bash, zsh, fish };

/** Prints the script. Throws `BadSetting` for an unknown shell. */
export async function printCompletion({ operands: [shell = ''] }: CommandLine, commands: Commands): Promise<number> {
  const script = completion(shell, commands);
  if (script === null) throw new BadSetting(`there is no completion for '${shell.slice(0, 100)}': bash, zsh or fish`);
  process.stdout.write(script);
  return 0;
}

/** The script for a shell; null if the shell is unknown. */
export function completion(shell: string, commands: Commands): string | null {
  return Object.hasOwn(shells, shell) ? (shells[shell]?.(commands) ?? null) : null;
}

/** The first words of all commands. Some commands have two words. */
function firstWords(commands: Commands): string[] {
  return [...new Set(Object.keys(commands).map((name) => name.split(' ', 1)[0] as string))];
}

function secondWords(commands: Commands, first: string): string[] {
  return Object.keys(commands).flatMap((name) => (name.startsWith(`${first} `) ? name.slice(first.length + 1) : []));
}

function eachCommand(commands: Commands): { name: string; summary: string; options: Option[] }[] {
  return Object.entries(commands).map(([name, { summary, flags, settings }]) => {
    return { name, summary, options: optionsOf(flags, settings) };
  });
}

function bash(commands: Commands): string {
  const flags = eachCommand(commands).map(
    ({ name, options }) =>
      // Flags without a command are those of serve.
      `    ${name === 'serve' ? 'serve|-*' : `'${name}'`}) words='${options.map(({ flag }) => `--${flag}`).join(' ')}' ;;`,
  );
  const values = wordsOfFlags(commands).map(([flag, words]) => `    --${flag}) words='${words.join(' ')}' ;;`);
  const seconds = firstWords(commands).filter((first) => secondWords(commands, first).length > 0);
  return `# paddles completion bash > /etc/bash_completion.d/paddles
_paddles() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=''
  COMPREPLY=()
  case $command in ${seconds.join('|')}) [ "$COMP_CWORD" -gt 2 ] && command="$command \${COMP_WORDS[2]}" ;; esac
  case $before in
    paddles|*/paddles) [[ $word == -* ]] || words='${firstWords(commands).join(' ')}' ;;
${seconds.map((first) => `    ${first}) words='${secondWords(commands, first).join(' ')}' ;;`).join('\n')}
    completion) words='${Object.keys(shells).join(' ')}' ;;
${values.join('\n')}
  esac
  [ -z "$words" ] && case $word in -*) case $command in
${flags.join('\n')}
  esac ;; esac
  [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _paddles paddles
`;
}

/** The valid values of each flag that takes one of a few words. */
function wordsOfFlags(commands: Commands): [string, readonly string[]][] {
  const all = eachCommand(commands).flatMap(({ options }) => options);
  const found = new Map(all.filter(({ choices }) => choices.length > 0).map(({ flag, choices }) => [flag, choices]));
  return [...found];
}

function zsh(commands: Commands): string {
  const spec = ({ flag, hint, help, choices }: Option) => {
    const value = hint === '' ? '' : `:${hint}:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}`;
    return `'--${flag}[${help.replace(/[[\]:']/g, ' ')}]${value}'`;
  };
  const cases = eachCommand(commands).map(
    ({ name, options }) =>
      // Flags without a command are those of serve.
      `    ${name === 'serve' ? 'serve|-*' : `'${name}'`}) _arguments ${options.map(spec).join(' ')} '*:operand:_files' ;;`,
  );
  const seconds = firstWords(commands).filter((first) => secondWords(commands, first).length > 0);
  const choose = seconds.map(
    (first) =>
      `  if (( CURRENT == 3 )) && [[ $words[2] == ${first} ]]; then compadd ${secondWords(commands, first).join(' ')}; return; fi`,
  );
  return `#compdef paddles
# paddles completion zsh > a folder of $fpath, as _paddles
_paddles() {
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then compadd ${firstWords(commands).join(' ')}; return; fi
${choose.join('\n')}
  if (( CURRENT == 3 )) && [[ $words[2] == completion ]]; then compadd ${Object.keys(shells).join(' ')}; return; fi
  local command=$words[2]
  [[ $command == (${seconds.join('|')}) ]] && command="$command $words[3]"
  case $command in
${cases.join('\n')}
  esac
}
compdef _paddles paddles
`;
}

function fish(commands: Commands): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = eachCommand(commands).flatMap(({ name, summary, options }) => {
    const [first = '', second] = name.split(' ');
    const seen = `__fish_seen_subcommand_from ${first}`;
    const own =
      second === undefined
        ? `complete -c paddles -n __fish_use_subcommand -f -a ${first} -d ${quoted(summary)}`
        : `complete -c paddles -n '${seen}' -f -a ${second} -d ${quoted(summary)}`;
    const both = second === undefined ? seen : `${seen}; and __fish_seen_subcommand_from ${second}`;
    const where = name === 'serve' ? `${both}; or __fish_use_subcommand` : both;
    const flags = options.map(({ flag, hint, help, choices }) => {
      const value = hint === '' ? '' : choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -r';
      return `complete -c paddles -n '${where}' -l ${flag} -d ${quoted(help)}${value}`;
    });
    return [own, ...flags];
  });
  const last = `complete -c paddles -n '__fish_seen_subcommand_from completion' -f -a '${Object.keys(shells).join(' ')}'`;
  return `# paddles completion fish > ~/.config/fish/completions/paddles.fish\n${lines.join('\n')}\n${last}\n`;
}
