import type { Page } from "playwright-core";

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

const tab = (page: Page, name: string) =>
  page.getByRole("navigation").getByRole("button", { name, exact: true }).click();

const firstRow = (page: Page) => page.locator("td").first().waitFor();

/** As when the person comes back to it. */
export const lookAgain = (page: Page) =>
  page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");

/** What the page can show of the scene `week`, and how a person comes there from any other view. */
export const VIEWS: Record<string, (page: Page) => Promise<void>> = {
  async jobs(page) {
    await tab(page, "Jobs");
    await page.getByRole("button", { name: "train-7b" }).waitFor();
  },
  async "jobs-none"(page) {
    await VIEWS.jobs?.(page);
    await page.getByLabel("Search jobs").fill("no such job");
    await page.getByText("No job fits these filters.").waitFor();
  },
  async job(page) {
    await VIEWS.jobs?.(page);
    await press(page, "eval-nightly");
    await page.locator(".log").getByText("KeyError").waitFor();
  },
  async "job-running"(page) {
    await VIEWS.jobs?.(page);
    await press(page, "train-resnet");
    await page.locator("figure").first().waitFor();
  },
  async presets(page) {
    await tab(page, "Presets");
    await firstRow(page);
  },
  async compare(page) {
    await tab(page, "Compare");
    await page.getByLabel("Tags").fill("lr-sweep-0417");
    await page.getByLabel("Metric").fill("loss");
    await page.getByRole("main").getByRole("button", { name: "Compare" }).click();
    await firstRow(page);
  },
  async report(page) {
    await tab(page, "Report");
    await firstRow(page);
  },
  async server(page) {
    await tab(page, "Server");
    await page.locator("dd").first().waitFor();
  },
  async start(page) {
    await press(page, "Start a job");
    await page.getByLabel("Image").fill("python:3.12");
  },
  async trouble(page) {
    await VIEWS.jobs?.(page);
    await page.route("**/mcp", (route) => route.abort());
    await lookAgain(page);
    await page.getByRole("alert").waitFor();
    await page.unroute("**/mcp");
  },
  /** The last one: what is beneath cannot be reached before it is closed. */
  async plan(page) {
    await VIEWS.start?.(page);
    await press(page, "Plan it");
    await page.getByRole("dialog").waitFor();
  },
};
