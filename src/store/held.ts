/** Events that wait until the replica shows what they tell of: a dashboard that asked earlier would read the old state again. */
import type { LiveEvent } from './live.ts';

/** Events on their way to those who watch. */
export interface HeldEvents {
  size(): number;
  add(event: LiveEvent): void;
  /** To be called before the position of the main database is asked for; the answered function takes that position. */
  mark(): (written: number) => void;
  /** Tells what stands before the position up to which the replica has replayed. */
  replayedUpTo(position: number): void;
  /** Tells everything: the main database answers now. */
  release(): void;
}

/** More than these are not worth remembering: reading everything again is quicker. */
const mostHeld = 1000;

/** Holds events until their positions are replayed, then passes them to `tell` in the order in which they came. */
export function holdEvents(tell: (event: LiveEvent) => void): HeldEvents {
  let held: LiveEvent[] = [];
  /** The first `count` events tell of what is before `position`. */
  let target: { position: number; count: number } | null = null;
  return {
    size: () => held.length,
    add(event) {
      if (held.length < mostHeld) {
        held.push(event);
        return;
      }
      held = [{ type: 'reset' }];
      target = null;
    },
    mark() {
      const [marked, count] = [held, held.length];
      return (position) => {
        if (target === null && count > 0 && marked === held) target = { position, count };
      };
    },
    replayedUpTo(position) {
      if (target === null || position < target.position) return;
      const ready = held.splice(0, target.count);
      target = null;
      for (const event of ready) tell(event);
    },
    release() {
      const ready = held;
      held = [];
      target = null;
      for (const event of ready) tell(event);
    },
  };
}
