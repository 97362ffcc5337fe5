/** Records which client holds which node. */
export interface Ledger {
  /** Call it before sending a request for nodes. */
  ask(count: number): LockAsked;
  /** Call it before unlocking nodes, and the returned function after the answer. */
  giveBack(names: string[]): () => void;
  /** The owner of each locked node. */
  owners(): Map<string, string>;
  /** How many requests were refused. */
  refusals(): number;
}

/** Records the answer to a request for nodes. */
export interface LockAsked {
  /** Returns those of the granted nodes that another client holds; there must be none. */
  granted(names: string[], owner: string): string[];
  /** Returns whether too few nodes may have been free at some time since the request. */
  refused(): boolean;
}

/** Creates the ledger of `total` nodes. */
export function createLedger(total: number): Ledger {
  const owners = new Map<string, string>();
  const asked = new Set<{ most: number; count: number }>();
  // Nodes that may be locked: locked ones, requested ones, and ones whose unlock is not yet acknowledged.
  let taken = 0;
  let refusals = 0;
  const take = (count: number) => {
    taken += count;
    for (const request of asked) request.most = Math.max(request.most, taken);
  };
  return {
    ask(count) {
      const request = { most: 0, count };
      asked.add(request);
      take(count);
      return {
        granted(names, owner) {
          asked.delete(request);
          const doubled = names.filter((name) => owners.has(name));
          for (const name of names) owners.set(name, owner);
          return doubled;
        },
        refused() {
          asked.delete(request);
          taken -= count;
          refusals++;
          // `most` includes this request, so it exceeds the total when the request could not be granted.
          return request.most > total;
        },
      };
    },
    giveBack(names) {
      for (const name of names) owners.delete(name);
      return () => {
        taken -= names.length;
      };
    },
    owners: () => owners,
    refusals: () => refusals,
  };
}
