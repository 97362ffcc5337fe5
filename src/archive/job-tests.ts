/** Test cases from files of the archive: every `*.xml` in the folder of a job, and in the folders in it. */
import type { TestCase } from '../core/test-cases.ts';
import { mostCases } from '../core/test-cases.ts';
import { JunitProblem, readJunit } from './junit.ts';
import { listFiles, openLog, type Place } from './open.ts';
import { type PackedCases, packCases } from './pack-cases.ts';
import { ArchiveProblem } from './source.ts';
import { chunksOf } from './unpack.ts';

/** Files and folders that are looked at, and bytes of one file. */
const [mostFiles, mostFolders, longestFile] = [50, 30, 64 << 20];

/** The cases in the files of a job; null when it has none. Files that are no JUnit XML are left alone. */
export async function testsIn(places: Place[]): Promise<(PackedCases & { files: string[] }) | null> {
  const cases: TestCase[] = [];
  const files: string[] = [];
  for (const path of await xmlFiles(places)) {
    const found = await casesIn(places, path);
    if (found === null || cases.length + found.length > mostCases) continue;
    for (const one of found) cases.push(one);
    files.push(path.join('/'));
  }
  return cases.length === 0 ? null : { ...(await packCases(cases)), files };
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

async function casesIn(places: Place[], path: string[]): Promise<TestCase[] | null> {
  try {
    const { source } = await openLog(places, path);
    try {
      if (source.size > longestFile) return null;
      const reader = readJunit();
      const decoder = new TextDecoder();
      for await (const chunk of chunksOf(source)) reader.write(decoder.decode(chunk, { stream: true }));
      return reader.end();
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof JunitProblem || error instanceof ArchiveProblem) return null;
    throw error;
  }
}
