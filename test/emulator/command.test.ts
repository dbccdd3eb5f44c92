import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { emulatorOptions, runEmulator } from "../../src/emulator/command.ts";
import { gate } from "../support/gate.ts";

async function output(flags: Parameters<typeof runEmulator>[0]): Promise<string> {
  const told = gate();
  let text = "";
  const ended = runEmulator(flags, {
    write: (chunk) => {
      text += chunk;
    },
    warn: (chunk) => {
      text += chunk;
    },
    untilTold: () => told.opened,
  });
  await vi.waitFor(() => expect(text).not.toBe(""), { timeout: 30_000 });
  told.open();
  await ended;
  return text;
}

describe("the emulator command", () => {
  test("prints one line of JSON for programs", async () => {
    const text = await output({ json: true });
    expect(text.endsWith("\n")).toBe(true);
    expect(text.trim().split("\n")).toHaveLength(1);
    const { url, ...rest } = JSON.parse(text);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1$/);
    expect(rest).toEqual({
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      passed_config: expect.any(String),
      cluster: "default",
      org: "acme",
      project: "vision",
    });
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("tells people how to log in, whether jobs are isolated and who limits their memory", async () => {
    const text = await output({ scene: "stuck" });
    expect(text).toContain("apolo config login-with-token ");
    expect(text).toContain("APOLO_PASSED_CONFIG=");
    expect(text).toMatch(/jobs run (un)?isolated/);
    expect(text).toMatch(/ each job('s memory is watched| within its memory)/);
  });

  test("tells of a damaged journal before anything else", async () => {
    const data = mkdtempSync(join(tmpdir(), "command-"));
    mkdirSync(join(data, "state"));
    writeFileSync(join(data, "state", "journal-0.jsonl"), "garbage\n");
    expect(await output({ data, json: true })).toMatch(
      /^The state in .* is damaged: line 1 of journal-0\.jsonl/,
    );
    rmSync(data, { recursive: true });
  });

  test("passes its flags on", () => {
    expect(
      emulatorOptions({
        port: 5,
        data: "/d",
        scene: "week",
        chaos: "/c",
        host: "h",
        token: "t",
        logLimit: 0.5,
      }),
    ).toEqual({
      port: 5,
      dataDir: "/d",
      scene: "week",
      chaosFile: "/c",
      host: "h",
      token: "t",
      logLimitBytes: 512 * 1024,
    });
    expect(emulatorOptions({})).toEqual({});
  });
});
