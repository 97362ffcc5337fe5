/** Slows down who guesses tokens. */
import { hashOf } from './credentials.ts';

/** Wrong tokens that an address may send in a minute. */
const mostWrong = 10;

const minute = 60_000;

/** Addresses that are kept in mind; more than ever send wrong tokens by mistake. */
const mostAddresses = 10_000;

/** Counts wrong tokens by address. */
export interface Guesses {
  /** Whether this address has to wait. A token that it has sent before is no guess. */
  mustWait(address: string, secret: string): boolean;
  wrong(address: string): void;
  /** The token with this hash was sent. */
  right(address: string, hash: string): void;
}

/** `clock` in milliseconds. */
export function createGuesses(clock: () => number = () => performance.now()): Guesses {
  const wrong = new Map<string, { since: number; count: number }>();
  // A worker with an old token must not stop others behind the same address, nor a guesser learn that he was right.
  const right = new Set<string>();
  const recent = (address: string) => {
    const known = wrong.get(address);
    return known && clock() - known.since < minute ? known : null;
  };
  return {
    mustWait: (address, secret) =>
      (recent(address)?.count ?? 0) >= mostWrong && !right.has(`${address} ${hashOf(secret)}`),
    wrong(address) {
      const known = recent(address);
      if (known) known.count++;
      else {
        if (wrong.size >= mostAddresses) wrong.clear();
        wrong.set(address, { since: clock(), count: 1 });
      }
    },
    right(address, hash) {
      if (right.size >= mostAddresses) right.clear();
      right.add(`${address} ${hash}`);
    },
  };
}
