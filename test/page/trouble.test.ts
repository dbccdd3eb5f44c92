import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { chromiumPath, openBrowser } from "../support/browser.ts";
import { expect, test } from "../support/fixtures.ts";
import { visit } from "../support/page.ts";
import { startJob } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";
import { lookAgain } from "../support/views.ts";

const MANY = 5000;
const PAGE = 100;
/** Rows that exist at a time, however many there are. */
const MOST_ROWS = 60;

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(() => browser?.close());

const row = (index: number) => ({
  id: `job-${String(index).padStart(8, "0")}-0000`,
  name: `run-${index}`,
  status: "succeeded",
  created_at: "2026-11-28T22:27:35Z",
});

/** A server with more jobs than an emulator could run here. */
async function answerMany(page: Page): Promise<void> {
  await page.route("**/mcp", async (route) => {
    const { id, params } = route.request().postDataJSON() as {
      id: number;
      params: { name?: string; arguments?: { cursor?: string } };
    };
    if (params.name !== "job_list") return route.fallback();
    const from = Number(params.arguments?.cursor ?? 0);
    const jobs = Array.from({ length: PAGE }, (_, index) => row(from + index));
    const next = from + PAGE < MANY ? { next_cursor: String(from + PAGE) } : {};
    const structuredContent = { jobs, counts: { succeeded: MANY }, ...next };
    await route.fulfill({ json: { jsonrpc: "2.0", id, result: { content: [], structuredContent } } });
  });
}

describe.skipIf(chromiumPath === undefined)("the page", () => {
  test("scrolls through 5,000 jobs with few rows", async ({ platform }) => {
    const { page, problems } = await visit(browser, platform);
    await answerMany(page);
    await page.reload();
    const rows = page.getByRole("table", { name: "Jobs" });
    await rows.getByText("run-0", { exact: true }).waitFor();
    expect(await rows.getAttribute("aria-rowcount")).toBe(String(MANY + 1));
    for (let loaded = 1; loaded <= 5; loaded += 1) {
      await page.evaluate("document.querySelector('.rows').scrollTo(0, 1e6)");
      await rows.getByText(`run-${loaded * PAGE - 1}`, { exact: true }).waitFor();
      await rows.getByText(`run-${loaded * PAGE}`, { exact: true }).waitFor();
    }
    expect(await rows.getByRole("row").count()).toBeLessThan(MOST_ROWS);
    expect(problems).toEqual([]);
  });

  test("says that the platform is down, keeps what it knew, and goes on by itself", async ({ platform }) => {
    await startJob(platform, { name: "known", script: SLEEP });
    const { page } = await visit(browser, platform);
    await page.getByRole("button", { name: "known" }).waitFor();
    await page.route("**/mcp", async (route) => {
      const { id } = route.request().postDataJSON() as { id: number };
      const content = [{ type: "text", text: "unavailable: the platform does not answer." }];
      await route.fulfill({ json: { jsonrpc: "2.0", id, result: { isError: true, content } } });
    });
    await lookAgain(page);
    await page.getByRole("alert").getByText("the platform does not answer").waitFor();
    expect(await page.getByRole("button", { name: "known" }).isVisible()).toBe(true);
    await page.unroute("**/mcp");
    await lookAgain(page);
    await page.getByRole("alert").waitFor({ state: "hidden" });
  });

  test("says that nothing is there yet", async ({ platform }) => {
    const { page } = await visit(browser, platform);
    await page.getByText("There are no jobs here yet.").waitFor();
  });
});
