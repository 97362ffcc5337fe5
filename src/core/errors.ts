/**
 * The errors of the project. A failure is a value that a store function returns; each contract chooses its message and its HTTP status. Anything
 * thrown is a defect or a lost database, never a mistake of the client.
 */
export type Failure =
  | { failure: 'not_found'; noun: Noun; name: string }
  | { failure: 'already_exists'; noun: Noun; name: string }
  | { failure: 'invalid'; key: string | null; reason: string }
  | { failure: 'conflict'; reason: string }
  | { failure: 'unavailable'; reason: string };

/** What a failure can be about. */
type Noun = 'run' | 'job' | 'node' | 'queue' | 'token' | 'cause' | 'decision' | 'subscription' | 'delivery';

/** Whether a store or parse function returned a failure instead of its value. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'failure' in value;
}

/** The named object does not exist. */
export function notFound(noun: Noun, name: string): Failure {
  return { failure: 'not_found', noun, name };
}

/** The object to create already exists. The stored one is unchanged. */
export function alreadyExists(noun: Noun, name: string): Failure {
  return { failure: 'already_exists', noun, name };
}

/** The client sent something that cannot be stored. `key` is the offending key, null if it is the body as a whole. */
export function invalid(key: string | null, reason: string): Failure {
  return { failure: 'invalid', key, reason };
}

/** The state of the object does not allow the request, for example because another user has locked it. */
export function conflict(reason: string): Failure {
  return { failure: 'conflict', reason };
}

/** The server cannot do this now. The same request may succeed later. */
export function unavailable(reason: string): Failure {
  return { failure: 'unavailable', reason };
}
