/** Single values of JSON bodies about nodes and queues (teuthology contract §3.2, §7.5: harmless ones are coerced). */
import { storable } from '../../core/input.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { refuse } from '../refusal.ts';

/** Every list of nodes holds all texts of each; the longest that nodes have are public keys of some hundred characters. */
const longestText = 1024;

/** A text, or a number or boolean as text; null for null and for an absent key; refuses lists and objects. */
export function textValue(body: JsonBody, key: string): string | null {
  const value = bodyValue(body, key) ?? null;
  if (value === null) return null;
  if (typeof value === 'object') refuse(key, `invalid value for key '${key}': must be a text or null`);
  // Of numbers the text that was sent: os_version 22.10 must not become 22.1.
  const text = typeof value === 'string' ? value : (body.texts.get(key) as string);
  if (text.length > longestText) {
    refuse(key, `invalid value for key '${key}': must be at most ${longestText} characters long`);
  }
  return storable(text);
}

/** A text that must be there and must not be empty, otherwise it is refused in the words of the contract. */
export function requiredText(body: JsonBody, key: string): string {
  return textValue(body, key) || refuse(key, `could not find required key: '${key}'`);
}

/** True or false, also as 1 or 0 (teuthology contract §7.62); refuses anything else. */
export function booleanValue(body: JsonBody, key: string): boolean {
  const value = bodyValue(body, key);
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  return refuse(key, `invalid value for key '${key}': must be true or false`);
}
