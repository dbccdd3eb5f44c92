// Pictures of every view of the page, in both themes, for a desk and for a phone: npm run screenshots [-- FOLDER], with
// Chromium installed.
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Page } from "playwright-core";
import { openBrowser } from "../test/support/browser.ts";
import { VIEWS } from "../test/support/views.ts";

const [folder = "docs/img"] = process.argv.slice(2);
const SIZES = { "": { width: 1280, height: 760 }, "-narrow": { width: 400, height: 760 } };
const THEMES = { "": "light", "-dark": "dark" } as const;

const server = spawn(process.execPath, ["dist/main.js", "dashboard", "--emulator", "--scene", "week"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await openBrowser();
try {
  await mkdir(folder, { recursive: true });
  const { value = "" } = await createInterface(server.stdout)[Symbol.asyncIterator]().next();
  const page = await browser.newPage({ viewport: SIZES[""] });
  await page.goto(/http:\S+/.exec(value)?.[0] ?? "");
  for (const [view, open] of Object.entries(VIEWS)) {
    await open(page);
    await page.mouse.move(0, 0);
    await takeAll(page, view);
  }
} finally {
  await browser.close();
  server.kill();
}

async function takeAll(page: Page, view: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES))
    for (const [theme, colorScheme] of Object.entries(THEMES)) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await take(page, `${folder}/${view}${size}${theme}.webp`);
    }
  await page.setViewportSize(SIZES[""]);
}

/** As WebP, which takes a third of the bytes of a PNG. */
async function take(page: Page, file: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 80 });
  await devtools.detach();
  await writeFile(file, Buffer.from(data, "base64"));
}
