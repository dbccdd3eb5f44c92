import { afterEach, describe, expect, test, vi } from "vitest";
import { readSettings } from "../src/settings.ts";

afterEach(() => vi.unstubAllEnvs());

describe("readSettings", () => {
  test("serves everything without limits when nothing is said", () => {
    expect(readSettings([])).toMatchObject({
      command: "serve",
      policy: {
        mode: "full",
        toolset: "all",
        ownedOnly: false,
        maxJobs: undefined,
        maxCreditsPerJob: undefined,
      },
      emulator: { embedded: false },
    });
  });

  test("reads limits from flags", () => {
    const flags = ["--mode", "no-destroy", "--tools=core", "--max-jobs", "3", "--max-credits-per-job", "2.5"];
    expect(readSettings([...flags, "--owned-only", "--emulator"])).toMatchObject({
      policy: { mode: "no-destroy", toolset: "core", maxJobs: 3, maxCreditsPerJob: 2.5, ownedOnly: true },
      emulator: { embedded: true },
    });
  });

  test("reads limits from the environment, and lets a flag win", () => {
    vi.stubEnv("APOLO_MCP_MODE", "read-only");
    vi.stubEnv("APOLO_MCP_MAX_CREDITS_PER_HOUR", "10");
    vi.stubEnv("APOLO_MCP_OWNED_ONLY", "1");
    const { policy } = readSettings([]);
    expect(policy).toMatchObject({ mode: "read-only", maxCreditsPerHour: 10, ownedOnly: true });
    expect(readSettings(["--mode", "full"]).policy.mode).toBe("full");
  });

  test.each([
    [["--emulatr"], "unknown flag --emulatr; did you mean --emulator?"],
    [["--mod", "full"], "did you mean --mode?"],
    [["emulator", "--jsn"], "did you mean --json?"],
    [["emulater"], "unexpected argument emulater"],
    [["--mode", "careful"], "--mode"],
    [["--max-jobs", "many"], "--max-jobs"],
    [["--max-jobs", "-1"], "--max-jobs"],
    [["--max-jobs", ""], "--max-jobs"],
    [["--max-jobs", "1.5"], "--max-jobs"],
    [["emulator", "--port", "70000"], "--port"],
    [["--scene", "week"], "--scene: only together with --emulator"],
    [["--log-limit", "5"], "--log-limit: only together with --emulator"],
    [["--emulator", "--log-limit", "0"], "--log-limit"],
    [["--emulator", "--port", "8080"], "--port: only with the command `emulator`"],
    [["emulator", "--mode", "full"], "--mode: only without the command `emulator`"],
  ])("refuses %j and says what is wrong", (argv, text) => {
    expect(() => readSettings(argv)).toThrow(text);
  });

  test("takes values of variables that sound secret as secrets", () => {
    vi.stubEnv("HF_TOKEN", "hf-value-of-the-test");
    vi.stubEnv("TOKENIZERS_PARALLELISM", "false-of-the-test");
    const { secrets } = readSettings([]).policy;
    expect(secrets).toContain("hf-value-of-the-test");
    expect(secrets).not.toContain("false-of-the-test");
  });
});
