import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WholeLines } from "../../../src/emulator/lifecycle/container.ts";

let log: string;
let lines: WholeLines;
beforeEach(() => {
  vi.useFakeTimers();
  log = "";
  lines = new WholeLines((chunk) => {
    log += Buffer.from(chunk).toString();
  });
});
afterEach(() => vi.useRealTimers());

const out = (text: string) => lines.push("stdout", Buffer.from(text));
const err = (text: string) => lines.push("stderr", Buffer.from(text));
const wait = () => vi.advanceTimersByTime(1000);

describe("the two streams of a container", () => {
  test("are joined line by line", () => {
    out("a");
    err("err\n");
    out("b\n");
    expect(log).toBe("err\nab\n");
    err("x");
    out("1\n2");
    err("y\n");
    lines.flush();
    expect(log).toBe("err\nab\n1\nxy\n2");
  });

  test("show the beginning of a line that takes its time, and go on with it", () => {
    out("Loading model... ");
    expect(log).toBe("");
    wait();
    expect(log).toBe("Loading model... ");
    out("50% ");
    expect(log).toBe("Loading model... 50% ");
    out("done\nnext");
    expect(log).toBe("Loading model... 50% done\n");
  });

  test("wait a moment for the end of a line that was begun, and then end it", () => {
    out("a");
    wait();
    err("err\n");
    out("b\n");
    expect(log).toBe("ab\nerr\n");
    out("c");
    wait();
    err("late\n");
    wait();
    expect(log).toBe("ab\nerr\nc\nlate\n");
    out("d\n");
    expect(log).toBe("ab\nerr\nc\nlate\nd\n");
  });

  test("hold no more than a piece of 16 kB, and lose nothing", () => {
    const long = "x".repeat(16 * 1024);
    out(long);
    expect(log).toBe(long);
    err(long);
    expect(log).toBe(`${long}\n${long}`);
    out("y\n");
    wait();
    expect(log).toBe(`${long}\n${long}\ny\n`);
  });
});
