import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MetricReader } from "../../../src/jobs/metrics/index.ts";
import { directionOf, isCircumstance } from "../../../src/jobs/metrics/names.ts";
import { pairsIn } from "../../../src/jobs/metrics/pairs.ts";
import { TableReader } from "../../../src/jobs/metrics/table.ts";
import { processorMs } from "../../support/busy.ts";

interface Case {
  form: string;
  lines: string[];
  expected: string;
}

function cases(): Case[] {
  const all: Case[] = [];
  let form = "";
  let lines: string[] = [];
  const text = readFileSync(new URL("../../fixtures/metrics.txt", import.meta.url), "utf8");
  for (const line of text.split("\n").slice(1)) {
    if (line.startsWith("## ")) form = line.slice(3);
    else if (line.startsWith(">")) {
      all.push({ form, lines, expected: line.slice(1).trim() });
      lines = [];
    } else if (line !== "") lines.push(line);
  }
  return all;
}

/** All that a reader would list by itself, in the order of lines. */
function found(lines: readonly string[]): string {
  const table = new TableReader();
  const values = lines.flatMap((line) => [...pairsIn(line), ...table.read(line)]);
  const measured = values.filter(
    ({ name, raw }) => directionOf(name) !== undefined || (raw.includes(".") && !isCircumstance(name)),
  );
  return measured.map(({ name, raw }) => `${name}=${raw}`).join(" ");
}

describe("metrics in lines", () => {
  test.each([...new Set(cases().map(({ form }) => form))])("are found as printed: %s", (form) => {
    for (const { lines, expected } of cases().filter((one) => one.form === form))
      expect(`${lines[0]}\n> ${found(lines)}`).toBe(`${lines[0]}\n> ${expected}`);
  });

  test("take time in proportion to the line", () => {
    const hard = [
      "a.".repeat(20_000),
      "loss ".repeat(8000),
      `${"x-".repeat(20_000)}=`,
      "| ".repeat(20_000),
      "1,".repeat(20_000),
    ];
    const took = processorMs(() => {
      for (const text of hard) new MetricReader().read({ text });
    });
    expect(took).toBeLessThan(1000);
  });
});

describe("a reader of metrics", () => {
  test("knows a metric by any spelling, its extremes, its end and where it stood", () => {
    const reader = new MetricReader();
    for (const [index, loss] of ["0.5", "0.2", "nan", "0.3"].entries())
      reader.read({ text: `step ${index} val/loss=${loss}`, time: `2026-11-28T10:00:0${index}Z` });
    const series = reader.get("Val_Loss");
    expect(series).toMatchObject({ name: "val/loss", count: 4, least: { raw: "0.2" }, most: { raw: "0.5" } });
    expect(series?.last).toEqual({
      value: 0.3,
      raw: "0.3",
      line: "step 3 val/loss=0.3",
      time: "2026-11-28T10:00:03Z",
    });
    expect(reader.get("loss")).toBeUndefined();
  });

  test("keeps at most 50 points of any history, evenly, with the last", () => {
    const reader = new MetricReader();
    for (let index = 0; index <= 10_003; index += 1) reader.read({ text: `loss=${index}.5` });
    const { values = [], every } = reader.get("loss")?.points ?? {};
    expect(values.length).toBeLessThanOrEqual(50);
    expect(values.length).toBeGreaterThan(25);
    expect(values.slice(0, 2)).toEqual([0.5, (every ?? 0) + 0.5]);
    expect(values.at(-1)).toBe(10_003.5);
  });

  test("takes a share for what it is, in percent or not", () => {
    const reader = new MetricReader();
    for (const text of ["acc=0.95", "acc=93.4%", "acc: 94 %"]) reader.read({ text });
    expect(reader.get("acc")).toMatchObject({ most: { raw: "0.95" }, least: { raw: "93.4%" } });
    expect(reader.get("acc")?.points.values).toEqual([0.95, 0.934, 0.94]);
  });

  test("has no extreme of what never was a number", () => {
    const reader = new MetricReader();
    for (const text of ["loss=nan", "loss=inf", "loss=-inf"]) reader.read({ text });
    expect(reader.get("loss")).toMatchObject({ least: undefined, most: undefined, last: { raw: "-inf" } });
  });

  test("lists what measures a result, the surest first, and holds few names", () => {
    const reader = new MetricReader();
    for (const text of ["x_once=0.5", "gnorm=1.5 lr=0.1 step_time=0.2 acc=1 shards: 64", "gnorm=1.6 lr=0.2"])
      reader.read({ text });
    for (let index = 0; index < 1000; index += 1) reader.read({ text: `key_${index}x=0.5` });
    expect(reader.metrics.map(({ name }) => name)).toEqual(["acc", "gnorm"]);
    expect([reader.get("lr")?.last.raw, reader.get("key_999x")]).toEqual(["0.2", undefined]);
  });
});

describe("a name", () => {
  test.each([
    ["min", "total_loss error_rate val/nll mean-rmse train_loss_epoch eval_loss_max wer"],
    ["max", "acc@5 mAP50-95 eval_f1_macro valAccuracy ep_rew_mean top5 max_score"],
    [undefined, "loss_scale loss_weight eval_accuracy_time lr learning_rate epoch gnorm port python"],
  ])("says which way is better: %s", (direction, names) => {
    for (const name of names.split(" ")) expect(`${name} ${directionOf(name)}`).toBe(`${name} ${direction}`);
  });
});
