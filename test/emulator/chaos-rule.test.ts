import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";
import { type AcceptedRule, readChaosFile } from "../../src/emulator/chaos.ts";
import type { ChaosRule } from "../../src/emulator/chaos-rule.ts";
import { snippets } from "../support/documents.ts";

test("the file of faults that is documented is taken", () => {
  const folder = mkdtempSync(join(tmpdir(), "chaos-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const page = readFileSync("docs/emulator.md", "utf8");
  const shown = snippets(page).find(({ language }) => language === "json");
  const file = join(folder, "chaos.json");
  writeFileSync(file, shown?.text ?? "");
  const kinds = readChaosFile(file).map((rule) => rule.do.kind);
  const listed = Array.from(page.matchAll(/^\| `(\w+)`/gm), ([, kind]) => kind);
  expect(listed).toEqual(expect.arrayContaining(kinds));
  expect(kinds.length).toBeGreaterThan(5);
});

test("the types of the faults are what their schemas take", () => {
  expectTypeOf<ChaosRule>().toExtend<AcceptedRule>();
  expectTypeOf<AcceptedRule>().toExtend<ChaosRule>();
});
