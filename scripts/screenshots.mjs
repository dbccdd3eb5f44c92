// Pictures of the page for the README: node scripts/screenshots.mjs, with Chromium and a built product.
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const FOLDER = "docs/img";
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

const server = spawn(process.execPath, ["dist/main.js", "dashboard", "--emulator", "--scene", "week"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox"] });
await mkdir(FOLDER, { recursive: true });
try {
  await take("light", { width: 1280, height: 760 }, visitAll);
  await take("dark", { width: 1280, height: 760 }, async ({ shot }) => shot("jobs-dark"));
  await take("light", { width: 400, height: 760 }, async ({ shot }) => shot("jobs-narrow"));
} finally {
  await browser.close();
  server.kill();
}

async function take(colorScheme, viewport, visit) {
  const { value = "" } = await lines.next();
  const page = await browser.newPage({ colorScheme, viewport });
  await page.goto(/http:\S+/.exec(value)[0]);
  await page.getByRole("button", { name: "train-7b" }).waitFor();
  const shot = (name) => page.screenshot({ path: `${FOLDER}/${name}.png` });
  await visit({ page, shot });
  await page.close();
}

async function visitAll({ page, shot }) {
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  await shot("jobs");
  await press("eval-nightly");
  await page.locator(".log").getByText("KeyError").waitFor();
  await shot("job");
  await press("Compare");
  await page.getByLabel("Tags").fill("lr-sweep-0417");
  await page.getByLabel("Metric").fill("loss");
  await page.locator("form button").click();
  await page.locator("td").first().waitFor();
  await page.mouse.move(0, 0);
  await shot("compare");
  await press("Report");
  await page.locator("td").first().waitFor();
  await shot("report");
}
