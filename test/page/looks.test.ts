import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barriers, chromiumPath, clipped, overflow } from "../support/browser.ts";
import { openWeek, visit } from "../support/page.ts";
import { VIEWS } from "../support/views.ts";

const WIDTHS = [320, 400, 768, 1280, 3840];

let week: Awaited<ReturnType<typeof openWeek>>;
beforeAll(async () => {
  week = await openWeek();
});
afterAll(() => week.close());

/** As a conversation that is neither black nor white styles the page. */
const HOST_VARIABLES = [
  "--color-background-primary: light-dark(#faf9f5, #262624)",
  "--color-background-secondary: light-dark(#f0eee6, #30302e)",
  "--color-text-primary: light-dark(#141413, #faf9f5)",
  "--color-text-secondary: light-dark(#5e5d59, #b0aea5)",
  "--color-border-primary: light-dark(#1f1e1d4d, #dedcd14d)",
].join("; ");
const THEMES = [
  ["dark", ""],
  ["light", HOST_VARIABLES],
  ["dark", HOST_VARIABLES],
];

describe.skipIf(chromiumPath === undefined)("a view", () => {
  test.each(Object.entries(VIEWS))("shows %s to everybody, in any theme and width", async (_, open) => {
    const { page, problems } = await visit(week.browser, week.platform, { colorScheme: "light" });
    await open(page);
    expect.soft(await barriers(page)).toEqual([]);
    for (const [scheme, variables] of THEMES) {
      await page.evaluate(`document.documentElement.style.cssText = "color-scheme: ${scheme}; ${variables}"`);
      expect.soft(await barriers(page, "color-contrast"), `${scheme} ${variables}`).toEqual([]);
    }
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      expect.soft(await overflow(page), `at ${width}`).toBe(0);
      expect.soft(await clipped(page), `at ${width}`).toEqual([]);
    }
    expect(problems).toEqual([]);
  });
});
