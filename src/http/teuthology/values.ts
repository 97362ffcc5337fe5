/** Single values of JSON bodies about nodes and queues (teuthology contract §3.2, §7.5: harmless ones are coerced). */
import { type Failure, invalid, isFailure } from '../../core/errors.ts';
import { storable } from '../../core/name.ts';
import type { JsonBody } from '../body.ts';

/** Every list of nodes holds all texts of each. */
const longestText = 65_536;

/** A text, or a number or boolean as text; null for null and for an absent key, `invalid` for lists and objects. */
export function textValue({ values, texts }: JsonBody, key: string): string | null | Failure {
  const value = Object.hasOwn(values, key) ? values[key] : null;
  if (value === null) return null;
  if (typeof value === 'object') return invalid(key, `invalid value for key '${key}': must be a text or null`);
  // Of numbers the text that was sent: os_version 22.10 must not become 22.1.
  const text = typeof value === 'string' ? value : (texts.get(key) as string);
  if (text.length > longestText) {
    return invalid(key, `invalid value for key '${key}': must be at most ${longestText} characters long`);
  }
  return storable(text);
}

/** A text that must be there and must not be empty, otherwise `invalid` in the words of the contract. */
export function requiredText(body: JsonBody, key: string): string | Failure {
  const text = textValue(body, key);
  if (isFailure(text)) return text;
  return text || invalid(key, `could not find required key: '${key}'`);
}

/** True or false, also as 1 or 0 (teuthology contract §7.62), otherwise `invalid`. */
export function booleanValue({ values }: JsonBody, key: string): boolean | Failure {
  const value = values[key];
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  return invalid(key, `invalid value for key '${key}': must be true or false`);
}
