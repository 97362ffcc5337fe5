/** `paddles man`: the manual page, generated from the table of commands. */
import { type Command, type Option, optionsOf } from '../config.ts';
import { version } from '../program.ts';

/** Prints the page. */
export async function printManual(commands: Record<string, Command>): Promise<number> {
  process.stdout.write(manual(commands));
  return 0;
}

/** The page as man(7) source. Settings are described once, after the commands, which list those that they use. */
export function manual(commands: Record<string, Command>): string {
  const all = Object.entries(commands);
  const settings = optionsOf([]).filter(({ flag }) => flag !== 'help');
  return [
    `.TH PADDLES 1 "" "paddles ${version}" "User commands"`,
    section('NAME'),
    'paddles \\- a results server for test runs',
    section('SYNOPSIS'),
    '.B paddles',
    '[\\fICOMMAND\\fR] [\\fIFLAG\\fR ...] [\\fIOPERAND\\fR ...]',
    section('DESCRIPTION'),
    text(
      'Stores the results of test runs and their jobs, serves them to programs, and shows them in a dashboard. The default command is serve.',
    ),
    text(
      'Each setting can be given as a flag, an environment variable or a line of the configuration file, in this order of precedence.',
    ),
    section('COMMANDS'),
    ...all.flatMap(([name, command]) => commandLines(name, command)),
    section('SETTINGS'),
    ...settings.flatMap(optionLines),
    section('EXIT STATUS'),
    ...tagged('0', 'Success.'),
    ...tagged('1', 'The command failed, or found problems or differences.'),
    ...tagged('2', 'The command line or a setting is invalid; the message says which.'),
    '',
  ].join('\n');
}

function commandLines(name: string, { summary, flags, operands = [], settings }: Command): string[] {
  const used = optionsOf([], settings).filter(({ flag }) => flag !== 'help');
  const list =
    settings === undefined ? 'Uses all settings.' : `Uses ${used.map(({ flag }) => `--${flag}`).join(', ')}.`;
  return [
    `.SS "${escaped(['paddles', name, ...operands].join(' '))}"`,
    text(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${used.length === 0 ? '' : list}`),
    ...optionsOf(flags, [])
      .filter(({ flag }) => flag !== 'help')
      .flatMap(optionLines),
  ];
}

function optionLines({ flag, hint, help, variables, fallback }: Option): string[] {
  const facts = [
    ...(variables.length > 0 && flag !== 'config' ? [variables.join(', ')] : []),
    ...(fallback === '' ? [] : [`default ${fallback}`]),
  ];
  return tagged(`--${flag} ${hint}`.trim(), `${help}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`);
}

function section(title: string): string {
  return `.SH ${title}`;
}

function tagged(tag: string, meaning: string): string[] {
  return ['.TP', `\\fB${escaped(tag)}\\fR`, text(meaning)];
}

/** Escapes a line of text. A line that begins with a dot or an apostrophe would be a request. */
function text(line: string): string {
  return escaped(line.trim()).replace(/^(?=[.'])/, '\\&');
}

function escaped(line: string): string {
  return line.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');
}
