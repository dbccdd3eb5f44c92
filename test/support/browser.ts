import { existsSync } from "node:fs";
import axe from "axe-core";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Chromium is; without it the tests of the page are skipped. */
export const chromiumPath = PLACES.find((path) => existsSync(path));

if (chromiumPath === undefined)
  console.warn("Chromium is not installed (apt-get install chromium): the tests of the page are skipped.");

/** A browser for the tests of a file. */
export function openBrowser() {
  return chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
}

export type Browser = Awaited<ReturnType<typeof openBrowser>>;

/** A page of its own, with whatever went wrong in it. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  return { page, problems };
}

/** Rows like those above them, which only take time. */
const REPEATED = [".space .row:nth-child(n+8)", "tr:nth-child(n+5)", ".log > :nth-child(n+9)"];

/** What keeps people from using it, by the rules of axe: all of them, or those named. */
export async function barriers(page: Page, ...rules: string[]): Promise<string[]> {
  if (await page.evaluate("!globalThis.axe")) await page.evaluate(axe.source);
  const quick = { preload: false, iframes: false, resultTypes: ["violations"] };
  const options = rules.length === 0 ? quick : { ...quick, runOnly: rules };
  const where = JSON.stringify({ exclude: REPEATED });
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${where}, ${JSON.stringify(options)})`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
}

/** By how many pixels it is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}

/** The controls and headings of which a part cannot be seen, other than by scrolling what is made to be scrolled. */
export function clipped(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const isCut = (element) => {
      const { left, right, width } = element.getBoundingClientRect();
      if (width <= 1) return false;
      if (left < -1 || right > innerWidth + 1) return true;
      const shortened = getComputedStyle(element).textOverflow === "ellipsis" && element.title !== "";
      return !shortened && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
    };
    return [...document.querySelectorAll("button, input, select, label, summary, h1, h2, dt, dd")]
      .filter((element) => element.closest(".scroll, .hidden, [hidden]") === null && isCut(element))
      .map((element) => element.outerHTML.slice(0, 100));
  })()`);
}
