/** Finds the files of a job in an archive. This file only computes paths; src/archive makes sure that nothing else is opened. */

/** A folder of the file system or a base URL. `template` is the path below it, with {run} and {job}, and may be empty. */
export interface ArchiveBase {
  kind: 'folder' | 'web';
  /** An absolute path without a slash at its end, or a URL with one. */
  root: string;
  template: string;
}

/** The properties of a job that determine its place in an archive; `archive_path` as it was reported. */
export interface PlacedJob {
  run: string;
  job_id: string;
  archive_path: string | null;
}

/** Parses a setting: comma-separated folders and URLs. The result is empty for an empty setting; `problem` says what an entry must look like. */
export function parseArchive(text: string): { value: ArchiveBase[] } | { problem: string } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const bases = parts.map(parseBase);
  if (bases.includes(null) || (bases.length === 0 && text.trim() !== ''))
    return {
      problem:
        'must be comma-separated absolute folders or http(s) URLs, each optionally followed by a template like {run}/{job}',
    };
  return { value: bases as ArchiveBase[] };
}

/** The bases of a setting that `parseArchive` has accepted. */
export function archivesIn(setting: string): ArchiveBase[] {
  const bases = parseArchive(setting);
  return 'problem' in bases ? [] : bases.value;
}

function parseBase(text: string): ArchiveBase | null {
  const brace = text.indexOf('{');
  const end = brace < 0 ? text.length : text.lastIndexOf('/', brace) + 1;
  const root = text.slice(0, end).replace(/(?<!\/)\/+$/, '');
  const template = text.slice(end).replace(/(?<!\/)\/+$/, '');
  const rest = template.replace(/\{(?:run|job)\}/g, '');
  if (/[{}]/.test(rest) || (template !== '' && partsOf(rest.replaceAll('/', 'x/')) === null)) return null;
  if (/^https?:\/\//i.test(root)) {
    if (!URL.canParse(root) || /[?#\s]/.test(root) || new URL(root).username !== '') return null;
    return { kind: 'web', root: `${new URL(root).href.replace(/(?<!\/)\/+$/, '')}/`, template };
  }
  return root.startsWith('/') ? { kind: 'folder', root, template } : null;
}

/**
 * The folder of a job below a base, as names without slashes. It is built from the template if there is one, else from the `archive_path` of the
 * job if that is below the base, else from run and job. An `archive_path` on another host or in another folder is ignored. Null if one of the
 * names cannot be the name of a file.
 */
export function folderOf(base: ArchiveBase, job: PlacedJob): string[] | null {
  if (base.template !== '') return filled(base.template, job);
  const own = job.archive_path === null ? null : below(base, job.archive_path);
  return own ?? filled('{run}/{job}', job);
}

function filled(template: string, { run, job_id }: PlacedJob): string[] | null {
  const names: Record<string, string> = { '{run}': run, '{job}': job_id };
  const parts = template.split('/').map((part) => part.replace(/\{(?:run|job)\}/g, (name) => names[name] as string));
  return parts.every(isName) ? parts : null;
}

function below({ kind, root }: ArchiveBase, path: string): string[] | null {
  if (path.startsWith('/') && kind === 'web') return null;
  const isWhole = path.startsWith('/') || /^[a-z][a-z+.-]*:/i.test(path);
  const start = root.endsWith('/') ? root : `${root}/`;
  if (isWhole && !path.startsWith(start)) return null;
  return partsOf(isWhole ? path.slice(start.length) : path);
}

/** The names in a relative path, without a slash at its end; null if one of them would leave the folder. */
export function partsOf(path: string): string[] | null {
  const parts = path.replace(/\/{1,20}$/, '').split('/');
  return parts.every(isName) ? parts : null;
}

function isName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && part.length <= 255 && !/[/\\\0]/.test(part);
}

/** The possible names of a log; the first one that exists is used. */
export const logNames = ['teuthology.log', 'teuthology.log.gz', 'teuthology.log.xz', 'teuthology.log.zst'];

/** The compression of a file, by the extension of its name. */
export type Packing = 'gz' | 'xz' | 'zst';

/** The compression of a file; null for an uncompressed one. */
export function packingOf(name: string): Packing | null {
  return (/\.(gz|xz|zst)$/.exec(name)?.[1] as Packing | undefined) ?? null;
}
