import { describe, expect, test } from "vitest";
import { LineSplitter } from "../../../src/client/http/ndjson.ts";

const bytes = (text: string) => Buffer.from(text);

describe("LineSplitter", { tags: "hostility" }, () => {
  test("puts a character together that was cut anywhere", () => {
    const text = "naïve 🚀\nпривет\n";
    for (let cut = 0; cut <= bytes(text).length; cut += 1) {
      const splitter = new LineSplitter("Listing jobs");
      const whole = bytes(text);
      const lines = [...splitter.push(whole.subarray(0, cut)), ...splitter.push(whole.subarray(cut))];
      expect(lines).toEqual(["naïve 🚀", "привет"]);
    }
  });

  test("keeps what has no newline yet", () => {
    const splitter = new LineSplitter("Listing jobs");

    expect(splitter.push(bytes("a\nb"))).toEqual(["a"]);
    expect(splitter.rest()).toBe("b");
  });

  test.each(["abcdefgh", "ab\nabcde\nc", "abcde\n"])("fails at a line that is too long in %j", (text) => {
    expect(() => new LineSplitter("Listing jobs", 4).push(bytes(text))).toThrow("a line that never ends");
  });
});
