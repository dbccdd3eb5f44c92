import fc from "fast-check";

/** JSON values that no schema expects, as text: some, like `1e400`, are more than a number can hold. */
const ODD = [
  ...["null", "true", "false", "0", "-1", "1.5", "1e400", "-1e400", "1e308", "9007199254740994", "NaN", "-0"],
  ...[
    "[]",
    "{}",
    "[null]",
    "[[]]",
    '[{"id":1}]',
    '{"__proto__":{"id":1}}',
    '{"constructor":{"prototype":{}}}',
  ],
  ...[
    '""',
    '" "',
    '"1"',
    '"-5"',
    '"1e400"',
    '"0x10"',
    '"true"',
    '"constructor"',
    '"__proto__"',
    '"toString"',
  ],
  ...['"paused"', '"running"', '"\\u001b[2J"', '"\\ud800"', '"a\\nb"', '"\\u0000"', '"\\u202e"', '"é🚀"'],
  ...['"http://["', '"javascript:alert(1)"', '"//"', '"job://"', '"storage:"', '"%zz"', '"../.."', '":"'],
  ...['"0001-01-01T00:00:00Z"', '"-271821-04-20T00:00:00Z"', '"+275760-09-13T00:00:00Z"'],
  ...['"9999-12-31T23:59:59.999999+00:00"', '"2026-02-30T00:00:00Z"', '"2026"', '"1"', '"yesterday"'],
  JSON.stringify("A".repeat(100_000)),
  `[${Array(2000).fill('"x"').join(",")}]`,
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
  `{${Array.from({ length: 500 }, (_, index) => `"k${index}":${index}`).join(",")}}`,
];

export const oddJson = fc.constantFrom(...ODD);

type Change =
  | { kind: "value"; text: string }
  | { kind: "gone" | "twice" }
  | { kind: "beside"; name: string; text: string };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: oddJson.map((text) => ({ kind: "value" as const, text })) },
  { weight: 2, arbitrary: fc.constantFrom({ kind: "gone" as const }, { kind: "twice" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("beside" as const),
      name: fc.constantFrom("__proto__", "constructor", "toString", "", "length", "error", "a\u0000"),
      text: oddJson,
    }),
  },
);

/** Changes a JSON text, or several in lines, at places of any depth. */
export type Spoil = (body: string) => string;

/** One to three changes; the same ones for the same body. */
export const spoilt: fc.Arbitrary<Spoil> = fc
  .array(fc.tuple(fc.nat(100_000), change), { minLength: 1, maxLength: 3 })
  .map((changes) => {
    const spoil = (body: string) => spoilBody(body, changes);
    return Object.assign(spoil, { toString: () => JSON.stringify(changes).slice(0, 400) });
  });

function spoilBody(body: string, changes: [number, Change][]): string {
  const lines = body.split("\n");
  const written = lines.filter((line) => line.trim() !== "");
  const ends = body.endsWith("\n") ? "\n" : "";
  const spoilLine = (line: string, index: number) => {
    const mine = changes.filter(([place]) => place % written.length === index);
    return mine.length === 0
      ? line
      : spoilJson(
          line,
          mine.map(([place, one]) => [Math.floor(place / written.length), one]),
        );
  };
  return written.map(spoilLine).join("\n") + ends;
}

const MARK = "@odd-json-";

function spoilJson(line: string, changes: [number, Change][]): string {
  const root = { value: JSON.parse(line) as unknown };
  const texts: string[] = [];
  for (const [place, one] of changes) {
    const places = placesIn(root);
    const [owner, key] = places[place % places.length] ?? [root, "value"];
    const mark = (text: string) => `${MARK}${texts.push(text) - 1}@`;
    if (one.kind === "value") Reflect.set(owner, key, mark(one.text));
    else if (one.kind === "beside") define(owner, one.name, mark(one.text));
    else if (one.kind === "gone") remove(owner, key);
    else if (Array.isArray(owner)) owner.push(Reflect.get(owner, key));
  }
  return JSON.stringify(root.value).replaceAll(
    new RegExp(`"${MARK}(\\d+)@"`, "g"),
    (_, index: string) => texts[Number(index)] ?? "",
  );
}

/** Objects and arrays with the keys of what they hold, all the way down. */
function placesIn(value: unknown): [object, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key): [object, string][] => [
    [value, key],
    ...placesIn(Reflect.get(value, key)),
  ]);
}

/** A key of `__proto__` too, as a parser of JSON makes it. */
function define(owner: object, name: string, value: unknown): void {
  if (Array.isArray(owner)) owner.push(value);
  else Object.defineProperty(owner, name, { value, enumerable: true, configurable: true, writable: true });
}

function remove(owner: object, key: string): void {
  if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else Reflect.deleteProperty(owner, key);
}
