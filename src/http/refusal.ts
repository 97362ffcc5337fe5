import { type Failure, invalid, isFailure } from '../core/errors.ts';

/** A failure on its way to the error handler of its contract, which alone words it. */
export class Refusal extends Error {
  readonly failure: Failure;
  /** What the contract says here of a thing that is missing or exists already, instead of its usual words. */
  readonly words: string | undefined;

  constructor(failure: Failure, words?: string) {
    super(failure.failure);
    this.name = 'Refusal';
    this.failure = failure;
    this.words = words;
  }
}

/** Whoever asks may not do this, whatever the request says; each contract sends it in the shape of its errors. */
export class Denial extends Error {
  readonly statusCode: 400 | 401 | 403 | 429;

  constructor(statusCode: Denial['statusCode'], message: string) {
    super(message);
    this.name = 'Denial';
    this.statusCode = statusCode;
  }
}

/** What a function of the store or the core answered; throws a `Refusal` when that is a failure. */
export function orThrow<T>(answer: T, words?: string): Exclude<T, Failure> {
  if (isFailure(answer)) throw new Refusal(answer, words);
  return answer as Exclude<T, Failure>;
}

/** Refuses what a client sent, naming the offending key; null when it is the body as a whole. */
export function refuse(key: string | null, reason: string): never {
  throw new Refusal(invalid(key, reason));
}

/** Reads what a client sent. When that is refused, `exists` comes first: it throws when what the path names is not there. */
export async function readKnowing<T>(exists: () => Promise<unknown>, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) await exists();
    throw error;
  }
}
