#!/usr/bin/env node
/** Process entry: the command line decides which command runs. */
import { commands } from './commands.ts';
import { BadSetting, type Command, flagsHelp, misspelt, readCommandLine } from './config.ts';
import { version } from './program.ts';

hearOfLostOutput();
process.exitCode = await main(process.argv.slice(2));

async function main([first = 'serve', ...rest]: string[]): Promise<number> {
  // The token commands have two words.
  const [name, args] =
    first === 'token' && rest[0]?.[0] !== '-' ? [`token ${rest[0] ?? ''}`.trim(), rest.slice(1)] : [first, rest];
  if (name === '--version' || name === '-v' || name === 'version') return print(`paddles ${version}`);
  if (name === '--help' || name === '-h' || name === 'help') return print(help());
  const command = name.startsWith('-') ? commands.serve : commands[name];
  if (!command) return complain(`there is no command '${name}'; the commands are: ${Object.keys(commands).join(', ')}`);
  // An installed package can run under any version of Node.
  if (Number.parseInt(process.versions.node, 10) < 24) {
    return complain(`this is Node ${process.versions.node}; the program needs Node 24 or later`);
  }
  warnOfMisspelt();
  try {
    const line = readCommandLine(
      name.startsWith('-') ? [name, ...args] : args,
      process.env,
      command.flags,
      command.operands,
    );
    if (line.help) return print(commandHelp(name.startsWith('-') ? 'serve' : name, command));
    return await command.run(line);
  } catch (error) {
    if (error instanceof BadSetting) return complain(error.message);
    throw error;
  }
}

/** Reports once that standard output cannot be written. The command continues, but its exit code becomes 1. */
function hearOfLostOutput(): void {
  let isTold = false;
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // A reader such as `head` closes the pipe when it has read enough. That is not an error.
    if (code === 'EPIPE' || isTold) return;
    isTold = true;
    complain(`standard output cannot be written: ${message}`);
    process.on('exit', () => {
      process.exitCode ||= 1;
    });
  });
}

function warnOfMisspelt(): void {
  for (const { name, nearest } of misspelt(process.env)) {
    process.stderr.write(`paddles: warning: ${name} is not a setting and is ignored; the nearest one is ${nearest}\n`);
    // Child processes would print the same warning again.
    delete process.env[name];
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** Prints a user error as one sentence and returns exit code 2. */
function complain(sentence: string): number {
  process.stderr.write(`paddles: ${sentence}\n`);
  return 2;
}

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  paddles ${name.padEnd(12)} ${summary}`);
  return [
    `paddles ${version} - a results server for test runs`,
    '',
    ...lines,
    '  paddles --version',
    '',
    'The default command is serve. "paddles COMMAND --help" lists the settings; each can be given as a flag, an environment',
    'variable or a line of the configuration file, in this order of precedence.',
  ].join('\n');
}

function commandHelp(name: string, { summary, flags, operands = [], settings }: Command): string {
  return `paddles ${[name, ...operands].join(' ')}: ${summary}\n\n${flagsHelp(flags, settings)}`;
}
