import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeJson } from "../../../src/emulator/http/python-decoder.ts";
import { decodeUtf8 } from "../../../src/emulator/http/utf8.ts";

interface Golden {
  json: { text: string; error: string }[];
  utf8: { hex: string; error: string }[];
}

const golden: Golden = JSON.parse(readFileSync("test/fixtures/platform/decoder.json", "utf8"));

describe("JSON that the platform cannot read", () => {
  test.each(golden.json)("is refused with the platform's text: $text", ({ text, error }) => {
    expect(() => decodeJson(text)).toThrow(new SyntaxError(error));
  });

  test("is refused, not followed, when it is nested without end", () => {
    expect(() => decodeJson("[".repeat(200_000))).toThrow(/^maximum recursion depth exceeded/);
  });
});

describe("JSON that the platform reads", () => {
  test.each<[string, unknown]>([
    [
      '{"a": [1, -0.5, 1e3, "\\u00e9\\"", null, true, false, {}]}',
      { a: [1, -0.5, 1000, 'é"', null, true, false, {}] },
    ],
    ["[NaN, Infinity, -Infinity]", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    [' { "a" : NaN , "b" : [ ] } ', { a: Number.NaN, b: [] }],
    ['{"a\\tb": "\\ud83d\\ude00", "c": -NaN}'.replace("-NaN", "NaN"), { "a\tb": "😀", c: Number.NaN }],
  ])("is read: %s", (text, value) => {
    expect(decodeJson(text)).toEqual(value);
  });
});

describe("bytes that are no UTF-8", () => {
  test.each(golden.utf8)("are refused with the platform's text: $hex", ({ hex, error }) => {
    expect(() => decodeUtf8(Buffer.from(hex, "hex"))).toThrow(new SyntaxError(error));
  });
});
