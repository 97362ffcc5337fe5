import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * A folder for databases. It is in memory if there is enough, because otherwise every commit waits for the disk. Tests kill
 * processes but not the system, so this does not affect their results.
 */
export const memoryFolder = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir();

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > 4 * 2 ** 30;
}
