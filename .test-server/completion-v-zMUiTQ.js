import { a as optionsOf, t as BadSetting } from "./config-Bxv6dHMz.js";
// src/cli/completion.ts
var shells = {
	bash,
	zsh,
	fish
};
/** Prints it, or refuses a shell that is not known. */
async function printCompletion({ operands: [shell = ""] }, commands) {
	const script = completion(shell, commands);
	if (script === null) throw new BadSetting(`there is no completion for '${shell.slice(0, 100)}': bash, zsh or fish`);
	process.stdout.write(script);
	return 0;
}
/** The script for a shell; null when it is not known. */
function completion(shell, commands) {
	return Object.hasOwn(shells, shell) ? shells[shell]?.(commands) ?? null : null;
}
/** The first words of commands: two have a second one. */
function firstWords(commands) {
	return [...new Set(Object.keys(commands).map((name) => name.split(" ", 1)[0]))];
}
function secondWords(commands, first) {
	return Object.keys(commands).flatMap((name) => name.startsWith(`${first} `) ? name.slice(first.length + 1) : []);
}
function eachCommand(commands) {
	return Object.entries(commands).map(([name, { summary, flags, settings, operands = [] }]) => {
		return {
			name,
			summary,
			operands,
			options: optionsOf(flags, settings)
		};
	});
}
function bash(commands) {
	const flags = eachCommand(commands).map(({ name, options }) => `    ${name === "serve" ? "serve|-*" : `'${name}'`}) words='${options.map(({ flag }) => `--${flag}`).join(" ")}' ;;`);
	const values = wordsOfFlags(commands).map(([flag, words]) => `    --${flag}) words='${words.join(" ")}' ;;`);
	const seconds = firstWords(commands).filter((first) => secondWords(commands, first).length > 0);
	return `# paddles completion bash > /etc/bash_completion.d/paddles
_paddles() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=''
  COMPREPLY=()
  case $command in ${seconds.join("|")}) [ "$COMP_CWORD" -gt 2 ] && command="$command \${COMP_WORDS[2]}" ;; esac
  case $before in
    paddles|*/paddles) [[ $word == -* ]] || words='${firstWords(commands).join(" ")}' ;;
${seconds.map((first) => `    ${first}) words='${secondWords(commands, first).join(" ")}' ;;`).join("\n")}
    completion) words='${Object.keys(shells).join(" ")}' ;;
${values.join("\n")}
  esac
  [ -z "$words" ] && case $word in -*) case $command in
${flags.join("\n")}
  esac ;; esac
  [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _paddles paddles
`;
}
/** The words that may follow a flag, of the flags that take only some. */
function wordsOfFlags(commands) {
	const all = eachCommand(commands).flatMap(({ options }) => options);
	return [...new Map(all.filter(({ choices }) => choices.length > 0).map(({ flag, choices }) => [flag, choices]))];
}
function zsh(commands) {
	const spec = ({ flag, hint, help, choices }) => {
		const value = hint === "" ? "" : `:${hint}:${choices.length > 0 ? `(${choices.join(" ")})` : "_files"}`;
		return `'--${flag}[${help.replace(/[[\]:']/g, " ")}]${value}'`;
	};
	const cases = eachCommand(commands).map(({ name, options }) => `    ${name === "serve" ? "serve|-*" : `'${name}'`}) _arguments ${options.map(spec).join(" ")} '*:operand:_files' ;;`);
	const seconds = firstWords(commands).filter((first) => secondWords(commands, first).length > 0);
	const choose = seconds.map((first) => `  if (( CURRENT == 3 )) && [[ $words[2] == ${first} ]]; then compadd ${secondWords(commands, first).join(" ")}; return; fi`);
	return `#compdef paddles
# paddles completion zsh > a folder of $fpath, as _paddles
_paddles() {
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then compadd ${firstWords(commands).join(" ")}; return; fi
${choose.join("\n")}
  if (( CURRENT == 3 )) && [[ $words[2] == completion ]]; then compadd ${Object.keys(shells).join(" ")}; return; fi
  local command=$words[2]
  [[ $command == (${seconds.join("|")}) ]] && command="$command $words[3]"
  case $command in
${cases.join("\n")}
  esac
}
compdef _paddles paddles
`;
}
function fish(commands) {
	const quoted = (text) => `'${text.replace(/[\\']/g, "\\$&")}'`;
	const lines = eachCommand(commands).flatMap(({ name, summary, options }) => {
		const [first = "", second] = name.split(" ");
		const seen = `__fish_seen_subcommand_from ${first}`;
		const own = second === void 0 ? `complete -c paddles -n __fish_use_subcommand -f -a ${first} -d ${quoted(summary)}` : `complete -c paddles -n '${seen}' -f -a ${second} -d ${quoted(summary)}`;
		const both = second === void 0 ? seen : `${seen}; and __fish_seen_subcommand_from ${second}`;
		const where = name === "serve" ? `${both}; or __fish_use_subcommand` : both;
		return [own, ...options.map(({ flag, hint, help, choices }) => {
			const value = hint === "" ? "" : choices.length > 0 ? ` -x -a ${quoted(choices.join(" "))}` : " -r";
			return `complete -c paddles -n '${where}' -l ${flag} -d ${quoted(help)}${value}`;
		})];
	});
	const last = `complete -c paddles -n '__fish_seen_subcommand_from completion' -f -a '${Object.keys(shells).join(" ")}'`;
	return `# paddles completion fish > ~/.config/fish/completions/paddles.fish\n${lines.join("\n")}\n${last}\n`;
}
export { printCompletion };
