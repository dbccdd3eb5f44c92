import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command } from "../support/command.ts";

test("demo shows an agent's work in an emulator of its own, and leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "demo-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { code, stdout, stderr } = await command(["demo"], { env: { TMPDIR: folder, HOME: folder } });

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/What they make is in .*> job_start .*FileNotFoundError.*Done in/s);
  expect(readdirSync(folder).filter((name) => name.startsWith("apolo"))).toEqual([]);
});
