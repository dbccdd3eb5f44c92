import { describe } from "vitest";
import { expect, reply, replyLines, test, wireJob } from "../../support/platform-stub.ts";

const OPTIONS = { image: "ubuntu:latest" };

describe("a start whose answer was lost", () => {
  test("is looked for again and again before it is sent again", async ({ stub, platform }) => {
    stub.on("POST", (response) => void response.socket?.resetAndDestroy());
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r", lookupMs: 100 })).rejects.toThrow(
      /whether the job was started is unknown.*request_id "r" is safe/,
    );
    let lookups = 0;
    stub.on("GET /api/v1/jobs?", (response) => {
      lookups += 1;
      replyLines(response, lookups < 3 ? [] : [wireJob({ tags: ["mcp:r", "mcp-as:none"] })]);
    });

    const { repeated } = await platform.jobs.startOnce(OPTIONS, { requestId: "r", lookupMs: 5000 });

    expect([repeated, lookups]).toEqual([true, 3]);
    expect(stub.seen.filter((name) => name.startsWith("POST"))).toHaveLength(1);
  });

  test("was never sent by a call that had been given up", async ({ stub, platform }) => {
    await platform.context();
    const call = { signal: AbortSignal.abort() };
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r", isNew: true }, call)).rejects.toThrow();
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r" }, call)).rejects.toThrow();
    expect(stub.seen.filter((name) => name.startsWith("POST"))).toEqual([]);
  });

  test("is no start that was refused: the next one with its id is sent", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs?", (response) => replyLines(response, []));
    stub.on("POST", (response) => reply(response, { error: "no" }, 400));
    await expect(platform.jobs.startOnce(OPTIONS, { requestId: "r" })).rejects.toMatchObject({
      code: "invalid_request",
    });
    stub.on("POST", (response) => reply(response, wireJob({ tags: ["mcp:r", "mcp-as:none"] }), 202));

    expect((await platform.jobs.startOnce(OPTIONS, { requestId: "r" })).repeated).toBe(false);
  });
});
