import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Pipes } from "../../../src/emulator/run/pipes.ts";

let folder: string;
let pipes: Pipes;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pipes-test-"));
  pipes = new Pipes(join(folder, "pipes"));
});
afterEach(() => {
  pipes.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("pipes", () => {
  test("carry what is written, to the end, through a program", async () => {
    const [input, output] = [pipes.input(), pipes.output()];
    const child = spawn("wc", ["-c"], { stdio: [input.theirs, output.theirs, "ignore"] });
    for (const { theirs } of [input, output]) closeSync(theirs);
    input.ours.end("x".repeat(1_000_000));
    expect(await readText(output.ours)).toBe("1000000\n");
    expect(child.pid).toBeGreaterThan(0);
  });

  test("have no names once they are made, however many there were", () => {
    const made = Array.from({ length: 70 }, () => pipes.output());
    for (const { ours, theirs } of made) {
      closeSync(theirs);
      ours.destroy();
    }
    expect(readdirSync(pipes.folder).length).toBeLessThan(30);
    pipes.close();
    expect(existsSync(pipes.folder)).toBe(false);
  });

  test("say so where none can be made", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => new Pipes(join(folder, "file", "below")).input()).toThrow(/ENOTDIR/);
  });
});
