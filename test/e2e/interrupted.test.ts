import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { EXIT_DEADLINE_MS } from "../../src/closers.ts";
import { Bin, initialize, toolCall } from "../support/bin.ts";
import { WITHIN } from "../support/busy.ts";
import { SLEEP } from "../support/sleepers.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "interrupted-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const START = { image: "ubuntu", command: SLEEP, wait_seconds: 50 };
const COMMANDS = {
  demo: ["demo"],
  call: ["call", "job_start", JSON.stringify(START), "--emulator"],
} as const;

/** What an emulator has made, by how far it has come. */
const MADE = { starts: /^apolo-/, "runs a job": /^apolo-.*\/jobs\/[^/]+$/ } as const;

/** Paths below the folder for temporary files that are ours; Node and npm have theirs there, too. */
function ours(): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.startsWith("apolo-"));
}

describe("an emulator in the process of", { tags: "leaks" }, () => {
  test.for([
    ["demo", "SIGINT", "starts"],
    ["demo", "SIGINT", "runs a job"],
    ["demo", "SIGTERM", "runs a job"],
    ["call", "SIGTERM", "starts"],
    ["call", "SIGINT", "runs a job"],
  ] as const)("%s leaves nothing after %s while it %s", async ([command, signal, moment]) => {
    const { PATH = "" } = process.env;
    const env = { PATH, HOME: folder, TMPDIR: folder };
    const child = spawn(process.execPath, ["dist/main.js", ...COMMANDS[command]], { env });
    const ended = Promise.all([text(child.stderr), text(child.stdout), once(child, "close")]);
    await vi.waitFor(() => expect(ours()).toContainEqual(expect.stringMatching(MADE[moment])), WITHIN);
    child.kill(signal);
    const [stderr, , [code]] = await ended;

    expect({ code, left: ours() }).toEqual({ code: signal === "SIGINT" ? 130 : 143, left: [] });
    expect(stderr).not.toContain("report it");
  });

  test("a server leaves nothing when a signal follows the end of its input", async () => {
    const bin = new Bin(["--emulator"], { TMPDIR: folder });
    bin.write(initialize());
    await bin.answer("init");
    bin.write(toolCall(1, "job_start", START));
    await bin.answer(1);
    const endedMs = performance.now();
    bin.child.stdin.end();
    bin.child.kill("SIGTERM");

    expect(await bin.exited).toBe(0);
    // What takes longer is left to the next emulator.
    if (performance.now() - endedMs < EXIT_DEADLINE_MS) expect(ours()).toEqual([]);
  });
});
