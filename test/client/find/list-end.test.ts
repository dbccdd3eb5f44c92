import { describe } from "vitest";
import type { Platform } from "../../../src/client/index.ts";
import { type FaultProxy, faultProxy } from "../../support/fault-proxy.ts";
import { test as base, expect } from "../../support/fixtures.ts";
import { test as stubTest } from "../../support/platform-stub.ts";
import { rawServer } from "../../support/raw-server.ts";
import { startJob } from "../../support/run-job.ts";

const test = base
  .extend("proxy", ({ emulator }): Promise<FaultProxy> => faultProxy(emulator))
  .extend("platform", ({ proxy }) => proxy.platform());
const NDJSON = "application/x-ndjson";

async function namesOf(platform: Platform): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for await (const { name } of platform.jobs.list()) names.push(name);
  return names;
}

describe("a list that does not end as a list does", () => {
  test.for([
    ["nothing", {}],
    ["nothing, of another type", { "content-type": "text/html" }],
    ["nothing, and says so", { "content-length": "0" }],
  ] as const)("is an error: %s", async ([, headers], { mcp, proxy }) => {
    proxy.add({ path: /\/jobs\?/, instead: { status: 200, headers, body: "" } });
    expect(await mcp.refusal("job_list")).toMatch(
      /^protocol_error: Listing jobs failed: the platform sent an empty answer/,
    );
  });

  test("is empty where the platform says so", async ({ mcp }) => {
    expect((await mcp.ok("job_list")).text).toMatch(/^0 of everybody's 0 jobs/);
  });

  test("is an error where the connection ended between two lines", async ({ platform, proxy }) => {
    await startJob(platform, { name: "one" });
    await startJob(platform, { name: "two" });
    const lengths: number[] = [];
    const undo = proxy.add({
      path: /\/jobs\?/,
      body(text) {
        lengths.push(Buffer.byteLength(text.slice(0, text.indexOf("\n") + 1)));
        return text;
      },
    });
    await namesOf(platform);
    undo();
    proxy.add({ path: /\/jobs\?/, after: { bytes: lengths[0] ?? 0, comes: "end" } });
    await expect(namesOf(platform)).rejects.toMatchObject({ code: "unavailable" });
  });

  stubTest("is an error where the end of the connection is its only end", async ({ stub }) => {
    const job = JSON.stringify({ id: "job-1" });
    const origin = await rawServer((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Type: ${NDJSON}\r\nConnection: close\r\n\r\n${job}\n`);
    });
    stub.on("GET /api/v1/jobs?", (response, { url }) =>
      response.writeHead(307, { location: `${origin}${url}` }).end(),
    );
    const platform = stub.connect();
    await expect(namesOf(platform)).rejects.toMatchObject({
      code: "protocol_error",
      message: expect.stringContaining("may be cut short"),
    });
  });
});

describe("an answer with too many headers", () => {
  stubTest("is told in words, once", async ({ stub }) => {
    const headers = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`x-${index}`, "y".repeat(20)]),
    );
    stub.on("GET /api/v1/jobs?", (response) => response.writeHead(200, headers).end());
    await expect(namesOf(stub.connect({ retries: 3, attemptMs: 60_000 }))).rejects.toMatchObject({
      code: "protocol_error",
      retryable: false,
      message: expect.stringMatching(/^Listing jobs failed: .*more headers than/),
    });
    expect(stub.seen).toHaveLength(1);
  });
});
