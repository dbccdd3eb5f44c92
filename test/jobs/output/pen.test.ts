import { describe, expect, test } from "vitest";
import { cleanLines } from "../../../src/jobs/output/lines.ts";
import { penAfter } from "../../../src/jobs/output/pen.ts";
import { showOnTerminal } from "../../../src/jobs/output/terminal.ts";
import { makeRedactor } from "../../../src/jobs/redact/index.ts";

const ESC = "\u001b";

describe("a pen", () => {
  test.each([
    ["31", { color: 1 }],
    ["1;92;44", { bold: true, color: 10, background: 4 }],
    ["38;5;208", { color: 208 }],
    ["48;2;1;2;255", { background: "#0102ff" }],
    ["38:2::1:2:3", { color: "#010203" }],
    ["38:2:1:2:3", { color: "#010203" }],
    ["38;5;999", {}],
    ["31;0;4", { underline: true }],
    ["31;", { color: 1 }],
    ["?25", {}],
  ])("knows %s", (parameters, pen) => {
    expect(penAfter({}, parameters)).toEqual(pen);
  });

  test("ends what it is told to", () => {
    const pen = penAfter({}, "1;2;3;4;7;31;41");
    expect(penAfter(pen, "22;23;24;27;39;49")).toEqual({});
    expect(penAfter(pen, "")).toEqual({});
  });
});

describe("lines on a terminal", () => {
  test("tell where they have colours, if that is asked for", () => {
    const printed = [`a ${ESC}[31mred`, `on${ESC}[0m é😀${ESC}[1mb`, "plain"];
    expect(showOnTerminal(printed, { colors: true })).toEqual([
      { text: "a red", from: 0, runs: [{ from: 2, to: 5, color: 1 }] },
      {
        text: "on é😀b",
        from: 1,
        runs: [
          { from: 0, to: 2, color: 1 },
          { from: 6, to: 7, bold: true },
        ],
      },
      { text: "plain", from: 2, runs: [{ from: 0, to: 5, bold: true }] },
    ]);
    expect(showOnTerminal(printed).every(({ runs }) => runs === undefined)).toBe(true);
  });

  test("tell nothing of a line in which a secret is hidden", () => {
    const printed = [{ text: `${ESC}[31mtoken hun${ESC}[32mter2secret` }, { text: `${ESC}[0m${ESC}[31mred` }];
    const [hidden, shown] = cleanLines(printed, makeRedactor(["hunter2secret"]), { colors: true });
    expect(hidden?.text).not.toContain("hunter2");
    expect(hidden?.runs).toBeUndefined();
    expect(shown?.runs).toEqual([{ from: 0, to: 3, color: 1 }]);
  });
});
