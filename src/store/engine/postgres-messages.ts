/** Hands the driver whole messages of PostgreSQL, for which it needs no buffer of its own. */
import type pg from 'pg';

/** A message begins with a byte for its kind and its length, which includes the length itself but not that byte. */
const headerBytes = 5;

/**
 * Makes the driver read whole messages from the socket of a connection that is idle. It doubles a buffer until a message fits, which takes 8 MB for
 * a row of 2 MiB, and more than 100 MB while eight clients read such rows: this keeps the server below its 300 MB.
 */
export function readWholeMessages(socket: pg.Connection['stream']): void {
  for (const parse of socket.listeners('data') as ((bytes: Buffer) => void)[])
    socket.off('data', parse).on('data', wholeMessages(parse));
}

/** Collects the chunks of a stream and passes them on as soon as they hold the end of a message, up to that end. */
export function wholeMessages(pass: (bytes: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  /** How long the first message that is held is, as far as that is known. */
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
