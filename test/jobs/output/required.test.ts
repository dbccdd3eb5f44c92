import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { requiredPart } from "../../../src/jobs/output/required.ts";

const PATTERNS = [
  ..."RuntimeError|CUDA out of memory;step=\\d*99999 ;\\d{3};^error$;(foo|bar)baz;a+b;x(?:y|z)+w;ab{0}c".split(
    ";",
  ),
  ..."(a|)b;nan|inf;loss: nan(?:, |$);loss=0\\.1[0-9]+;\\bKilled\\b;a{b};[^a]bc;x?y;a.b;(a+)+$;a{2,3}c".split(
    ";",
  ),
  ..."(?:ab){2}c;é+x;[a-c]\\s\\w;(?P<n>ok)$;a\\.b|\\[x\\];(?:a|b|)c+d".split(";"),
];
const TEXTS = [
  "RuntimeError: x, CUDA out of memory, step=99999 step=1999991 step=599999 ",
  ..."error;foobaz barbaz;aab ab b;xyzw xyw xw;ac abc;nan;inf;loss: nan;loss: nan, x;loss=0.12;Killed;Killedx".split(
    ";",
  ),
  ..."a{b};xbc bc 😀bc;xy y;a😀b a.b;aaa;aac aaac ac;ababc abc;ééx x;b 1 c_;ok;OK;ERROR;12 123".split(";"),
];

describe("requiredPart", () => {
  test.for([false, true])("is in every text that matches, with case ignored: %s", (ignoreCase) => {
    const missed = PATTERNS.flatMap((pattern) => {
      const re2 = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
      const part = requiredPart(pattern, { ignoreCase });
      return TEXTS.filter((text) => re2.test(text) && part?.test(text) === false).map((text) => [
        pattern,
        text,
      ]);
    });
    expect(missed).toEqual([]);
  });

  test.for([
    ["RuntimeError|CUDA out of memory", "RuntimeError|CUDA out of memory"],
    ["step=\\d*99999 ", "99999 "],
    ["^\\d{9}$", "\\d{9}"],
    ["a+b", "ab"],
    ["loss=0\\.1[0-9]+", "loss=0\\.1[0-9]"],
  ] as const)("of %s is %s", ([pattern, source]) => {
    expect(requiredPart(pattern)?.source).toBe(source);
  });

  test.for([".*", "(?i)foo", "[[:alpha:]]x", "a|", "[]a]", "a\\Qb", "\\pL", "(?:)", "x*"])(
    "of %s is not known",
    (pattern) => {
      expect(requiredPart(pattern)).toBeUndefined();
    },
  );
});
