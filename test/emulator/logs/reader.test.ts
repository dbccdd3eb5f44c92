import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LogReader } from "../../../src/emulator/logs/reader.ts";

test.each(["job.log", "job.times"])("lets go of %s when the other file is not there yet", (only) => {
  const folder = mkdtempSync(join(tmpdir(), "log-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, only), "");

  const file = LogReader.open({ text: join(folder, "job.log"), index: join(folder, "job.times") });

  expect(file).toBeUndefined();
  expect(openFiles().filter((path) => path.startsWith(folder))).toEqual([]);
});

function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // The descriptor of the listing itself is gone by now.
      return [];
    }
  });
}
