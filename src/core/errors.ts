/**
 * The one family of errors. A failure is a value that a store function returns; each contract words it in its own
 * voice and gives it its own HTTP status. Anything thrown is a defect or a lost database, never a client's mistake.
 */
export type Failure =
  | { failure: 'not_found'; noun: Noun; name: string }
  | { failure: 'already_exists'; noun: Noun; name: string }
  | { failure: 'invalid'; key: string | null; reason: string }
  | { failure: 'conflict'; reason: string }
  | { failure: 'unavailable'; reason: string };

/** What a failure can be about. */
type Noun = 'run' | 'job' | 'node' | 'queue' | 'token' | 'cause' | 'decision' | 'subscription' | 'delivery';

/** True when a store or parse function answered with a failure instead of its value. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'failure' in value;
}

/** The thing that was named does not exist. */
export function notFound(noun: Noun, name: string): Failure {
  return { failure: 'not_found', noun, name };
}

/** The thing that was to be created exists; the stored one is untouched. */
export function alreadyExists(noun: Noun, name: string): Failure {
  return { failure: 'already_exists', noun, name };
}

/** The client sent something that cannot be stored; `key` is the offending key, null when it is the body as a whole. */
export function invalid(key: string | null, reason: string): Failure {
  return { failure: 'invalid', key, reason };
}

/** The state of the thing forbids the request, for instance because somebody else has locked it. */
export function conflict(reason: string): Failure {
  return { failure: 'conflict', reason };
}

/** The server cannot do it now; the same request may succeed later. */
export function unavailable(reason: string): Failure {
  return { failure: 'unavailable', reason };
}
