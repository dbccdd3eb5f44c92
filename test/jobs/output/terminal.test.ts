import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { showOnTerminal, showText } from "../../../src/jobs/output/terminal.ts";
import { processorMs } from "../../support/busy.ts";

const ESC = "\u001b";

describe("showText", () => {
  test.each([
    ["plain text stays", "epoch 1 loss 0.5", "epoch 1 loss 0.5"],
    ["tabs and indentation stay", "\ta  b", "\ta  b"],
    ["colours go", `${ESC}[1;31mERROR${ESC}[0m: out of memory`, "ERROR: out of memory"],
    ["256 colours go", `${ESC}[38;5;196mred${ESC}[m`, "red"],
    ["a title goes", `${ESC}]0;my title\u0007text`, "text"],
    ["a hyperlink keeps its text", `${ESC}]8;;https://a.b${ESC}\\link${ESC}]8;;${ESC}\\`, "link"],
    ["cursor visibility goes", `${ESC}[?25lx${ESC}[?25h`, "x"],
    ["an 8-bit sequence goes", "\u009b31mred\u009b0m", "red"],
    ["a bell goes", "done\u0007", "done"],
    ["a carriage return before the line end changes nothing", "line\r", "line"],
    ["the last state of a bar stays", "10%|#  |\r50%|## |\r100%|###|", "100%|###|"],
    ["a shorter rewrite keeps the rest, as a terminal does", "abcdef\rXY", "XYcdef"],
    ["erasing to the end of the line is obeyed", `downloading 10%\r${ESC}[Kdone`, "done"],
    ["erasing the whole line is obeyed", `abc${ESC}[2K\rxy`, "xy"],
    ["erasing to the start is obeyed", `abc${ESC}[1Kd`, "   d"],
    ["backspaces are obeyed", "passs\b \bed", "passed"],
    ["cursor columns are obeyed", `abc${ESC}[1GX${ESC}[2CY`, "XbcY"],
    ["an unfinished sequence at the end goes", `text${ESC}[3`, "text"],
    ["an unfinished title loses no text", `${ESC}]0;no end of title`, "0;no end of title"],
    ["emoji and other scripts stay", "🎉 готово 完了", "🎉 готово 完了"],
    ["a stacked bar is rewritten above", `a\nb 1%${ESC}[A\ra2${ESC}[B\rb 2%`, "a2\nb 2%"],
    ["a screen clear does not glue frames", `${ESC}[2J${ESC}[Hone\n${ESC}[2J${ESC}[Htwo`, "one\ntwo"],
  ])("%s", (_name, printed, shown) => {
    expect(showText(printed)).toBe(shown);
  });

  test("folds a thousand states of a tqdm bar to the last", () => {
    const bar = Array.from(
      { length: 1000 },
      (_, i) => `\r${i / 10}%|█▍  | ${i}/1000 [00:01<00:02, 12.3it/s]`,
    );
    expect(showText(`${bar.join("")}\nnext`)).toBe("99.9%|█▍  | 999/1000 [00:01<00:02, 12.3it/s]\nnext");
  });

  test("never throws and leaves no control character on random bytes", () => {
    for (let round = 0; round < 200; round += 1) {
      const shown = showText(randomBytes(2000).toString("latin1"));
      expect(shown).not.toMatch(/[^\P{Cc}\t\n]/u);
    }
  });

  test.each([
    ["carriage returns", "\rab".repeat(350_000)],
    ["unfinished titles", `${ESC}]0`.repeat(350_000)],
    ["8-bit string starts", "\u009d".repeat(1_000_000)],
    ["unfinished sequences", `${ESC}[1;2;3`.repeat(150_000)],
    ["wide moves and erases", `${ESC}[999Cx\r${ESC}[K`.repeat(80_000)],
    ["erases to the start of a long line", `${"a".repeat(500_000)}${`${ESC}[1K`.repeat(120_000)}`],
    ["moves up", `x${ESC}[999A\n`.repeat(120_000)],
  ])("reads a megabyte of %s in bounded time", (_name, printed) => {
    expect(processorMs(() => showText(printed))).toBeLessThan(5000);
  });
});

describe("showOnTerminal", () => {
  test("says which print wrote a row last", () => {
    expect(showOnTerminal(["one", "two", `${ESC}[2A${ESC}[2Kuno`])).toEqual([
      { text: "uno", from: 2 },
      { text: "two", from: 1 },
      { text: "", from: 2 },
    ]);
  });

  test("does not mix a whole line into what stood on its row", () => {
    expect(showOnTerminal(["a long first line", `second${ESC}[A`, "x"]).map((line) => line.text)).toEqual([
      "a long first line",
      "x",
    ]);
  });
});
