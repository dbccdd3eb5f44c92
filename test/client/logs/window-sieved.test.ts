import { describe, expect, test, vi } from "vitest";
import type { Passed } from "../../../src/client/logs/sieved.ts";
import { type Ending, readWindow } from "../../../src/client/logs/window.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { archived, live, NOW, type Play, playedLog } from "../../support/played-log.ts";

/** Lines that came together. */
const block = (count: number, print = archived) =>
  Array.from({ length: count }, (_, index) => print(`${index}`)).join("");

/** Plays one block a millisecond. */
const blocks = (...texts: string[]): Play => ({
  frames: texts.map((text, index): [number, string] => [index + 1, text]),
  pongMs: 5,
});

async function read(play: Play, wants: (block: Buffer) => boolean = () => false) {
  fakeClock(NOW);
  const told: (string | number)[] = [];
  const window = {
    ...{ id: "job-1", where: {}, since: undefined, isOver: play.closesAtMs !== undefined },
    ...{ silence: { least: 3000, most: 3000 }, deadlineMs: 20_000 },
    sieve: { wants, passed: ({ passed }: Passed) => void told.push(passed) },
  };
  const reading = readWindow(playedLog([play]).at, window, ({ text }) => told.push(text) > 0);
  await vi.runAllTimersAsync();
  return { end: await reading, told };
}

describe("a log that is read through a sieve", () => {
  test("counts the lines it passes, and tells the last ones", async () => {
    const { end, told } = await read({ ...blocks(block(200), block(200), block(100)), closesAtMs: 4 });

    expect(told).toHaveLength(2 + 150);
    expect([...told.slice(0, 3), told.at(-1)]).toEqual([200, 150, "150", "99"]);
    expect(end).toMatchObject({ ending: "closed", linesRead: 500 });
  });

  test.for<[string, string[], Ending]>([
    ["the mark in what nobody wants", [`${block(10)}SEPARATOR\n`], "caught_up"],
    ["the mark alone", ["SEPARATOR\n"], "caught_up"],
    ["the time of what is passed", [block(200, live), block(200)], "caught_up"],
    ["the lack of both", [block(200), block(200)], "quiet"],
  ])("knows by %s which part it comes from", async ([, texts, ending]) => {
    const { end, told } = await read(blocks(...texts));

    expect(end.ending).toBe(ending);
    expect(told.reduce<number>((sum, lines) => sum + (typeof lines === "number" ? lines : 1), 0)).toBe(
      end.linesRead,
    );
  });

  test("asks the sieve of each block", async () => {
    const wants = (bytes: Buffer) => bytes.includes(" 299\n");
    const { told } = await read({ ...blocks(block(200), block(300)), closesAtMs: 3 }, wants);

    expect(told).toHaveLength(1 + 150 + 300);
    expect(told.slice(0, 2)).toEqual([50, "50"]);
  });
});
