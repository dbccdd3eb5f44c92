import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, vi } from "vitest";
import { startInput } from "../../src/tools/start/input.ts";
import { barriers, chromiumPath, openBrowser } from "../support/browser.ts";
import { WITHIN } from "../support/busy.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { visit } from "../support/page.ts";
import { SLEEP } from "../support/sleepers.ts";

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(() => browser?.close());

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** The arguments of each call of a tool that the page makes. */
function callsOf(page: Page, tool: string): Record<string, unknown>[] {
  const calls: Record<string, unknown>[] = [];
  page.on("request", (request) => {
    const { params } = (request.postDataJSON() ?? {}) as {
      params?: { name?: string; arguments?: Record<string, unknown> };
    };
    if (params?.name === tool) calls.push(params.arguments ?? {});
  });
  return calls;
}

describe.skipIf(chromiumPath === undefined)("the form of a start", () => {
  test("has a field for each argument that the server publishes", async ({ platform }) => {
    const { page } = await visit(browser, platform);
    await press(page, "Start a job");
    const ids: string[] = await page.evaluate(
      "[...document.querySelectorAll('.fields [id^=field-]:not(small)')].map(({ id }) => id.slice(6))",
    );
    const { dry_run: _, ...asked } = startInput.shape;
    expect(ids.sort()).toEqual(Object.keys(asked).sort());
    expect(await page.getByLabel("Priority").isVisible()).toBe(false);
    await page.getByText("More", { exact: true }).click();
    expect(await page.getByLabel("Priority").locator("option").allInnerTexts()).toEqual([
      ...["not set", "low", "normal", "high"],
    ]);
    expect(await page.getByLabel("Life span").getAttribute("placeholder")).toBe("default: 1d");
    expect(await barriers(page)).toEqual([]);
  });

  test("sends each kind of value as the server takes it", async ({ platform }) => {
    const { page } = await visit(browser, platform);
    const calls = callsOf(page, "job_start");
    await press(page, "Start a job");
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel("Image").fill("ubuntu:22.04");
    await page.getByLabel("Command", { exact: true }).fill("echo {lr}\nsleep 1");
    await page.getByLabel("Environment", { exact: true }).fill("A=1\nB=x=y, z");
    await page.getByLabel("Matrix").fill("lr=0.1, 1");
    await page.getByLabel("HTTP port").fill("8080");
    await page.getByLabel("HTTP login").selectOption("no");
    await page.getByLabel("Priority").selectOption("high");
    await press(page, "Plan it");
    await page.getByRole("dialog").getByText("port 8080, open to the internet").waitFor();
    expect(calls).toEqual([
      {
        ...{ image: "ubuntu:22.04", command: "echo {lr}\nsleep 1", env: { A: "1", B: "x=y, z" } },
        ...{ matrix: { lr: ["0.1", "1"] }, http_port: 8080, http_auth: false, priority: "high" },
        dry_run: true,
      },
    ]);
    expect(await page.getByRole("heading", { name: "Start these 2 jobs?" }).isVisible()).toBe(true);
    expect(await page.getByRole("dialog").innerText()).not.toMatch(/dry_run|job_start/);
  });

  test("says what a limit refuses and keeps what was typed", async ({ platform }) => {
    const { page } = await visit(browser, platform, { policy: { ...openPolicy, maxCreditsPerJob: 1 } });
    await press(page, "Start a job");
    await page.getByLabel("Image").fill("ubuntu:22.04");
    await page.getByLabel("Tags").fill("mine");
    await press(page, "Plan it");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("It would be refused:").waitFor();
    expect(await dialog.getByRole("button").allInnerTexts()).toEqual(["Cancel"]);
    await press(page, "Cancel");
    expect(await page.getByLabel("Tags").inputValue()).toBe("mine");
    await page.getByLabel("Life span").fill("1h");
    await press(page, "Plan it");
    await press(page, "Start it");
    await page.locator("h1 + .status").waitFor();
  });

  test("is filled in with what a job was, and sends what is changed", async ({ platform }) => {
    await platform.jobs.start({
      ...{
        image: "ubuntu:22.04",
        command: `sh -c '${SLEEP}'`,
        name: "first",
        tags: ["old"],
        env: { LR: "secret" },
      },
      ...{ lifeSpanSeconds: 5400, priority: "high", volumes: ["storage:data:/mnt:ro"], preset: "cpu-small" },
    });
    const { page, problems } = await visit(browser, platform);
    const calls = callsOf(page, "job_rerun");
    await press(page, "first");
    await press(page, "Run again");
    await vi.waitFor(
      async () => expect(await page.getByLabel("Life span").inputValue()).toBe("1h30m"),
      WITHIN,
    );
    expect(await page.getByLabel("Image").inputValue()).toBe("ubuntu:22.04");
    expect(await page.getByLabel("Preset").inputValue()).toBe("cpu-small");
    expect(await page.getByLabel("Priority").inputValue()).toBe("high");
    for (const kept of [/Kept: LR\./, /Kept: old\./, /Kept: storage:.*\/mnt/])
      expect(await page.getByText(kept).isVisible()).toBe(true);
    await page.getByLabel("Life span").fill("2h");
    await page.getByLabel("Name", { exact: true }).fill("second");
    await page.getByLabel("Environment", { exact: true }).fill("LR=1");
    await press(page, "Plan it");
    await press(page, "Start it");
    await page.getByRole("heading", { name: "second" }).waitFor();
    const changes = { name: "second", life_span: "2h", env: { LR: "1" } };
    expect(calls).toEqual([
      expect.objectContaining({ ...changes, dry_run: true }),
      expect.objectContaining({ ...changes, dry_run: false }),
    ]);
    expect(Object.keys(calls[0] ?? {}).sort()).toEqual(["dry_run", "env", "job", "life_span", "name"]);
    expect(problems).toEqual([]);
  });
});
