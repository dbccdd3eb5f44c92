import { statSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "../support/browser.ts";
import { openWeek, visit } from "../support/page.ts";

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
