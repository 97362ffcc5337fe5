/** The licences of what `npm pack` bundles: everything that the dependencies of the root lead to. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

/** One part of Markdown for each package, by name. Throws for a package that does not say its licence. */
export function licences() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return [...reached(packages)].sort().map(licence).join('\n');
}

function reached(packages) {
  const found = new Set();
  const visit = (from, names) => {
    for (const name of names) {
      const path = placeOf(packages, from, name);
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      visit(path, dependenciesOf(packages[path]));
    }
  };
  visit('', dependenciesOf(packages['']));
  return found;
}

function dependenciesOf({ dependencies, optionalDependencies }) {
  return Object.keys({ ...dependencies, ...optionalDependencies });
}

/** Where Node finds a package for another one: in its own folder, or in one above it. */
function placeOf(packages, from, name) {
  for (let folder = from; ; folder = folder.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

function licence(path) {
  const folder = join(root, path);
  const { name, version, license, author, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${path} does not say its licence`);
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one));
  const words =
    file === undefined ? [author?.name ?? author, homepage].filter(Boolean).join(', ') : textOf(folder, file);
  // As code: some have headings of their own.
  return `## ${name} - ${version} (${license})\n\n${words.replace(/^(?=.)/gm, '    ')}\n`;
}

function textOf(folder, file) {
  return readFileSync(join(folder, file), 'utf8').trim();
}
