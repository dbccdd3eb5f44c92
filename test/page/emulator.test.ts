import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../src/client/index.ts";
import { startEmulator } from "../../src/emulator/index.ts";
import { Store } from "../../src/emulator/state/store.ts";
import { record } from "../emulator/support/records.ts";
import { chromiumPath, openBrowser } from "../support/browser.ts";
import { visit } from "../support/page.ts";
import { lookAgain } from "../support/views.ts";

const MANY = 5000;
/** More than job_list counts. */
const SCROLLED = 1500;
const MOST_ROWS = 60;

let browser: Browser;
let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "page-"));
  const store = new Store(dataDir);
  for (let index = 0; index < MANY; index += 1)
    store.table.add(record(index, { name: `run-${index}`, owner: "alice", project: "vision" }));
  store.close();
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(dataDir, { recursive: true });
});

/** The emulator with many jobs, which can be stopped and started again at the same address. */
async function open() {
  let emulator = await startEmulator({ dataDir });
  let isOpen = true;
  const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
  onTestFinished(async () => {
    await platform.close();
    if (isOpen) await emulator.close();
  });
  const port = Number(new URL(emulator.url).port);
  return {
    platform,
    async stop() {
      isOpen = false;
      await emulator.close();
    },
    async start() {
      emulator = await startEmulator({ dataDir, port });
      isOpen = true;
    },
  };
}

const names = (page: Page) => page.locator(".space .link").allInnerTexts();

describe.skipIf(chromiumPath === undefined)("the page of an emulator with 5,000 jobs", () => {
  test("scrolls beyond those that are counted, with few rows at a time, each job once", {
    timeout: 180_000,
  }, async () => {
    const { platform } = await open();
    const { page, problems } = await visit(browser, platform);
    const rows = page.getByRole("table", { name: "Jobs" });
    await page.getByText("1,001 jobs of the newest 1,001").waitFor();
    expect(await rows.getAttribute("aria-rowcount")).toBe("-1");
    const seen = await page.evaluate<string[]>(`new Promise((resolve) => {
      const rows = document.querySelector(".rows");
      const seen = new Set();
      const look = () => {
        const shown = [...rows.querySelectorAll(".link")].map(({ textContent }) => textContent);
        if (new Set(shown).size < shown.length) resolve(shown);
        for (const name of shown) seen.add(name);
        if (seen.size > ${SCROLLED}) resolve([...seen]);
        rows.scrollTop += rows.clientHeight;
        requestAnimationFrame(look);
      };
      look();
    })`);
    const newest = Array.from({ length: SCROLLED }, (_, index) => `run-${MANY - 1 - index}`);
    expect(seen).toEqual(expect.arrayContaining(newest));
    expect(await rows.getByRole("row").count()).toBeLessThan(MOST_ROWS);
    expect(problems).toEqual([]);
  });

  test("says that it is gone, keeps what it knew, and goes on by itself", async () => {
    const { platform, stop, start } = await open();
    const { page, problems } = await visit(browser, platform);
    await page.getByText(`run-${MANY - 1}`, { exact: true }).waitFor();
    const before = await names(page);
    await stop();
    await lookAgain(page);
    await page.getByRole("alert").getByText("nothing is listening there").waitFor();
    expect(await names(page)).toEqual(before);
    await start();
    await page.getByRole("alert").waitFor({ state: "hidden" });
    expect(await names(page)).toEqual(before);
    expect(problems).toEqual([]);
  });

  test("starts a job, once, as soon as it is back", async () => {
    const { platform, stop, start } = await open();
    const { page } = await visit(browser, platform);
    await page.getByRole("button", { name: "Start a job" }).click();
    await page.getByLabel("Image").fill("ubuntu:22.04");
    await page.getByLabel("Name").fill("patient");
    await page.getByRole("button", { name: "Plan it" }).click();
    await page.getByRole("dialog").waitFor();
    await stop();
    const asked = page.waitForRequest((request) => request.postData()?.includes('"dry_run":false') ?? false);
    await page.getByRole("button", { name: "Start it" }).click();
    await asked;
    await start();
    await page.getByRole("heading", { name: "patient" }).waitFor();
    const found = [];
    for await (const { id } of platform.jobs.list({ name: "patient" })) found.push(id);
    expect(found).toHaveLength(1);
  });
});
