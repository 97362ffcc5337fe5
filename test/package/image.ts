/**
 * Builds the image of a Dockerfile without a container engine: each stage is a folder that represents its root, in which every
 * instruction is carried out. Supports the instructions of this repository's Dockerfile and refuses all others.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, globSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, matchesGlob } from 'node:path';
import { promisify } from 'node:util';

const checkout = join(import.meta.dirname, '../..');

/** An image, or a stage of one. */
export interface Image {
  /** The folder that represents its root. */
  root: string;
  workdir: string;
  /** The user who runs its command. */
  user: string;
  env: Record<string, string>;
  volumes: string[];
  command: string[];
  health: string[];
}

/** An unprivileged user if the tests run as root, otherwise the user of the tests, who cannot become another one. */
export const unprivileged = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);

/** Builds all stages of the Dockerfile in `folder`. Returns the stages by name; the last one is called `image`. */
export async function buildImage(folder: string): Promise<Record<string, Image>> {
  const context = join(folder, 'context');
  copyContext(context);
  const stages: Record<string, Image> = {};
  let stage: Image | null = null;
  for (const [, name = '', text = ''] of instructions(readFileSync(join(checkout, 'Dockerfile'), 'utf8'))) {
    if (name === 'FROM') {
      const key = /^node:24-slim(?: AS (\w+))?$/.exec(text)?.[1] ?? 'image';
      stage = stages[key] = newStage(join(folder, key));
      continue;
    }
    if (stage === null) throw new Error(`${name} before FROM`);
    await carryOut(stage, name, text, context, stages);
  }
  return stages;
}

/** The environment of a container of the image. */
export function environmentOf(image: Image): Record<string, string> {
  const { HOME = '', TEST_RUN = '' } = process.env;
  const programs = join(image.root, 'usr/local/bin');
  return { HOME, TEST_RUN, PATH: `${programs}:${process.env.PATH}`, ...image.env };
}

function instructions(dockerfile: string): RegExpMatchArray[] {
  const lines = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll('\\\n', ' ');
  return [...lines.matchAll(/^([A-Z]+) (.+)$/gm)];
}

/** Creates a stage like the image of Node, with its program and nothing of the checkout. */
function newStage(root: string): Image {
  const programs = join(root, 'usr/local/bin');
  for (const made of [programs, join(root, 'tmp')]) mkdirSync(made, { recursive: true });
  link(process.execPath, join(programs, 'node'));
  return { root, workdir: root, user: 'root', env: {}, volumes: [], command: [], health: [] };
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // A link to another disk is not possible.
    copyFileSync(from, to);
  }
}

async function carryOut(stage: Image, name: string, text: string, context: string, stages: Record<string, Image>) {
  const at = (path: string) => join(path.startsWith('/') ? stage.root : stage.workdir, path);
  if (name === 'WORKDIR') stage.workdir = at(text);
  else if (name === 'COPY') copy(text, context, stages, at);
  else if (name === 'RUN' && text.startsWith('npm ci ')) await linkPackages(stage, text.split(' ').slice(2));
  else if (name === 'RUN') await run(stage, text);
  else if (name === 'USER') stage.user = text;
  else if (name === 'VOLUME') stage.volumes.push(text);
  else if (name === 'CMD') stage.command = JSON.parse(text);
  else if (name === 'HEALTHCHECK') stage.health = JSON.parse(text.replace(/^CMD /, ''));
  else if (name === 'ENV') {
    for (const [, key = '', value = ''] of text.matchAll(/(\w+)=(\S+)/g)) {
      stage.env[key] = value.replace(/\/(?=data\/)/, `${stage.root}/`);
    }
  } else if (name !== 'EXPOSE') throw new Error(`the tests do not know ${name}`);
}

function copy(text: string, context: string, stages: Record<string, Image>, at: (path: string) => string): void {
  const [, from, rest = ''] = /^(?:--from=(\w+) )?(.+)$/.exec(text) ?? [];
  const paths = rest.split(' ');
  const target = paths.pop() ?? '';
  const source = from === undefined ? context : (stages[from]?.root ?? '');
  const found = paths.flatMap((path) => (path === '.' ? [path] : globSync(path.replace(/^\//, ''), { cwd: source })));
  if (found.length < paths.length) throw new Error(`COPY ${text}: there is no such file`);
  for (const path of found) {
    // A target that ends in a slash is a folder.
    const end = target.endsWith('/') ? join(target, basename(path)) : target;
    cpSync(join(source, path), at(end), { recursive: true, preserveTimestamps: true });
  }
}

async function run(stage: Image, text: string): Promise<void> {
  const command = text
    .replaceAll(/(?<=[\s=])\/(?=\w)/g, `${stage.root}/`)
    .replace('--owner=node', `--owner=${unprivileged}`);
  const npm = {
    npm_config_prefix: join(stage.root, 'usr/local'),
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  const registry = Object.entries(process.env).filter(([key]) => /^npm_config_(registry|cache)$/i.test(key));
  const env = { ...environmentOf(stage), ...npm, ...Object.fromEntries(registry) };
  await promisify(execFile)('sh', ['-c', command], { cwd: stage.workdir, env });
}

/**
 * Installs the packages that `npm ci` would install, but from the checkout: fetching them again takes 7 s of processor time and needs a
 * registry. npm says which packages its options select.
 */
async function linkPackages(stage: Image, options: string[]): Promise<void> {
  const question = ['ls', '--all', '--parseable', '--package-lock-only', ...options];
  const { stdout } = await promisify(execFile)('npm', question, { cwd: stage.workdir, env: environmentOf(stage) });
  const packages = stdout.split('\n').map((path) => path.slice(stage.workdir.length + 1));
  for (const path of packages.filter((one) => one.includes('node_modules/'))) {
    const from = join(checkout, path);
    // Optional packages for other systems are missing, and a workspace is a link to its folder.
    if (!lstatSync(from, { throwIfNoEntry: false })?.isDirectory()) continue;
    mkdirSync(join(stage.workdir, path), { recursive: true });
    for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
      const to = join(stage.workdir, entry.parentPath.slice(checkout.length), entry.name);
      if (entry.isDirectory()) mkdirSync(to, { recursive: true });
      else link(join(entry.parentPath, entry.name), to);
    }
  }
  const list = 'node_modules/.package-lock.json';
  copyFileSync(join(checkout, list), join(stage.workdir, list));
}

/** Copies the files that `.dockerignore` does not exclude. The last pattern that matches a file or one of its folders decides. */
function copyContext(target: string): void {
  const patterns = readFileSync(join(checkout, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  const isIgnored = (path: string) => {
    const last = patterns.findLast((pattern) => {
      const parents = path.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'));
      return parents.some((parent) => matchesGlob(parent, pattern.replace('!', '')));
    });
    return last !== undefined && !last.startsWith('!');
  };
  const files = globSync('**/*', {
    cwd: checkout,
    withFileTypes: true,
    exclude: ({ name }) => ['node_modules', '.git', 'dist'].includes(name),
  });
  for (const file of [...files, ...globSync('.*', { cwd: checkout, withFileTypes: true })]) {
    const path = join(file.parentPath, file.name).slice(checkout.length + 1);
    if (!file.isFile() || isIgnored(path)) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(checkout, path), join(target, path), { preserveTimestamps: true });
  }
}
