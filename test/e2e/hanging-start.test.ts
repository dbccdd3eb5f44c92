import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Bin } from "../support/bin.ts";

const ALONE = ["emulator"];
const EMBEDDED = ["--emulator"];

/** Starts the bin on a data folder that it waits for in the system. Resolves once it does. */
async function stuck(command: string[]): Promise<Bin> {
  const folder = mkdtempSync(join(tmpdir(), "stuck-"));
  const key = join(folder, "signing-key");
  execFileSync("mkfifo", [key]);
  const bin = new Bin([...command, "--data", folder]);
  // A pipe can be opened like this only while somebody waits for what comes through it.
  const pipe = await vi.waitFor(() => openSync(key, constants.O_WRONLY | constants.O_NONBLOCK), {
    timeout: 30_000,
    interval: 20,
  });
  onTestFinished(() => {
    closeSync(pipe);
    rmSync(folder, { recursive: true });
  });
  return bin;
}

describe("a start that hangs", () => {
  test.for([
    ["SIGTERM", EMBEDDED],
    ["SIGINT", EMBEDDED],
    ["SIGHUP", ALONE],
  ] as const)("ends by %s (%j)", async ([signal, command]) => {
    const bin = await stuck([...command]);
    bin.child.kill(signal);
    await bin.exited;
    expect(bin.child.signalCode).toBe(signal);
  });

  test.for([EMBEDDED, ALONE])("is none where the data folder cannot be made (%j)", async (command) => {
    const bin = new Bin([...command, "--data", "/proc/nope/data"]);
    expect(await bin.exited).toBe(2);
    expect(bin.stderr).toContain("/proc/nope");
  });
});
