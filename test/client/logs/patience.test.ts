import { describe, expect, test } from "vitest";
import { Patience, silenceOfPart } from "../../../src/client/logs/patience.ts";

const openedIn = (ms: number) => new Patience({ askedMs: 1000 - ms, openedMs: 1000 });
const quiet = (patience: Patience) => patience.quietMs({ isLive: false });

describe("patience with a silent archive", () => {
  test("is short where all was fast, and long where anything was slow", () => {
    const heardAt = (openMs: number, ...times: number[]) => {
      const patience = openedIn(openMs);
      for (const ms of times) patience.heard(1000 + ms);
      return quiet(patience);
    };
    expect(heardAt(5, 3, 4, 6)).toBe(150);
    expect(heardAt(50, 3, 4, 6)).toBe(300);
    expect(heardAt(5, 70, 71)).toBe(420);
    expect(heardAt(5, 3, 83, 84)).toBe(480);
    expect(heardAt(5, 3, 2000)).toBe(600);
  });

  test("knows how long the first bytes took, whatever came later", () => {
    const patience = openedIn(5);
    expect([patience.isHeard, patience.firstMs]).toEqual([false, 0]);
    for (const ms of [1030, 1090]) patience.heard(ms);
    expect([patience.isHeard, patience.firstMs]).toEqual([true, 30]);
  });

  test("does not grow with a live part that pauses as it likes", () => {
    const patience = openedIn(5);
    patience.heard(9000);
    expect(patience.quietMs({ isLive: true })).toBe(150);
  });
});

describe("patience with a log that has said nothing", () => {
  test("counts from its opening, by how fast that was", () => {
    const silence = { least: 50, most: 300 };
    expect(openedIn(5).firstLeftMs(silence, 1010)).toBe(40);
    expect(openedIn(20).firstLeftMs(silence, 1010)).toBe(110);
    expect(openedIn(400).firstLeftMs(silence, 1010)).toBe(290);
    expect(openedIn(5).firstLeftMs({ least: 3000, most: 3000 }, 1000)).toBe(3000);
    expect(openedIn(5).firstLeftMs(silence, 2000)).toBe(0);
  });
});

describe("patience with a part of a log", () => {
  test("is longer where first bytes took long, up to that of the whole", () => {
    const whole = { least: 3000, most: 3000 };
    expect(silenceOfPart(whole, 0)).toEqual({ least: 50, most: 300 });
    expect(silenceOfPart(whole, 20)).toEqual({ least: 80, most: 300 });
    expect(silenceOfPart(whole, 200)).toEqual({ least: 800, most: 800 });
    expect(silenceOfPart(whole, 9000)).toEqual(whole);
    expect(silenceOfPart({ least: 20, most: 200 }, 0)).toEqual({ least: 50, most: 200 });
  });
});
