import { isDatabaseFault } from './faults.ts';

/** Whether a database works, for everybody who has to know: the answers of the server, `/readyz` and the log. */
export interface Condition {
  /** Takes the error of a request; true when it is the fault of the database. `writing`: the request was to change something. */
  failed(error: unknown, writing: boolean): boolean;
  /** Takes note that something was written. */
  wrote(): void;
  /** Throws the fault that keeps the database from being read and written. Writes only when the last write failed. */
  check(): Promise<void>;
}

/** How an engine is asked. */
interface ConditionOptions {
  /** Throws when the database does not answer, or is known to take no writes; writes nothing. */
  look: () => Promise<void>;
  /** Commits a small change that changes nothing. */
  write: () => Promise<void>;
  /** Hears of every fault. */
  onFault: (error: unknown) => void;
}

/**
 * Follows the condition of one open database. A full disk, for one, shows only when something is written, so the fate of the
 * last write is remembered; after a failure `check` itself writes until that succeeds, because nobody may send writes to a
 * server that says that it is not ready.
 */
export function createCondition({ look, write, onFault }: ConditionOptions): Condition {
  let lastWriteFailed = false;
  return {
    failed(error, writing) {
      if (!isDatabaseFault(error)) return false;
      if (writing) lastWriteFailed = true;
      onFault(error);
      return true;
    },
    wrote() {
      lastWriteFailed = false;
    },
    async check() {
      try {
        await look();
        if (lastWriteFailed) await write();
        lastWriteFailed = false;
      } catch (error) {
        onFault(error);
        throw error;
      }
    },
  };
}
