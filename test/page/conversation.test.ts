import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { chromiumPath, openBrowser, openPage } from "../support/browser.ts";
import { WITHIN } from "../support/busy.ts";
import { expect, test } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

let browser: Browser;
let host: string;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  const entryPoints = ["test/page/host.js"];
  const [built] = await Promise.all([
    build({ entryPoints, bundle: true, format: "iife", write: false, platform: "browser" }),
    openBrowser().then((opened) => {
      browser = opened;
    }),
  ]);
  host = built.outputFiles[0]?.text ?? "";
});
afterAll(() => browser?.close());

type CallParams = Parameters<Client["callTool"]>[0];

/** A conversation in which a tool was called whose result the page shows. */
async function converse(client: Client, tool: string, input: Record<string, unknown>, theme = "dark") {
  const { page, problems } = await openPage(browser);
  const told: string[] = [];
  await page.exposeFunction("callTool", (params: CallParams) => client.callTool(params));
  await page.exposeFunction("readResource", (params: { uri: string }) => client.readResource(params));
  await page.exposeFunction("told", (text: string) => told.push(text));
  await page.evaluate(host);
  const { contents } = await client.readResource({ uri: "ui://apolo-jobs/page" });
  const [content] = contents;
  const html = content !== undefined && "text" in content ? content.text : "";
  const result = await client.callTool({ name: tool, arguments: input });
  const given = JSON.stringify({ html, tool, input, result, theme });
  await page.evaluate(`mount(${given})`);
  return { frame: page.frameLocator("iframe"), told, problems };
}

describe.skipIf(chromiumPath === undefined)("the page in a conversation", () => {
  test("shows the result of job_list with its filters, in the host's theme", async ({ mcp, platform }) => {
    await startJob(platform, { name: "mine", script: SLEEP });
    const { frame, problems } = await converse(mcp.client, "job_list", { status: ["active"] });
    await frame.getByRole("button", { name: "mine" }).waitFor();
    expect(await frame.locator("html").getAttribute("data-theme")).toBe("dark");
    const chip = frame.getByRole("button", { name: /active/ });
    expect(await chip.getAttribute("aria-pressed")).toBe("true");
    expect(problems).toEqual([]);
  });

  test("shows a job, kills it after a yes, and tells the model", async ({ mcp, platform }) => {
    const job = await startJob(platform, { name: "mine", script: `echo up; ${SLEEP}` });
    await untilStatus(platform, job, "running");
    const { frame, told } = await converse(mcp.client, "job_status", { jobs: ["mine"] });
    await frame.locator(".log").getByText("up").waitFor();
    await frame.getByRole("button", { name: "Kill", exact: true }).click();
    await frame.getByRole("button", { name: "Kill it" }).click();
    await frame.locator("h1 + .cancelled").waitFor();
    // The page may see the end before the kill is answered.
    await expect
      .poll(() => told, WITHIN)
      .toEqual([expect.stringMatching(/^By the page the user killed mine \(job-/)]);
  });

  test("starts a job by Enter, though its frame may submit no forms, and tells the model", async ({
    mcp,
  }) => {
    const { frame, told } = await converse(mcp.client, "job_list", {});
    await frame.getByRole("button", { name: "Start a job" }).click();
    await frame.getByLabel("Image").fill("ubuntu:22.04");
    await frame.getByLabel("Name", { exact: true }).fill("from-page");
    await frame.getByLabel("Name", { exact: true }).press("Enter");
    await frame.getByRole("button", { name: "Start it" }).click();
    await frame.getByRole("heading", { name: "from-page" }).waitFor();
    expect(told).toEqual([
      expect.stringMatching(/^By the page the user started: .*"name":"from-page".*\nStarted: from-page/),
    ]);
  });
});
