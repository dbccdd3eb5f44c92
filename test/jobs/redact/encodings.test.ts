import { describe, expect, test } from "vitest";
import { base64Forms, hexForms, patternOf } from "../../../src/jobs/redact/encodings.ts";

const matches = (value: string, text: string) => new RegExp(`^(?:${patternOf(value)})$`).test(text);
const slashes = (count: number) => "\\".repeat(count);

describe("the pattern of a value", () => {
  test.each<[string, string[], string[]]>([
    ["a.b~c-d_e", ["a.b~c-d_e"], ["a,b~c-d_e", "a\\.b~c-d_e"]],
    ["\\a", ["\\a", `${slashes(2)}a`, `${slashes(8)}a`, "%5Ca", "%5ca", "%255Ca"], ["a", `${slashes(9)}a`]],
    [`${slashes(2)}a`, [2, 4, 16].map((count) => `${slashes(count)}a`), ["\\a", "%5Ca", `${slashes(17)}a`]],
    [`${slashes(2)}a`, ["%5C%5Ca", "%255C%255Ca"], ["%5C%5C%5Ca", "\\%5Ca"]],
    [`a${slashes(2)}`, [2, 4, 16].map((count) => `a${slashes(count)}`), ["a", "a\\", `a${slashes(17)}`]],
    ['"', ['"', '\\"', `${slashes(7)}"`, "&quot;", "&amp;quot;", "&#34;", "&#x22;"], [`${slashes(8)}"`, "+"]],
    ['"', ["\\u0022", "\\\\u0022", "%22", "%2522"], ["u0022", "\\u22", "\\%22"]],
    ['\\"', ['\\"', '\\\\\\"', '\\\\"', "\\&quot;", "%5C%22", "\\\\\\u0022"], ['"', "&quot;", "\\u0022"]],
    [
      "\n",
      ["\n", "\r\n", "\\n", "\\\\n", "%0A", "%0a", "&#10;", "&#xA;", "\\u000a", `${slashes(8)}n`],
      ["n", "\r", "\r\r", `${slashes(9)}n`],
    ],
    ["\r", ["\r", "\\r", "%0D", "\\u000D"], ["r", "\\n"]],
    ["\t", ["\t", "\\t", "%09", "&#9;", "&#x9;", "&#x009;"], ["t", " "]],
    [" ", [" ", "+", "%20", "\\u0020"], ["_", "%2B", "\r\n"]],
    ["+", ["+", "\\+", "%2B", "%2b", "%2525252B"], [" ", "%20", "%252525252B"]],
    [
      "😀",
      ["😀", "\\ud83d\\ude00", "\\\\uD83D\\\\uDE00", "%F0%9F%98%80", "&#128512;", "&#x1F600;"],
      ["&#55357;"],
    ],
    ["'", ["'", "\\'", "'\\''", "'\\\\''", `'"'"'`, "&apos;", "&#39;", "&#x27;", "&#x0027;"], ["''", '"']],
    ["'".repeat(7), ["'\\''".repeat(7)], []],
    ["'".repeat(8), ["'".repeat(8), "&#39;".repeat(8)], ["'\\''".repeat(8)]],
  ])("%j is matched by its forms alone", (value, forms, others) => {
    for (const form of forms) expect.soft(matches(value, form), form).toBe(true);
    for (const other of others) expect.soft(matches(value, other), other).toBe(false);
  });

  test.each([..."$*+?^{}()|[]/@#!%&=;:,<>"])("%s stands for nothing but itself", (sign) => {
    expect(matches(`a${sign}b`, `a${sign}b`)).toBe(true);
    for (const other of ["ab", "a", "aab", "axb", "a-b", "a\r\nb", `a'"'"'b`, "a\\b"])
      expect(matches(`a${sign}b`, other)).toBe(false);
  });
});

describe("base64 of a value", () => {
  test("is that of the value alone, in both alphabets, without padding", () => {
    expect(base64Forms("a-value?>").slice(0, 2)).toEqual(["YS12YWx1ZT8+", "YS12YWx1ZT8-"]);
    expect(base64Forms("a-value?>1").slice(0, 2)).toEqual(["YS12YWx1ZT8+MQ", "YS12YWx1ZT8-MQ"]);
    expect(base64Forms("a-value?>12").slice(0, 2)).toEqual(["YS12YWx1ZT8+MTI", "YS12YWx1ZT8-MTI"]);
  });

  test("is within something longer what only its own bytes decide", () => {
    const forms = base64Forms("Tr0ub4dor");
    for (const [before, after] of ["", "x", "xy", "~~~", "ÿÿ"].flatMap((one) => [
      [one, "a"],
      [one, "ÿ"],
      [one, "~~"],
    ])) {
      const whole = Buffer.from(`${before}Tr0ub4dor${after}`).toString("base64");
      const longest = forms.filter((form) => whole.includes(form)).sort((a, b) => b.length - a.length)[0];
      expect(longest?.length).toBeGreaterThanOrEqual(11);
    }
  });

  test("is not looked for of less than eight bytes", () => {
    expect(base64Forms("1234567")).toEqual([]);
    expect(base64Forms("12345678")).not.toEqual([]);
    expect(base64Forms("ÿÿÿÿ")).not.toEqual([]);
  });
});

test("hexadecimal digits of a value are of all its bytes, and of its letters, in either case", () => {
  expect(hexForms("a+kn:own")).toEqual([
    "612b6b6e3a6f776e",
    "612B6B6E3A6F776E",
    "616b6e6f776e",
    "616B6E6F776E",
  ]);
  expect(hexForms("1234567")).toEqual([]);
});
