import { nextTurn } from '../../core/turns.ts';

/** How long work may keep others waiting before it gives them their turn, in milliseconds. */
const stretch = 10;

/** Some items one by one, with a turn for other requests whenever the work on them has taken 10 ms, however long they are. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T> {
  let since = performance.now();
  for (const item of items) {
    if (performance.now() - since >= stretch) {
      await nextTurn();
      since = performance.now();
    }
    yield item;
  }
}
