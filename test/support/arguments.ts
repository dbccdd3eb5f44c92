import fc from "fast-check";

/** As much of JSON Schema as `tools/list` uses. */
export interface ArgumentSchema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: ArgumentSchema[];
  items?: ArgumentSchema;
  properties?: Record<string, ArgumentSchema>;
  required?: string[];
}

/** Texts of any meaning. Fixed ones, since some are run by a shell: a random one might do harm. */
const TEXTS = [
  ...[
    "real",
    "true",
    "",
    " ",
    "-1",
    "1e999",
    "2h",
    "cpu-small",
    "ubuntu",
    "null",
    "[]",
    "{}",
    "*",
    "__proto__",
    "constructor",
  ],
  ...[
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u001b[2J",
    "\u202e\u2066",
    "é🚀",
    "\r\n",
    "/",
    "../../etc/passwd",
    "/tmp/\0",
  ],
  ...[
    "job://default/acme/vision/real",
    "image:a:b:c",
    "storage:a:/b:rw",
    "disk:x:/y:ro:z",
    "secret:s:/t",
    "://",
    "%",
    "%00",
    "%zz",
  ],
  ...[
    "job-00000000-0000-4000-8000-000000000000",
    "2026-13-45T99:99:99Z",
    "(",
    "[a-",
    "(a+)+$",
    "\\",
    "A".repeat(20_000),
  ],
];
const text = fc.constantFrom(...TEXTS);
const number = fc.constantFrom(0, 1, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308);

/** Each level is another one deeper, as JSON: nothing here may recurse. */
function nested(depth: number): unknown {
  return JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
}

/** What no schema asks for. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  text,
  number,
  fc.constantFrom(null, true, [], {}, [null], [[]], nested(50), nested(1500), Array(3000).fill("x")),
  fc
    .constantFrom('{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{}}}', '{"length":-1}')
    .map((json) => JSON.parse(json) as unknown),
  fc.jsonValue({ maxDepth: 3, noUnicodeString: false }),
);

function meant({ type, enum: options, anyOf, items, properties }: ArgumentSchema): fc.Arbitrary<unknown> {
  if (options !== undefined) return fc.constantFrom(...options);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(meant));
  switch (Array.isArray(type) ? type[0] : type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return number;
    case "array":
      return fc.array(meant(items ?? {}), { maxLength: 3 });
    case "object":
      return properties === undefined
        ? fc.dictionary(text, fc.oneof(text, junk), { maxKeys: 3 })
        : argumentsOf({ properties });
    default:
      return text;
  }
}

/** Arguments a tool might get: of its schema mostly, with junk among them and under names it does not know. */
export function argumentsOf({ properties = {}, required = [] }: ArgumentSchema): fc.Arbitrary<object> {
  const parts = Object.entries(properties).map(([name, schema]) => {
    // A valid one would only make the test wait.
    const value = name === "wait_seconds" ? fc.constantFrom<unknown>(0, -1, "0", "x") : meant(schema);
    const absent = { weight: required.includes(name) ? 1 : 40, arbitrary: fc.constant(undefined) };
    const given = fc.oneof(absent, { weight: 18, arbitrary: value }, { weight: 1, arbitrary: junk });
    return given.map((one) => [name, one] as const);
  });
  const unknown = fc.tuple(
    fc.constantFrom("__proto__", "constructor", "toString", "", "job", "Jobs", "a\0"),
    junk,
  );
  const nothing = { weight: 9, arbitrary: fc.constant(["", undefined] as const) };
  const extra = fc.oneof(nothing, { weight: 1, arbitrary: unknown });
  return fc.tuple(...parts, extra).map((entries) => {
    // `fromEntries` makes a key of `__proto__` too, as a parser of JSON does.
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  });
}
