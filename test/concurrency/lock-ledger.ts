/** Who holds which node, as the clients see it. */
export interface Ledger {
  /** A request for nodes is on its way. */
  ask(count: number): LockAsked;
  /** To be called before nodes are given back; call the answer when that is acknowledged. */
  giveBack(names: string[]): () => void;
  /** Nodes and their owners. */
  owners(): Map<string, string>;
  /** How many requests were refused. */
  refusals(): number;
}

/** The end of a request for nodes. */
export interface LockAsked {
  /** Nodes of this answer that another client holds: there must be none. */
  granted(names: string[], owner: string): string[];
  /** True when, at some moment since the request, there may have been too few. */
  refused(): boolean;
}

/** Makes the ledger of `total` nodes. */
export function createLedger(total: number): Ledger {
  const owners = new Map<string, string>();
  const asked = new Set<{ most: number; count: number }>();
  // Nodes that may be locked: those that are, those asked for, and those whose return is not acknowledged yet.
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
          // `most` counts this request too: more than there are, so that it may have been the one too many.
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
