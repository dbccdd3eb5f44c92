import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import { type Emulator, startEmulator } from "../../src/emulator/index.ts";
import { barriers, chromiumPath, clipped, openBrowser, overflow } from "../support/browser.ts";
import { visit } from "../support/page.ts";
import { VIEWS } from "../support/views.ts";

const WIDTHS = [320, 400, 768, 1280, 3840];

let browser: Browser;
let emulator: Emulator;
let platform: Platform;
beforeAll(async () => {
  emulator = await startEmulator({ scene: "week" });
  platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
  if (chromiumPath !== undefined) browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await platform.close();
  await emulator.close();
});

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
    const { page, problems } = await visit(browser, platform, { colorScheme: "light" });
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
