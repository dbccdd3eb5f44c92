/** What some model provider refuses or misreads in a schema. */
const FORBIDDEN_KEYS = [
  "anyOf",
  "oneOf",
  "allOf",
  "$ref",
  "$defs",
  "not",
  "prefixItems",
  "patternProperties",
];
const MAX_PATTERN_CHARS = 80;

/** Everything in a JSON Schema that not every client or provider accepts, with its place. */
export function schemaProblems(schema: object): string[] {
  return [...nodes(schema)].flatMap(([path, node]) =>
    problemsOf(node).map((problem) => `${path}: ${problem}`),
  );
}

/** The places where a schema is closed: a validating client would refuse a key added later. */
export function closedPlaces(schema: object): string[] {
  return [...nodes(schema)].flatMap(([path, node]) => (node.additionalProperties === false ? [path] : []));
}

/** The places of objects that take any key, which OpenAI's strict mode refuses. */
export function openMaps(schema: object): string[] {
  return [...nodes(schema)].flatMap(([path, node]) =>
    node.type === "object" && node.additionalProperties !== false ? [path] : [],
  );
}

function problemsOf(node: Record<string, unknown>): string[] {
  const { type, pattern } = node;
  const problems = FORBIDDEN_KEYS.filter((key) => key in node);
  if (Array.isArray(type)) problems.push(`several types: ${type.join(", ")}`);
  if (type === "null") problems.push("null");
  if (typeof pattern === "string" && pattern.length > MAX_PATTERN_CHARS) problems.push("long pattern");
  return problems;
}

/** Every schema inside a schema; the names of properties are no keywords and are passed over. */
function* nodes(node: unknown, path = "$"): Generator<[string, Record<string, unknown>]> {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node) && !path.endsWith(".properties")) yield [path, { ...node }];
  for (const [key, value] of Object.entries(node)) yield* nodes(value, `${path}.${key}`);
}
