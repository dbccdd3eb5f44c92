import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { chromiumPath, openBrowser } from "../support/browser.ts";
import { expect, test } from "../support/fixtures.ts";
import { visit } from "../support/page.ts";
import { startJob } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";
import { lookAgain } from "../support/views.ts";

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(() => browser?.close());

describe.skipIf(chromiumPath === undefined)("the page", () => {
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
