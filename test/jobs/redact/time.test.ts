import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { processorMs } from "../../support/busy.ts";

const redact = makeRedactor();

describe("redaction", () => {
  test.each([
    "a",
    "token=",
    'password="',
    "pass:",
    "://a:b",
    "http://u:p@",
    "eyJaaaaaaaa.",
    "Authorization: Bearer ",
    "cookie=a;",
    "-----BEGIN PRIVATE KEY-----\n",
    "AAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n",
    "password: a b\n",
    "--token ",
    '"name":"TOKEN",',
    "0123456789abcdef",
    "token=)))",
    "=",
    "[[",
  ])("takes time in proportion to the text of %j", (piece) => {
    const text = piece.repeat(150_000 / piece.length);
    expect(processorMs(() => redact(text))).toBeLessThan(8000);
  });
});

describe("a megabyte", () => {
  test.each(["pass:", "http://u:p@", "epoch=3 step=12 loss=0.312 tokens/s=1843\n"])(
    "of %j is read within seconds",
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      expect(processorMs(() => redact(text))).toBeLessThan(10_000);
    },
  );
});
