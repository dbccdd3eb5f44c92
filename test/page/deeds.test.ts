import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, vi } from "vitest";
import { chromiumPath, openBrowser } from "../support/browser.ts";
import { WITHIN } from "../support/busy.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { visit } from "../support/page.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(() => browser?.close());

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

describe.skipIf(chromiumPath === undefined)("a person", () => {
  test("starts a job after its plan and asks it something", async ({ platform }) => {
    const { page, problems } = await visit(browser, platform);
    await press(page, "Start a job");
    await page.getByLabel("Image").fill("ubuntu:22.04");
    await page.getByLabel("Command", { exact: true }).fill(`echo ready; ${SLEEP}`);
    await page.getByLabel("Tags").fill("a\nb");
    await press(page, "Plan it");
    await page.getByText(/so at most [\d.]+ credits/).waitFor();
    await press(page, "Start it");
    await page.locator(".log").getByText("ready").waitFor();
    await page.getByLabel("Command", { exact: true }).fill("echo $((6 * 7))");
    await press(page, "Run");
    await press(page, "Run it");
    await page.locator(".output").getByText("42").waitFor();
    for await (const { tags } of platform.jobs.list())
      expect(tags).toEqual(expect.arrayContaining(["a", "b"]));
    expect(problems).toEqual([]);
  });

  test("kills a job and runs it again", async ({ platform }) => {
    const job = await startJob(platform, { name: "first", script: SLEEP });
    await untilStatus(platform, job, "running");
    const { page, problems } = await visit(browser, platform);
    await press(page, "first");
    await press(page, "Kill");
    await press(page, "Kill it");
    await page.locator("h1 + .cancelled").waitFor();
    await press(page, "Run again");
    await page.getByLabel("Name").fill("again");
    await vi.waitFor(async () => expect(await page.getByLabel("Image").inputValue()).not.toBe(""), WITHIN);
    await press(page, "Plan it");
    await press(page, "Start it");
    await page.getByRole("heading", { name: "again" }).waitFor();
    await page.locator("h1 + .running").waitFor();
    expect(problems).toEqual([]);
  });

  test("changes nothing after a no, and gives more time after a yes", async ({ platform }) => {
    const job = await startJob(platform, { name: "kept", script: SLEEP, lifeSpanSeconds: 3600 });
    await untilStatus(platform, job, "running");
    const { page } = await visit(browser, platform);
    await press(page, "kept");
    await press(page, "Kill");
    await press(page, "Cancel");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect((await platform.jobs.status(job.id)).status).toBe("running");
    await press(page, "Extend");
    await page.getByLabel("More time", { exact: true }).fill("soon");
    await press(page, "Extend it");
    await page
      .getByRole("alert")
      .getByText(/"soon" is not a length of time/)
      .waitFor();
    await page.getByLabel("More time", { exact: true }).fill("2h");
    await press(page, "Extend it");
    await page.locator(".news").getByText("kept").waitFor();
    expect((await platform.jobs.status(job.id)).life_span).toBe(3 * 3600);
  });

  test("finds no such button at a job of somebody else, where only own ones may be changed", async ({
    platform,
  }) => {
    const job = await startJob(platform, { name: "theirs", script: SLEEP });
    await untilStatus(platform, job, "running");
    const { page } = await visit(browser, platform, {
      policy: { ...openPolicy, ownedOnly: true, maxJobs: 3, maxCreditsPerHour: 7 },
    });
    await page.getByText("Limits of this server: 0 of 3 active jobs · 0 of 7 credits/h").waitFor();
    await press(page, "theirs");
    await page.locator("h1 + .running").waitFor();
    const names = await page.getByRole("button").allInnerTexts();
    expect(names).toContain("Run again");
    for (const name of ["Kill", "Extend", "Signal", "Run"]) expect(names).not.toContain(name);
  });

  test("finds no button that changes something on a server that only reads", async ({ platform }) => {
    const job = await startJob(platform, { name: "seen", script: SLEEP });
    await untilStatus(platform, job, "running");
    const { page } = await visit(browser, platform, { policy: { ...openPolicy, mode: "read-only" } });
    await press(page, "seen");
    await page.locator("h1 + .running").waitFor();
    const names = await page.getByRole("button").allInnerTexts();
    for (const name of ["Start", "Kill", "Extend", "Run again", "Run"])
      expect(names.filter((shown) => shown.startsWith(name))).toEqual([]);
  });
});
