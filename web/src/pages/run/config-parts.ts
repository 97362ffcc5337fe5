/** Reduces a configuration to the keys and values that contain a text, ignoring case, and everything that encloses them. Null if there are none. */
export function partsWith(value: unknown, text: string): unknown {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? value : (partOf(value, wanted) ?? null);
}

function partOf(value: unknown, wanted: string): unknown {
  if (Array.isArray(value)) {
    const parts = value.map((item) => partOf(item, wanted)).filter((item) => item !== undefined);
    return parts.length === 0 ? undefined : parts;
  }
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
      if (key.toLowerCase().includes(wanted)) return [[key, item]];
      const part = partOf(item, wanted);
      return part === undefined ? [] : [[key, part]];
    });
    return parts.length === 0 ? undefined : Object.fromEntries(parts);
  }
  return String(value).toLowerCase().includes(wanted) ? value : undefined;
}
