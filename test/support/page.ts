import type { Platform } from "../../src/client/index.ts";
import { page as servePage } from "../../src/transports/http/page.ts";
import { type Browser, openPage } from "./browser.ts";
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
