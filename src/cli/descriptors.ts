import type { Server } from 'node:net';

/** Files and connections beside those of clients: the database's, the log, those that libraries open. */
const reserved = 64;

/**
 * Bounds the connections of clients by what the system lets the process open. Without it the system closes connections, those
 * to the database included, and no log says why. `onDrop` hears of every connection that is closed for this reason.
 */
export function boundConnections(servers: Server[], poolSize: number, onDrop: (error: Error) => void): void {
  const limit = openFilesLimit();
  if (limit === null) return;
  const forClients = Math.max(limit - reserved - poolSize, limit / 2);
  for (const server of servers) {
    server.maxConnections = Math.floor(forClients / servers.length);
    server.on('drop', () => onDrop(new Error(`EMFILE: the process may open ${limit} files and connections`)));
  }
}

/** Null when there is none. */
function openFilesLimit(): number | null {
  // Names of hosts would be looked up for it.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : null;
}
