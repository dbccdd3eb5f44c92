import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barriers, chromiumPath } from "../support/browser.ts";
import { openWeek, visit } from "../support/page.ts";
import { startJob, untilEnded, untilPrinted } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

let week: Awaited<ReturnType<typeof openWeek>>;
beforeAll(async () => {
  week = await openWeek();
});
afterAll(() => week.close());

const seen = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor();

describe.skipIf(chromiumPath === undefined)("a job", () => {
  test("tells why it failed, what happened and what it printed", async () => {
    const { page, problems } = await visit(week.browser, week.platform);
    await page.getByRole("button", { name: "eval-nightly" }).click();
    await page.getByText('Its log ends with "KeyError"').waitFor();
    await seen(page, "pending, Scheduling");
    await seen(page, "KeyError: 'head.weight'");
    await page.goBack();
    await seen(page, "train-7b");
    expect(problems).toEqual([]);
  });

  test("has the colours of its log, and no other of its escapes", async () => {
    const [red, custom, end] = ["\\033[1;31m", "\\033[38;5;208;48;2;1;2;3m", "\\033[0m"];
    const printed = `${red}fail<b>${end} plain ${custom}odd${end}\\033]0;title\\007\\033[2J.`;
    const job = await startJob(week.platform, { name: "colours", script: `printf '${printed}\\n'` });
    await untilEnded(week.platform, job);
    const { page, problems } = await visit(week.browser, week.platform);
    await page.getByRole("button", { name: "colours" }).click();
    const line = page.locator(".log > div").filter({ hasText: "plain" });
    await line.waitFor();
    expect(await line.innerText()).toBe("fail<b> plain odd.");
    const styles = await line
      .locator("span")
      .evaluateAll((spans) =>
        spans.map((span) => (span as unknown as { style: { cssText: string } }).style.cssText),
      );
    expect(styles).toEqual([
      expect.stringMatching(/color: color-mix.*font-weight: 700/),
      "color: rgb(255, 135, 0); background: rgb(1, 2, 3);",
    ]);
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel("Search the log").fill("FAIL");
    expect(await line.locator("span mark").innerText()).toBe("fail");
    expect(problems).toEqual([]);
  });

  test("prints text, never markup, and is followed", async () => {
    const hostile = `<img src=x onerror="document.title=1"><script>alert(1)</script>`;
    const job = await startJob(week.platform, { name: "hostile", script: `echo '${hostile}'; ${SLEEP}` });
    await untilPrinted(week.platform, job, "onerror");
    const { page, problems } = await visit(week.browser, week.platform);
    await page.getByRole("button", { name: "hostile" }).click();
    await page.locator(".log").getByText(hostile).waitFor();
    await page
      .locator("figcaption")
      .filter({ hasText: /^CPU [\d.]+ cores of/ })
      .waitFor();
    expect(await page.title()).toBe("Job · Apolo");
    await week.platform.jobs.kill(job.id);
    await untilEnded(week.platform, job);
    await page.getByText("The job has ended: nothing more will come.").waitFor();
    await seen(page, "cancelled");
    expect(problems).toEqual([]);
  });
});
