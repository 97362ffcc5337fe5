/** A bound on what all lists that are being read and sent take up together. */

/** Bytes of stored texts, as the database counts them. They take three to eight times as much while they are read, printed and sent, and the budget of the process is 300 MB. */
const mostBytes = 16 << 20;

/** Pages up to so many bytes neither wait nor count: they leave in one piece, and clients that do not read cannot keep short lists out. */
const smallPage = 64 << 10;

/** How long a page waits for room, in milliseconds: half of what a client that does not read may hold it for. */
const patience = 30_000;

interface Waiting {
  bytes: number;
  start: (hasRoom: boolean) => void;
}

let heldBytes = 0;
/** Pages that wait, first come, first served. */
const waiting = new Set<Waiting>();

/** What one list holds: at most one page, so that lists never wait for each other in a circle. */
export interface ListMemory {
  /**
   * Gives back the page before and waits until there is room for the next one; a page that is larger than all room waits until it is alone.
   * False when there was no room for half a minute, or when the list was closed.
   */
  take(bytes: number): Promise<boolean>;
  /** Gives back what is held. */
  close(): void;
}

/** Memory for one list. */
export function openListMemory(): ListMemory {
  let held = 0;
  let closed = false;
  let wanted: Waiting | null = null;
  const give = () => {
    heldBytes -= held;
    held = 0;
    startWaiting();
  };
  return {
    async take(bytes) {
      give();
      if (closed) return false;
      if (bytes <= smallPage) return true;
      if (waiting.size > 0 || !hasRoom(bytes)) {
        const hasRoomNow = await new Promise<boolean>((start) => {
          wanted = { bytes, start };
          wait(wanted);
        });
        if (!hasRoomNow) return false;
      } else heldBytes += bytes;
      held = bytes;
      return true;
    },
    close() {
      closed = true;
      if (wanted) end(wanted, false);
      give();
    },
  };
}

function hasRoom(bytes: number): boolean {
  return heldBytes === 0 || heldBytes + bytes <= mostBytes;
}

function wait(page: Waiting): void {
  const { start } = page;
  const timer = setTimeout(() => end(page, false), patience);
  page.start = (room) => {
    clearTimeout(timer);
    start(room);
  };
  waiting.add(page);
}

/** Ends the waiting of a page; nothing happens to one that does not wait. */
function end(page: Waiting, room: boolean): void {
  if (!waiting.delete(page)) return;
  if (room) heldBytes += page.bytes;
  page.start(room);
}

function startWaiting(): void {
  for (const page of waiting) {
    if (!hasRoom(page.bytes)) return;
    end(page, true);
  }
}
