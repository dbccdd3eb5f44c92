import { statSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barriers, chromiumPath } from "../support/browser.ts";
import { openWeek, visit } from "../support/page.ts";
import { startJob, untilEnded, untilPrinted } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const MOST_BYTES = 60_000;

let week: Awaited<ReturnType<typeof openWeek>>;
beforeAll(async () => {
  week = await openWeek();
});
afterAll(() => week.close());

const seen = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor();

test("the page is small", () => {
  expect(statSync("dist/page.html").size).toBeLessThan(MOST_BYTES);
});

describe.skipIf(chromiumPath === undefined)("the list of jobs", () => {
  test("shows counts, credits and who owns what", async () => {
    const { page, problems } = await visit(week.browser, week.platform);
    await seen(page, "train-7b");
    await seen(page, "pending, ErrImagePull");
    await seen(page, "bob");
    expect(await page.locator(".sums").innerText()).toMatch(/^128 jobs · [\d.]+ credits so far/);
    expect(problems).toEqual([]);
  });

  test("filters by status, words and owner", async () => {
    const { page } = await visit(week.browser, week.platform);
    await page.getByRole("button", { name: "21 failed" }).click();
    await page.getByText(/^21 jobs/).waitFor();
    expect(await page.getByRole("button", { name: "128 all" }).isVisible()).toBe(true);
    await page.getByLabel("Owner").selectOption("me");
    await page.getByText(/^16 jobs/).waitFor();
    await page.getByLabel("Search jobs").fill("eval-nightly");
    await page.getByText(/^1 job ·/).waitFor();
    await page.getByLabel("Search jobs").fill("no such job");
    await page.getByText("No job fits these filters.").waitFor();
  });

  test("filters by whatever job_list takes", async () => {
    const { page, problems } = await visit(week.browser, week.platform);
    await page.getByRole("button", { name: "All filters" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Status").fill("failed\ncancelled");
    await dialog.getByText("one a line: *: all of the org").waitFor();
    await dialog.getByLabel("Ended since").fill("soon");
    await dialog.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("alert").getByText('"soon"').waitFor();
    await page.getByRole("button", { name: "ended since: soon , remove" }).click();
    await page.getByText(/^27 jobs/).waitFor();
    await page.getByRole("button", { name: "All filters" }).click();
    expect(await dialog.getByLabel("Status").inputValue()).toBe("failed\ncancelled");
    await dialog.getByLabel("Preset").fill("a100");
    await dialog.getByLabel("Owner").fill("bob");
    await dialog.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("button", { name: /^preset: a100/ }).waitFor();
    expect(problems).toEqual([]);
  });
});

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
