/** Reads test cases from the archive: from every `*.xml` file in the folder of a job and its subfolders. */
import { mostCases } from '../core/test-cases.ts';
import { createPacker, type GatheredCases, gatherCases, JunitProblem, type PackedCases, readJunit } from './junit.ts';
import { listFiles, openLog, type Place } from './open.ts';
import { ArchiveProblem } from './source.ts';
import { chunksOf } from './unpack.ts';

/** The most files and folders that are read, and the most bytes of one file. */
const [mostFiles, mostFolders, longestFile] = [50, 30, 64 << 20];

/** Returns the cases in the files of a job, or null if there are none or they are too long. Skips files that are not JUnit XML. */
export async function testsIn(places: Place[]): Promise<(PackedCases & { files: string[] }) | null> {
  const packer = createPacker();
  const parts: GatheredCases[] = [];
  const files: string[] = [];
  let total = 0;
  for (const path of await xmlFiles(places)) {
    const lines: Buffer[] = [];
    const found = await casesIn(places, path, (line) => lines.push(line));
    if (found === null || total + found.total > mostCases) continue;
    for (const line of lines) packer.write(line);
    parts.push(found);
    total += found.total;
    files.push(path.join('/'));
  }
  const packed = await packer.done(parts);
  return total === 0 || packed === null ? null : { ...packed, files };
}

async function xmlFiles(places: Place[]): Promise<string[][]> {
  const files: string[][] = [];
  const folders: string[][] = [[]];
  for (let at = 0; at < folders.length && at < mostFolders; at++) {
    const folder = folders[at] as string[];
    const { entries } = await listFiles(places, folder).catch(() => ({ entries: [] }));
    for (const { name, type } of entries) {
      if (type === 'folder' && folder.length < 3) folders.push([...folder, name]);
      if (type === 'file' && name.endsWith('.xml') && files.length < mostFiles) files.push([...folder, name]);
    }
  }
  return files;
}

async function casesIn(places: Place[], path: string[], onLine: (line: Buffer) => void): Promise<GatheredCases | null> {
  try {
    const { source } = await openLog(places, path);
    try {
      if (source.size > longestFile) return null;
      const cases = gatherCases(onLine);
      await readJunit(chunksOf(source), cases.add);
      return cases.done();
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof JunitProblem || error instanceof ArchiveProblem) return null;
    throw error;
  }
}
