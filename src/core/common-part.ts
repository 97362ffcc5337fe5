/** Configurations come from clients; none that is meant nests as deep as this. */
const deepest = 50;

/**
 * What JSON values have in common: of objects the keys that all of them have, with what their values have in common; of
 * anything else the value itself when it is the same in all. Undefined when there is nothing.
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
