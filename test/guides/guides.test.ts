import { readdirSync, readFileSync } from "node:fs";
import { connectPlatform, loginFromPassedConfig, untilStarted } from "apolo-jobs-mcp/client";
import { afterEach, describe, expect, onTestFinished, vi } from "vitest";
import { snippets } from "../support/documents.ts";
import { test } from "../support/fixtures.ts";

const pages = ["docs/emulator.md", ...readdirSync("docs/guides").map((name) => `docs/guides/${name}`)];
const guides = pages.map((name) => readFileSync(name, "utf8"));
const blocks = guides.flatMap(snippets).filter(({ language }) => language === "ts");

describe("the code of the guides", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test("is what runs here", async () => {
    for (const { text } of blocks) {
      const [, name = "", code = ""] = /^\/\/ ([\w.-]+)\n([\s\S]*)$/.exec(text) ?? [];
      await expect(code).toMatchFileSnapshot(`./${name}`);
    }
    expect(blocks.length).toBeGreaterThan(5);
  });

  test("starts a job, shows its log and waits for its end", async ({ emulator }) => {
    vi.stubEnv("APOLO_PASSED_CONFIG", emulator.passedConfig);
    const said: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line) => void said.push(String(line)));
    await import("./start-a-job.ts");
    expect(said).toEqual([
      expect.stringMatching(/^started job-/),
      "training",
      "done",
      expect.stringMatching(/^succeeded, exit code 0, \d[\d.]* credits$/),
    ]);
  });

  test("starts an emulator and closes it", async () => {
    await import("./pulls-fail-at-once.ts");
  });

  test("tells what went wrong, and looks into a job", async ({ emulator }) => {
    const { stop } = await import("./handle-errors.ts");
    const { lookInside } = await import("./look-inside.ts");
    const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
    onTestFinished(() => platform.close());
    expect(await stop(platform, "nobody")).toBe("there is none");
    const { id } = await platform.jobs.start({
      image: "ubuntu",
      name: "looked-at",
      command: "sh -c 'echo up; sleep 60'",
    });
    await untilStarted(platform, id);
    for await (const { text } of platform.jobs.follow(id)) if (text === "up") break;
    expect(await lookInside(platform, id)).toMatchObject({ exitCode: 0, log: ["up"] });
    expect(await stop(platform, "looked-at")).toBe(`killed ${id}`);
  });
});
