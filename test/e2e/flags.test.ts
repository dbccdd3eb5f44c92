import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const GIVE_UP_MS = 15_000;

/** The bin with its input at an end, as a person who mistypes meets it. */
function run(...args: string[]) {
  return spawnSync(process.execPath, ["dist/main.js", ...args], { encoding: "utf8", timeout: GIVE_UP_MS });
}

describe("a mistake in a flag", () => {
  test.for([
    [["--emulater"], "unknown flag --emulater; did you mean --emulator?"],
    [["--mode", "ro"], "--mode"],
    [["--emulator", "--scene", "nope"], "There is no scene nope; the scenes are week"],
    [["--emulator", "--chaos", "/nope.json"], "Cannot use the chaos file /nope.json"],
    [["emulator", "--scene", "nope"], "There is no scene nope"],
    [["emulator", "--host", "0.0.0.0"], "give a token"],
  ] as const)("%j ends with code 2 and one line that says what is wrong", ([args, message]) => {
    const { status, stderr, stdout } = run(...args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});
