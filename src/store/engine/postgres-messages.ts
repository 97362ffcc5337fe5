/** Passes whole messages of PostgreSQL to the driver, which then needs no buffer of its own. */
import type pg from 'pg';

/** A message begins with a byte for its type and four bytes for its length, which includes these four bytes but not the type. */
const headerBytes = 5;

/**
 * Makes the driver receive whole messages from the socket of an idle connection. Otherwise it doubles a buffer until a message fits, which
 * takes 8 MB for a row of 2 MiB, and more than 100 MB while eight clients read such rows, a third of the 300 MB that the server may take.
 */
export function readWholeMessages(socket: pg.Connection['stream']): void {
  for (const parse of socket.listeners('data') as ((bytes: Buffer) => void)[])
    socket.off('data', parse).on('data', wholeMessages(parse));
}

/** Collects the chunks of a stream, and passes them on up to the end of the last complete message. */
export function wholeMessages(pass: (bytes: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  /** The length of the first collected message, or of its header as long as that is incomplete. */
  let wanted = headerBytes;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, held);
    let end = 0;
    for (;;) {
      wanted = end + headerBytes <= bytes.length ? 1 + bytes.readUInt32BE(end + 1) : headerBytes;
      if (end + wanted > bytes.length) break;
      end += wanted;
    }
    held = bytes.length - end;
    chunks = held === 0 ? [] : [bytes.subarray(end)];
    if (end > 0) pass(bytes.subarray(0, end));
  };
}
