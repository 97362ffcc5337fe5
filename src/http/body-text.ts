/** What the bytes of a body say. Nothing here knows of requests: large bodies are read by a thread of their own. */
import { isJson } from '../core/json-check.ts';
import { maxDepth, splitObject } from '../core/json-text.ts';

/** The members of a JSON object as text, in the order sent. */
export interface BodyText {
  texts: Map<string, string>;
  /** Whether `NaN` and `Infinity` had to be read as null. */
  lenient: boolean;
  /** The length in UTF-16 units. */
  size: number;
}

/** The same with its values. */
export interface ParsedBody extends BodyText {
  values: Record<string, unknown>;
}

/** What is said of a body that is no JSON. */
export const notJson = 'could not decode JSON body';

/** Hundreds of times as many as a job has. */
const mostKeys = 10_000;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body as one JSON object with its values, or says what is wrong with it. The `NaN` and `Infinity` that Python prints are no
 * JSON, but can be read as null (teuthology contract §1.4, §7.15).
 */
export function readBodyText(body: Uint8Array): ParsedBody | { problem: string } {
  let values: unknown;
  const read = readTexts(body, (text) => {
    values = parse(text);
    return values !== undefined;
  });
  return 'problem' in read ? read : { ...read, values: values as Record<string, unknown> };
}

/** The same without values: as much memory as the text, whatever it says. */
export function splitBodyText(body: Uint8Array): BodyText | { problem: string } {
  return readTexts(body, (text) => isJson(text, deepest));
}

/** JSON.parse takes any depth; what nests deeper than `maxDepth` is told so as long as it is not absurd. */
const deepest = 100_000;

function readTexts(body: Uint8Array, accepts: (text: string) => boolean): BodyText | { problem: string } {
  let text = decode(body);
  if (text === null) return { problem: notJson };
  const lenient = !accepts(text);
  if (lenient) {
    text = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) => (found[0] === '"' ? found : 'null'));
    if (!accepts(text)) return { problem: notJson };
  }
  if (!/^\s*\{/.test(text)) return { problem: 'the JSON body must be an object' };
  const texts = splitObject(text);
  if (texts === null) return { problem: `the JSON body nests deeper than ${maxDepth} levels` };
  if (texts.size > mostKeys) return { problem: `the JSON body has more than ${mostKeys} keys` };
  return { texts, lenient, size: text.length };
}

function decode(body: Uint8Array): string | null {
  try {
    return decoder.decode(body);
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
