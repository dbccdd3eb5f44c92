import { connectPlatform, loginFromPassedConfig, type Platform } from "../../src/client/index.ts";
import { startEmulator } from "../../src/emulator/index.ts";
import { page as servePage } from "../../src/transports/http/page.ts";
import { type Browser, chromiumPath, openBrowser, openPage } from "./browser.ts";
import type { openPolicy } from "./fixtures.ts";
import { serveHttp } from "./http.ts";

/** The page of a server for a platform, in a browser. */
export async function visit(
  browser: Browser,
  platform: Platform,
  { policy, ...options }: Parameters<typeof openPage>[1] & { policy?: typeof openPolicy } = {},
) {
  const { url } = await serveHttp(platform, { pages: { "/": servePage } }, policy);
  const opened = await openPage(browser, options);
  await opened.page.goto(new URL("/", url).href);
  return opened;
}

/** A believable week to look at, and a browser for it where there is one. */
export async function openWeek() {
  const emulator = await startEmulator({ scene: "week" });
  const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig));
  const browser = chromiumPath === undefined ? undefined : await openBrowser();
  return {
    platform,
    /** Asked for only by tests that are skipped without it. */
    get browser(): Browser {
      if (browser === undefined) throw new Error("there is no browser");
      return browser;
    },
    async close() {
      await browser?.close();
      await platform.close();
      await emulator.close();
    },
  };
}
