import { describe, expect, test } from "vitest";
import { makeRedactor, redactPart } from "../../../src/jobs/redact/index.ts";

const redact = makeRedactor(["a secret of words"]);

describe("a part of a text", () => {
  test.each([
    '{"user": "bob", "password": "correcthorse", "port": 1}',
    "db:\n  password: correcthorse\n  port: 1",
    "run --password correcthorse --port 1",
    "Authorization: Bearer correcthorse1\nAccept: a",
    "- name: DB_PASSWORD\n  value: correcthorse\n",
    "machine x\nlogin bob\npassword correcthorse",
    "it is a secret of words indeed",
  ])("shows of %j what a whole reading shows, wherever it is cut", (text) => {
    const whole = redact(text).text;
    for (let cut = 0; cut <= text.length; cut += 1) {
      const [before, after] = [text.slice(0, cut), text.slice(cut)];
      const parts = [redactPart(redact, before, { after }), redactPart(redact, after, { before })];
      const [first = "", last = ""] = parts.map((part) => part.text);
      expect(whole.startsWith(first), first).toBe(true);
      expect(whole.endsWith(last), last).toBe(true);
      // A mark at the cut is in both.
      expect([whole, whole.replace("[redacted]", "[redacted][redacted]")]).toContain(first + last);
    }
  });

  test("counts the secrets that reach into it", () => {
    const [before, text, after] = ["a secret of words, a sec", "ret of words\na sec", "ret of words"];
    expect(redactPart(redact, text, { before, after })).toEqual({
      text: "[redacted]\n[redacted]",
      hidden: 2,
    });
    expect(redactPart(redact, "none", { before, after: "" })).toEqual({ text: "none", hidden: 0 });
  });

  test("hides the body of a key that begins before it and ends behind it", () => {
    const lines = ["MIIEpAIBAAKCAQEA7bq0Zx0nq9v0Yb3n", "q8f1Q2w3E4r5T6y7U8i9O0pAsDfGhJkL"];
    const before = `-----BEGIN PRIVATE KEY-----\n${lines[0]}\nq8f1`;
    const text = `${lines[0]}\n${lines[1]}\n`;
    const expected = { text: "[redacted]\n[redacted]\n", hidden: 1 };
    expect(redactPart(redact, text, { before })).toEqual(expected);
    expect(redactPart(redact, text, { before: `${lines[1]}\n`, inKey: 100 })).toEqual(expected);
    expect(redactPart(redact, text, { after: `${lines[1]}\n-----END PRIVATE KEY-----` })).toEqual(expected);
  });
});
