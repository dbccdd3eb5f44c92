import { describe, expect, test } from "vitest";
import { HeadTail } from "../../../src/client/exec/head-tail.ts";

describe("HeadTail", () => {
  test("keeps everything within the limit", () => {
    const kept = new HeadTail(10);
    kept.push(Buffer.from("hello"));
    kept.push(Buffer.from("world"));

    expect(kept.text()).toMatchObject({ head: "helloworld", tail: "", omittedBytes: 0, lead: "" });
  });

  test("keeps beginning and end of more, counting what is left out", () => {
    const kept = new HeadTail(8);
    for (let index = 0; index < 1000; index += 1) kept.push(Buffer.from(String(index % 10)));

    expect(kept.text()).toMatchObject({
      head: "0123",
      tail: "6789",
      omittedBytes: 992,
      lead: expect.stringMatching(/^\d+5$/),
    });
  });

  test("cuts between characters", () => {
    const kept = new HeadTail(10);
    kept.push(Buffer.from("ééé".repeat(20)));
    const { head, tail, omittedBytes } = kept.text();

    expect([head, tail]).toEqual(["éé", "éé"]);
    expect(omittedBytes).toBe(120 - 8);
  });
});
