import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { chromiumPath, openBrowser } from "../support/browser.ts";
import { expect, test } from "../support/fixtures.ts";
import { visit } from "../support/page.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";
import { lookAgain } from "../support/views.ts";

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(() => browser?.close());

/** What has the focus: its name, and what kind of outline it has. */
const focused = (page: Page) =>
  page.evaluate<{ name: string; outline: string }>(`(() => {
    const { activeElement: element } = document;
    if (element === document.body) return { name: "nothing", outline: "none" };
    const name = element.getAttribute("aria-label") ?? element.textContent.slice(0, 100);
    return { name, outline: getComputedStyle(element).outlineStyle };
  })()`);

/** Goes on by the tab key until something of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    expect(now.outline, now.name).not.toBe("none");
    if (now.name === name) return;
  }
  throw new Error(`There is no way to ${name}.`);
}

/** The list is asked for and drawn anew. */
async function renew(page: Page): Promise<void> {
  const answered = page.waitForResponse((response) => response.url().endsWith("/mcp"));
  await lookAgain(page);
  await answered;
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))");
}

describe.skipIf(chromiumPath === undefined)("somebody without a mouse", () => {
  test("comes to everything, and stays there when it is drawn anew", async ({ platform }) => {
    const job = await startJob(platform, { name: "mine", script: SLEEP, lifeSpanSeconds: 3600 });
    await untilStatus(platform, job, "running");
    const { page } = await visit(browser, platform);
    await page.getByRole("button", { name: "mine" }).waitFor();
    for (const name of ["Presets", "Start a job", "Search jobs", "Owner", "1 running", "mine"]) {
      await tabTo(page, name);
      await renew(page);
      expect((await focused(page)).name).toBe(name);
    }
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Kill" }).waitFor();
    expect((await focused(page)).name).toMatch(/^(mine|job-)/);
  });

  test("is back after a question, and elsewhere once there is none", async ({ platform }) => {
    const job = await startJob(platform, { name: "mine", script: SLEEP, lifeSpanSeconds: 3600 });
    await untilStatus(platform, job, "running");
    const { page } = await visit(browser, platform);
    await page.getByRole("button", { name: "mine" }).click();
    await page.getByRole("button", { name: "Kill" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    expect((await focused(page)).name).toBe("Cancel");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect((await focused(page)).name).toBe("Kill");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    // The page may see the end before the answer to the kill closes the question.
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator("h1 + .cancelled").waitFor();
    expect((await focused(page)).name).toBe("mine");
  });
});
