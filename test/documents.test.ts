/**
 * Everything that documents and comments refer to exists: sections of the contracts, targets of links, files and folders. A section is
 * cited as `teuthology contract §3.8`, several as `teuthology contract §2.10 to §2.18` or `teuthology contract §1.4, §7.15`. Only the
 * contract's own document omits the name.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';

interface Source {
  path: string;
  lines: Line[];
}

/** A line of prose: any line of Markdown, or a line of a comment in code. */
interface Line {
  at: number;
  text: string;
}

const root = join(import.meta.dirname, '..');
const files = globSync(['*', '.ci/*', '{bench,bin,demo,deploy,docs,src,test,web}/**/*'], {
  cwd: root,
  withFileTypes: true,
  exclude: ({ name }) => ['node_modules', 'dist', '.git'].includes(name),
})
  .filter((entry) => entry.isFile())
  .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name)))
  .sort();
const sources = files.filter((path) => /\.(md|tsx?|mjs|css|html)$|^Dockerfile$|^\.ci\//.test(path)).map(read);
const documents = sources.filter(({ path }) => path.endsWith('.md'));

const contracts = new Map(['classic', 'teuthology'].map((name) => [name, sectionsOf(`docs/contracts/${name}.md`)]));

/** Names in documents and comments that look like files of the repository but are not, and what they are. */
const foreign = new Map([
  ['paddles.json', 'a configuration file that an operator may write'],
  ['web/dist', 'made by the build'],
  ['NOTICE.md', 'made by npm pack'],
  ['jobs.json', 'the end of a URL'],
]);

test('the sections of a contract have unique numbers', () => {
  const repeated = [...contracts].flatMap(([name, numbers]) =>
    numbers.filter((number, index) => numbers.indexOf(number) < index).map((number) => `${name}: ${number} twice`),
  );
  report(repeated, Math.min(...[...contracts.values()].map(({ length }) => length)));
});

const citation = /\b(classic|teuthology) contract (§\d+(?:\.\d+)?(?:(?:, | and | to )§\d+(?:\.\d+)?)*)/g;

test('every section that is cited exists', () => {
  let checked = 0;
  const missing = (contract: string, text: string) =>
    [...text.matchAll(/§(\d+(?:\.\d+)?)/g)].flatMap(([cited, number = '']) => {
      checked++;
      return contracts.get(contract)?.includes(number) ? [] : [`${cited} is no section of the ${contract} contract`];
    });
  const wrong = sources.flatMap(({ path, lines }) => {
    const own = /^docs\/contracts\/(\w+)\.md$/.exec(path)?.[1];
    // A citation can be split across two lines.
    const whole = lines.map(({ text }) => text.replace(/^\s*(\*|\/\/) ?/, '')).join(' ');
    const rest = whole.replaceAll(citation, '');
    return [
      ...[...whole.matchAll(citation)].flatMap(([, contract = '', numbers = '']) => missing(contract, numbers)),
      ...(own ? missing(own, rest.replaceAll(/`[^`]*`/g, '')) : (rest.match(/.{0,40}§.{0,10}/g) ?? [])),
    ].map((problem) => `${path}: ${problem}`);
  });
  report(wrong, checked);
});

test('every decision that is cited by its number exists exactly once', () => {
  const numbers = files.flatMap((path) => /^docs\/decisions\/0*(\d+)-/.exec(path)?.[1] ?? []);
  const repeated = numbers
    .filter((number, index) => numbers.indexOf(number) < index)
    .map((number) => `${number} twice`);
  const cited = sources.flatMap(({ path, lines }) =>
    lines.flatMap(({ at, text }) =>
      [...text.matchAll(/\bdecision (\d+)\b/gi)].map(([, number = '']) => ({ number, where: `${path}:${at}` })),
    ),
  );
  const missing = cited.filter(({ number }) => !numbers.includes(number));
  report([...repeated, ...missing.map(({ number, where }) => `${where} there is no decision ${number}`)], cited.length);
});

test('every link in Markdown has a target', () => {
  let checked = 0;
  const wrong = documents.flatMap(({ path, lines }) =>
    lines.flatMap(({ at, text }) =>
      linksIn(text).flatMap((link) => {
        if (/^[a-z]+:/.test(link)) return [];
        checked++;
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : posix.join(posix.dirname(path), file);
        const found = existsSync(join(root, target)) && (anchor === undefined || anchorsOf(target).includes(anchor));
        return found ? [] : [`${path}:${at} ${link} leads nowhere`];
      }),
    ),
  );
  report(wrong, checked);
});

test('every file and folder that a document or a comment names exists', () => {
  let checked = 0;
  const needed = new Set<string>();
  const wrong = sources.flatMap(({ path, lines }) =>
    lines.flatMap(({ at, text }) =>
      namesIn(text).flatMap((name) => {
        checked++;
        if (foreign.has(name)) needed.add(name);
        else if (!isThere(name, posix.dirname(path))) return [`${path}:${at} there is no ${name}`];
        return [];
      }),
    ),
  );
  const stale = [...foreign.keys()].filter((name) => !needed.has(name)).map((name) => `nobody names ${name} any more`);
  report([...wrong, ...stale], checked);
});

function report(problems: string[], checked: number): void {
  expect(checked, 'a check that finds nothing to check').toBeGreaterThan(0);
  if (problems.length > 0) expect.fail(`${problems.length} wrong\n${problems.join('\n')}`);
}

function read(path: string): Source {
  const lines = readFileSync(join(root, path), 'utf8')
    .split('\n')
    .map((text, index) => ({ at: index + 1, text }));
  const comment = /\.(tsx?|mjs|css|html)$/.test(path) ? /^\s*(\/\/|\/?\*|\{\/\*|<!--)|\btest\(|\bdescribe\(/ : /^\s*#/;
  return { path, lines: path.endsWith('.md') ? lines : lines.filter(({ text }) => comment.test(text)) };
}

/** The section numbers of a document, in headings and in entries like `- **7.48** …`. */
function sectionsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^(?:#+ (\d+(?:\.\d+)?) |- \*\*(\d+\.\d+)\*\* )/gm)].map(
    ([, heading, entry]) => heading ?? entry ?? '',
  );
}

function linksIn(text: string): string[] {
  const links = text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g);
  return [...links].map(([, link, source]) => link ?? source ?? '');
}

/** The anchors that GitHub generates for the headings of a document. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

const folders = ['bench', 'bin', 'demo', 'deploy', 'docs', 'src', 'test', 'web'];
const fileName = /(?<![\w./*<{:@~-])[\w.-]+(?:\/[\w.-]+)*\.(?:tsx?|mjs|md|json|css|html)\b(?![\w/-])/g;
const folderName = new RegExp(`(?<![\\w./*<{:@~-])(?:${folders.join('|')})/[\\w./-]*`, 'g');

function namesIn(text: string): string[] {
  const found = [...(text.match(fileName) ?? []), ...(text.match(folderName) ?? [])];
  return [...new Set(found.map((name) => name.replace(/^\.\//, '').replace(/[./]+$/, '')))];
}

/** True for a path from the root or from `folder`, and for the end of a path, as an abbreviation. */
function isThere(name: string, folder: string): boolean {
  const paths = [name, posix.join(folder, name)];
  if (paths.some((path) => existsSync(join(root, path)))) return true;
  return files.some((path) => path.endsWith(`/${name}`));
}
