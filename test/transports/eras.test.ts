import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { describe, onTestFinished, vi } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { openCaller } from "../../src/operations/caller.ts";
import { createServer } from "../../src/server/index.ts";
import { StdioTransport } from "../../src/transports/stdio-transport.ts";
import { Bin, initialize, request } from "../support/bin.ts";
import { SOON_MS, WITHIN } from "../support/busy.ts";
import { expect, openPolicy, test } from "../support/fixtures.ts";
import { modern, NEWEST } from "../support/raw-session.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

const MIB = 1024 * 1024;
/** It takes a tenth of that where nobody else wants the processor. */
const NOBODY = { uri: "job://default/acme/vision/nobody" };
const UNSUPPORTED = { error: { code: -32022, data: { supported: [NEWEST] } } };

/** Messages on the wire, of whatever shape; vitest's matchers check them. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Frame = any;

/** A connection of lines to a server in this process. */
async function open(platform: Platform) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const caller = openCaller(platform, openPolicy);
  const server = createServer(caller);
  const frames: Frame[] = [];
  createInterface(output).on("line", (line) => frames.push(JSON.parse(line)));
  await server.connect(new StdioTransport(input, output, String));
  onTestFinished(async () => {
    await server.close();
    await caller.close();
  });
  const answer = (id: unknown): Promise<Frame> =>
    vi.waitFor(
      () => {
        const found = frames.find((frame) => frame.id === id);
        if (found === undefined) throw new Error(`no answer to ${id} among ${frames.length}`);
        return found;
      },
      { timeout: 30_000, interval: 5 },
    );
  return {
    frames,
    answer,
    /** Writes a message and waits for the answer to it. */
    ask(message: { id?: unknown }): Promise<Frame> {
      input.write(`${JSON.stringify(message)}\n`);
      return answer(message.id);
    },
    write: (text: string) => void input.write(`${text}\n`),
  };
}

const inNew = (id: unknown, method: string, params: Record<string, unknown> = {}) =>
  request(id, method, modern(params));

describe("a connection that was opened in the new era", () => {
  test("falls back to the old one for a client that only probed", async ({ platform }) => {
    const { ask } = await open(platform);
    expect(await ask(inNew(1, "server/discover"))).toMatchObject({
      result: { supportedVersions: [NEWEST], capabilities: { tools: {} } },
    });
    expect(await ask(initialize("2025-06-18"))).toMatchObject({ result: { protocolVersion: "2025-06-18" } });
    const { result } = await ask(request(2, "tools/list"));
    expect(result.tools.length).toBeGreaterThan(10);
    expect(result).not.toHaveProperty("ttlMs");
    expect(await ask(request(3, "resources/read", NOBODY))).toMatchObject({ error: { code: -32002 } });
    expect(await ask(request(4, "ping"))).toMatchObject({ result: {} });
  });

  test("takes no request of the old one, and stays as it was", async ({ platform }) => {
    const job = await startJob(platform, { name: "train", script: SLEEP });
    await untilStatus(platform, job, "running");
    const { ask, answer, write, frames } = await open(platform);
    await ask(inNew(1, "tools/list"));
    expect(await ask(request(2, "tools/list"))).toMatchObject({
      error: { code: -32602, message: expect.stringContaining("_meta") },
    });
    expect(await ask(initialize("2024-11-05"))).toMatchObject(UNSUPPORTED);
    const wait = { name: "job_wait", arguments: { jobs: ["train"] } };
    write(JSON.stringify(inNew(3, "tools/call", { ...wait, _meta: { progressToken: "p" } })));
    const progress = expect.objectContaining({
      method: "notifications/progress",
      params: expect.objectContaining({ message: expect.stringContaining("train") }),
    });
    await vi.waitFor(() => expect(frames).toContainEqual(progress), WITHIN);
    await platform.jobs.kill(job.id);
    expect(await answer(3)).toHaveProperty("result.structuredContent.finished", true);
    expect(await ask(inNew(4, "resources/read", NOBODY))).toMatchObject({ error: { code: -32602 } });
  });

  test("has neither pings nor batches", async ({ platform }) => {
    const { ask, answer, write } = await open(platform);
    expect(await ask(inNew(1, "ping"))).toMatchObject({ error: { code: -32601 } });
    // Neither would it have them if this were agreed on.
    expect(await ask(initialize("2024-11-05"))).toMatchObject(UNSUPPORTED);
    write(JSON.stringify([inNew(2, "tools/list"), inNew(3, "prompts/list")]));
    for (const id of [2, 3]) expect(await answer(id)).toMatchObject({ error: { code: -32600 } });
  });

  test("takes a message of 10 MiB, and answers a longer one", async ({ platform }) => {
    const { ask, write, answer } = await open(platform);
    const call = (id: number, mib: number) =>
      inNew(id, "tools/call", {
        name: "job_exec",
        arguments: { job: "x".repeat(mib * MIB), command: "true" },
      });
    expect(await ask(call(1, 9))).toMatchObject({ result: { isError: true } });
    write(JSON.stringify(call(2, 11)));
    expect(await answer(2)).toMatchObject({
      error: { code: -32600, message: expect.stringContaining("limit is 10485760") },
    });
    expect(await ask(inNew(3, "tools/list"))).toHaveProperty("result.tools");
  });
});

describe("a connection that was opened in the old era", () => {
  test("goes on with the version of the latest initialize", async ({ platform }) => {
    const { ask } = await open(platform);
    await ask(initialize("2025-11-25"));
    expect((await ask(request(1, "tools/list"))).result.tools[0]).toHaveProperty("outputSchema");
    const { params } = initialize("2025-03-26") as { params: object };
    expect(await ask(request("again", "initialize", params))).toMatchObject({
      result: { protocolVersion: "2025-03-26" },
    });
    expect((await ask(request(2, "tools/list"))).result.tools[0]).not.toHaveProperty("outputSchema");
  });

  test("stays there, whatever version a request says it is in", async ({ platform }) => {
    const { ask } = await open(platform);
    await ask(initialize("2025-11-25"));
    const notifications = { resourcesListChanged: true };
    for (const [id, message] of Object.entries({
      discover: inNew("discover", "server/discover"),
      listen: inNew("listen", "subscriptions/listen", { notifications }),
    }))
      expect(await ask({ ...message, id })).toMatchObject({ error: { code: -32601 } });
    expect((await ask(inNew(1, "tools/list"))).result).not.toHaveProperty("ttlMs");
    expect(await ask(inNew(2, "resources/read", NOBODY))).toMatchObject({ error: { code: -32002 } });
  });
});

describe("a request that brings its version", () => {
  test("is told which versions there are, if that is none of them", async ({ platform }) => {
    const { ask } = await open(platform);
    for (const [id, method] of [
      [1, "server/discover"],
      [2, "tools/list"],
    ] as const)
      expect(await ask(request(id, method, modern({}, {}, "2099-01-01")))).toMatchObject(UNSUPPORTED);
    await ask(inNew(3, "tools/list"));
    expect(await ask(request(4, "tools/list", modern({}, {}, "2099-01-01")))).toMatchObject(UNSUPPORTED);
  });

  test.for([
    ["a version that is no text", modern({}, {}, 5)],
    [
      "abilities that are no object",
      modern({ _meta: { "io.modelcontextprotocol/clientCapabilities": "all" } }),
    ],
    ["a client without a name", modern({ _meta: { "io.modelcontextprotocol/clientInfo": {} } })],
    ["nothing but a version", { _meta: { "io.modelcontextprotocol/protocolVersion": NEWEST } }],
  ] as const)(
    "is refused with %s, before and after the connection is open",
    async ([, params], { platform }) => {
      const { ask } = await open(platform);
      const refused = { error: { code: -32602, message: expect.stringContaining("_meta") } };
      expect(await ask(request(1, "tools/list", params))).toMatchObject(refused);
      await ask(inNew(2, "tools/list"));
      expect(await ask(request(3, "tools/list", params))).toMatchObject(refused);
    },
  );
});

test("a client that listens and writes no more is told of the end, and the process ends", async () => {
  const bin = new Bin();
  bin.write(
    inNew("l", "subscriptions/listen", { notifications: { resourceSubscriptions: ["apolo://jobs"] } }),
  );
  await bin.frame(({ method }) => method === "notifications/subscriptions/acknowledged");
  const endedMs = performance.now();
  expect(await bin.end()).toBe(0);
  expect(performance.now() - endedMs).toBeLessThan(SOON_MS);
  expect(bin.frames.at(-1)).toMatchObject({ id: "l", result: { resultType: "complete" } });
});
