/** `npm run demo`: fills a running server with realistic data through its public API. */
import { BadSetting, type CommandFlag, type CommandLine, flagsHelp, readCommandLine } from '../src/config.ts';
import { DemoProblem, speaksTeuthology } from './client.ts';
import { demo } from './fill.ts';

const ownFlags: CommandFlag[] = [
  { name: 'url', hint: 'URL', help: 'the server to fill (default http://127.0.0.1:8080)' },
  {
    name: 'teuthology-url',
    hint: 'URL',
    help: 'URL of its teuthology contract, which has more features (default http://127.0.0.1:8081, unless --url is given)',
  },
  { name: 'seed', hint: 'NUMBER', help: 'seed of the data: the same number gives the same data (default 1)' },
  { name: 'runs', hint: 'NUMBER', help: 'number of runs (default 105)' },
  {
    name: 'logs',
    hint: 'FOLDER',
    help: 'folder for logs and test cases (default data/archive, which a server started here reads; none with --url)',
  },
  { name: 'big-log', hint: '', help: 'make one of the logs 200 MB large' },
  { name: 'live', hint: '', help: 'keep runs moving afterwards, the newest first, until stopped' },
];

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
process.exitCode = await main(process.argv.slice(2), stop.signal);

/** Returns the exit code: 2 for a mistake in the command line, 1 if the server is unreachable or rejects a request. */
async function main(args: string[], signal: AbortSignal): Promise<number> {
  try {
    const line = readCommandLine(args, process.env, ownFlags);
    if (line.help) {
      process.stdout.write(`npm run demo -- [flag ...]\n\n${flagsHelp(ownFlags, ['port', 'teuthology_port'])}\n`);
      return 0;
    }
    const flags = checkFlags(line);
    await demo({
      ...flags,
      teuthologyUrl: await findTeuthology(flags, line, signal),
      signal,
      write: (text) => process.stdout.write(text),
      isTerminal: process.stdout.isTTY === true,
    });
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    if (!(error instanceof DemoProblem || error instanceof BadSetting)) throw error;
    process.stderr.write(`paddles: ${error.message}\n`);
    return error instanceof BadSetting ? 2 : 1;
  }
}

/** Checks all flags before the first request, so that a wrong one is reported even if no server runs. */
function checkFlags({ config, flags }: CommandLine) {
  return {
    url: serverUrl('url', flags.url) ?? `http://127.0.0.1:${config.port}`,
    teuthologyUrl: serverUrl('teuthology-url', flags['teuthology-url']),
    seed: wholeNumber('seed', flags.seed, 1, 0),
    runs: wholeNumber('runs', flags.runs, 105, 1),
    archive: flags.logs ?? (flags.url === undefined ? 'data/archive' : undefined),
    bigLog: flags['big-log'] !== undefined,
    live: flags.live !== undefined,
  };
}

function serverUrl(flag: string, text: string | undefined): string | undefined {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new BadSetting(`--${flag}: '${text}' is not the URL of a server; an example is http://127.0.0.1:8080`);
}

function wholeNumber(flag: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= 1_000_000) return value;
  throw new BadSetting(`--${flag} needs a whole number from ${least} to 1000000, not '${text}'`);
}

/**
 * The URL at which the server speaks the teuthology contract, if any. If the user gave --url without --teuthology-url, the default port is not
 * tried, because another server might use it.
 */
async function findTeuthology(
  { url, teuthologyUrl }: ReturnType<typeof checkFlags>,
  { config, flags }: CommandLine,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (await speaksTeuthology(url, signal)) return url;
  if (teuthologyUrl !== undefined) {
    if (await speaksTeuthology(teuthologyUrl, signal)) return teuthologyUrl;
    throw new DemoProblem(`${teuthologyUrl} does not speak the teuthology contract`);
  }
  if (flags.url !== undefined || config.teuthology_port === null) return undefined;
  const usual = `http://127.0.0.1:${config.teuthology_port}`;
  const speaks = await speaksTeuthology(usual, signal).catch((error: unknown) => {
    if (error instanceof DemoProblem) return false;
    throw error;
  });
  return speaks ? usual : undefined;
}
