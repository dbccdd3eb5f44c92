import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";
import { mayBeginInKey } from "../../../src/jobs/redact/private-keys.ts";
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
    "Cookie: a=",
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

describe("lines as long as a command may be", () => {
  test.each(["docker ", "docker -p ", "echo ", "curl "])("of %j take time in proportion to them", (piece) => {
    const line = `${piece.repeat(3900 / piece.length)} -p x`;
    expect(processorMs(() => redact(`${line}\n`.repeat(20)))).toBeLessThan(4000);
  });
});

describe("whether lines may begin inside a key", () => {
  test.each(["d", "aB1", "/", "=", "+", "-", '"', " ", "d "])(
    "takes one look at a long line of %j",
    (piece) => {
      const line = piece.repeat(256_000 / piece.length);
      expect(processorMs(() => mayBeginInKey([`${line} !`, `x.${line}!`, `${line}.`]))).toBeLessThan(4000);
    },
  );
});
