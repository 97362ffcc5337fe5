/** Configurations come from clients; no sensible one nests deeper than this. */
const deepest = 50;

/**
 * The common part of JSON values: of objects, the keys that all of them have with the common part of their values; of
 * anything else, the value itself if it is the same everywhere. Undefined when nothing is common.
 */
export function commonPart(values: readonly unknown[], depth = 0): unknown {
  const [first, ...others] = values;
  if (!values.every(isObject) || depth === deepest) {
    const text = JSON.stringify(first);
    return others.every((other) => JSON.stringify(other) === text) ? first : undefined;
  }
  const common: [string, unknown][] = [];
  for (const key of Object.keys(first as object)) {
    if (!values.every((value) => Object.hasOwn(value, key))) continue;
    const part = commonPart(
      values.map((value) => value[key]),
      depth + 1,
    );
    if (part !== undefined) common.push([key, part]);
  }
  // From entries: a key named __proto__ must stay a key.
  return common.length > 0 ? Object.fromEntries(common) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
