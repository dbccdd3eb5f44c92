import type { Socket } from "node:net";
import { describe } from "vitest";
import { expect, JOB_ID, reply, test, wireJob } from "../support/platform-stub.ts";

describe("connections that were cut without a word", { tags: "outages" }, () => {
  test("are left for a new one when one of them does not answer", async ({ stub }) => {
    const dead = new Set<Socket>();
    let isCut = false;
    let unanswered = 0;
    stub.server.on("connection", (socket) => {
      if (!isCut) dead.add(socket);
    });
    stub.on(`GET /api/v1/jobs/${JOB_ID}`, (response, { socket }) => {
      if (isCut && dead.has(socket)) unanswered += 1;
      else reply(response, wireJob());
    });
    const { jobs } = stub.connect({ retries: 1, attemptMs: 200 });
    await jobs.get(JOB_ID);
    // Several at once leave several connections open.
    await Promise.all([1, 2, 3].map(() => jobs.get(JOB_ID)));
    isCut = true;
    expect(await jobs.get(JOB_ID, { timeoutMs: 15_000 })).toMatchObject({ id: JOB_ID });
    await Promise.all([1, 2, 3].map(() => jobs.get(JOB_ID, { timeoutMs: 15_000 })));
    expect(unanswered).toBe(1);
  });
});
