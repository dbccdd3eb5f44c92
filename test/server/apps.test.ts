import { describe, onTestFinished } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { rawSession } from "../support/raw-session.ts";

const APPS = "io.modelcontextprotocol/ui";
const PAGE = "ui://apolo-jobs/page";
const SHOWS = { extensions: { [APPS]: { mimeTypes: ["text/html;profile=mcp-app"] } } };
const clientInfo = { name: "host", version: "0" };

interface Listed {
  tools: { name: string; _meta?: { ui: { resourceUri: string } } }[];
  cacheScope?: string;
}

async function connect(platform: Platform, era: "old" | "new", capabilities: object, policy = openPolicy) {
  const caller = openCaller(platform, policy);
  onTestFinished(() => caller.close());
  const session = await rawSession(createServer(caller));
  if (era === "old")
    await session.request("initialize", { protocolVersion: "2025-11-25", capabilities, clientInfo });
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": clientInfo,
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  return async (method: string, params = {}) => {
    const { result } = await session.request(method, era === "old" ? params : { ...params, _meta });
    return result as unknown;
  };
}

describe.each(["old", "new"] as const)("a host of the %s era", (era) => {
  test("that shows pages is told which tools have one", async ({ platform }) => {
    const request = await connect(platform, era, SHOWS);
    const { tools, cacheScope } = (await request("tools/list")) as Listed;
    const shown = tools.filter(({ _meta }) => _meta?.ui.resourceUri === PAGE).map(({ name }) => name);
    expect(shown.sort()).toEqual(["job_capacity", "job_compare", "job_list", "job_report", "job_status"]);
    expect(cacheScope).toBe(era === "new" ? "private" : undefined);
  });

  test("that shows none sees what it saw before", async ({ platform }) => {
    const request = await connect(platform, era, {});
    const { tools, cacheScope } = (await request("tools/list")) as Listed;
    expect(tools.filter((tool) => "_meta" in tool)).toEqual([]);
    expect(cacheScope).toBe(era === "new" ? "public" : undefined);
  });

  test("reads the page, which knows the tools of its server", async ({ platform }) => {
    const request = await connect(platform, era, SHOWS, { ...openPolicy, mode: "read-only" });
    const { contents } = (await request("resources/read", { uri: PAGE })) as {
      contents: { mimeType: string; text: string }[];
    };
    expect(contents).toMatchObject([{ mimeType: "text/html;profile=mcp-app", uri: PAGE }]);
    const [, tools = ""] = /data-tools="([^"]*)"/.exec(contents[0]?.text ?? "") ?? [];
    const offered = JSON.parse(tools.replaceAll("&quot;", '"')) as Record<string, object>;
    expect(offered.job_status).toMatchObject({ properties: { jobs: {} }, required: ["jobs"] });
    expect(offered).not.toHaveProperty("job_kill");
  });
});
