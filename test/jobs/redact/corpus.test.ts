import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/redaction/${name}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# One line each"));

// Real prefixes are broken up in the file, so that no scanner takes the corpus for a leak.
const secretLines = fixture("secrets.txt").map((line) => line.replaceAll("·", ""));
const harmlessLines = fixture("harmless.txt");
const redact = makeRedactor();

describe("redacting lines with secrets", () => {
  test.each(secretLines)("hides the secret and nothing else of: %s", (marked) => {
    const printed = marked.replace(/[⟦⟧]/g, "");
    const expected = marked.replace(/⟦[^⟧]*⟧/g, "[redacted]");
    expect(redact(printed).text).toBe(expected);
    expect(redact(printed).hidden).toBe(expected.split("[redacted]").length - 1);
  });

  test("changes nothing more when done twice", () => {
    const once = redact(secretLines.join("\n").replace(/[⟦⟧]/g, ""));
    expect(redact(once.text)).toEqual({ text: once.text, hidden: 0 });
  });

  test("works in the middle of a line of a log as well", () => {
    const leaks = secretLines.filter((marked) => {
      if (/^\s*(?:ENV|set|#)/.test(marked)) return false;
      const printed = redact(`2026-11-22T10:00:00.000Z INFO ${marked.replace(/[⟦⟧]/g, "")}`).text;
      return [...marked.matchAll(/⟦([^⟧]*)⟧/g)].some(([, secret = ""]) => printed.includes(secret));
    });
    expect(leaks).toEqual([]);
  });

  test("holds enough of them", () => {
    expect(secretLines.length).toBeGreaterThanOrEqual(80);
    expect(harmlessLines.length).toBeGreaterThanOrEqual(80);
  });
});

describe("redacting harmless lines", () => {
  test.each(harmlessLines)("leaves as it is: %s", (line) => {
    expect(redact(line)).toEqual({ text: line, hidden: 0 });
  });

  test("leaves all of them as they are in one text", () => {
    const lines = harmlessLines.filter((line) => !line.startsWith("-----BEGIN"));
    expect(redact(lines.join("\n")).text.split("\n")).toEqual(lines);
  });
});
