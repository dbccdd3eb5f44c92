import { describe, expect, test } from "vitest";
import { Closers } from "../src/closers.ts";
import { gate } from "./support/gate.ts";

describe("closers", () => {
  test("close in reverse order, also what is added meanwhile", async () => {
    const closed: string[] = [];
    const closers = new Closers(60_000);
    const closer = (name: string) => async () => void closed.push(name);
    closers.push(closer("first"));
    closers.push(async () => {
      closers.push(closer("late"));
    });
    closers.push(closer("last"));
    expect(closers.signal.aborted).toBe(false);
    await closers.close();
    expect(closed).toEqual(["last", "late", "first"]);
    expect(closers.signal.aborted).toBe(true);
  });

  test("let everybody wait for the same end", async () => {
    const { open, opened } = gate();
    const closers = new Closers(60_000);
    closers.push(() => opened);
    const ends: string[] = [];
    const both = ["one", "other"].map((name) => closers.close().then(() => ends.push(name)));
    await new Promise(setImmediate);
    expect(ends).toEqual([]);
    open();
    await Promise.all(both);
  });

  test("leave behind what hangs", async () => {
    const closers = new Closers(1);
    closers.push(() => new Promise(() => undefined));
    // Keeps the process, as its deadline does not.
    const held = setInterval(() => undefined, 1000);
    await closers.close();
    clearInterval(held);
  });
});
