/** The value of a JSON text; `undefined`, which no JSON text means, where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a parsed JSON value has under a key; undefined where it has none or is no object. */
export function field(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  // Any object may be indexed by a string; the value stays unknown.
  return (value as Record<string, unknown>)[key];
}
