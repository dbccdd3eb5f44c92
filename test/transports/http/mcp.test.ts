import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewTransport,
} from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, onTestFinished, vi } from "vitest";
import { jobUri } from "../../../src/jobs/names/ids.ts";
import { WITHIN } from "../../support/busy.ts";
import { expect, test } from "../../support/fixtures.ts";
import { serveHttp } from "../../support/http.ts";
import { startJob } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const INFO = { name: "test", version: "0" };

async function oldClient(url: URL) {
  const client = new OldClient(INFO);
  const transport = new OldTransport(url);
  // Its own types do not fit together under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<OldClient["connect"]>[0]);
  onTestFinished(() => client.close());
  return { client, transport };
}

async function newClient(url: URL) {
  const client = new NewClient(INFO, { versionNegotiation: { mode: "auto" } });
  await client.connect(new NewTransport(url));
  onTestFinished(() => client.close());
  return client;
}

describe("a client of the older era", () => {
  test("has a session, in which it is told of changes", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const job = await startJob(platform, { name: "watched", script: SLEEP });
    const { client, transport } = await oldClient(url);
    const updates: string[] = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      updates.push(params.uri);
    });
    expect(transport.sessionId).toMatch(/^[\w-]{36}$/);
    await client.subscribeResource({ uri: jobUri(job) });
    await client.callTool({ name: "job_kill", arguments: { jobs: ["watched"] } });
    await vi.waitFor(() => expect(updates).toContain(jobUri(job)), WITHIN);
  });

  test("is answered without a session where the server keeps none", async ({ platform }) => {
    const { url } = await serveHttp(platform, { stateless: true });
    const { client, transport } = await oldClient(url);
    expect(transport.sessionId).toBeUndefined();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("job_list");
    const { content } = await client.callTool({ name: "job_list", arguments: {} });
    expect(content).toEqual([expect.objectContaining({ type: "text" })]);
    // Nothing is kept that could tell it of a change.
    expect(client.getServerCapabilities()?.resources).toEqual({});
    const body = { jsonrpc: "2.0", id: 1, method: "resources/subscribe", params: { uri: "apolo://jobs" } };
    expect(await (await post(url, body)).text()).toContain("-32601");
  });

  test("is told that its session is gone", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const answer = await post(
      url,
      { jsonrpc: "2.0", id: 1, method: "tools/list" },
      { "mcp-session-id": "gone" },
    );
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining("initialize") } });
  });
});

describe("a client of the new era", () => {
  test("needs no session, and is told of what it listens to", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const job = await startJob(platform, { name: "watched", script: SLEEP });
    const client = await newClient(url);
    expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
    const updates: string[] = [];
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
      updates.push(params.uri);
    });
    await client.listen({ resourceSubscriptions: [jobUri(job)] });
    await client.callTool({ name: "job_kill", arguments: { jobs: ["watched"] } });
    await vi.waitFor(() => expect(updates).toContain(jobUri(job)), WITHIN);
  });

  test.for(["initialize", "ping", "resources/subscribe", "resources/unsubscribe"])(
    "is told that there is no %s any more, whatever it asks",
    async (method, { platform }) => {
      const { url } = await serveHttp(platform);
      const version = "2026-07-28";
      const _meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
      };
      const headers = { "mcp-protocol-version": version, "mcp-method": method };
      const answer = await post(url, { jsonrpc: "2.0", id: 1, method, params: { _meta } }, headers);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: -32601 } });
    },
  );
});

describe("a place selected over HTTP", () => {
  const use = { name: "apolo_context", arguments: { use: "default/acme/nlp" } };
  const look = { name: "apolo_context", arguments: {} };

  test("stays with its session", async ({ platform }) => {
    const { url } = await serveHttp(platform);
    const [one, other] = await Promise.all([oldClient(url), oldClient(url)]);
    await one.client.callTool(use);
    const mine = await one.client.callTool(look);
    const theirs = await other.client.callTool(look);
    expect(mine.structuredContent).toMatchObject({ selected: "default/acme/nlp" });
    expect(theirs.structuredContent).toMatchObject({ selected: "default/acme/vision" });
  });

  test("is refused where each request stands alone", async ({ platform }) => {
    const { url } = await serveHttp(platform, { stateless: true });
    const answers = [
      await (await oldClient(url)).client.callTool(use),
      await (await newClient(url)).callTool(use),
    ];
    for (const answer of answers)
      expect(JSON.stringify(answer)).toContain("Give project with each call instead");
  });
});

function post(url: URL, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
