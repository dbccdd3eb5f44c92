import { once } from "node:events";
import { Readable } from "node:stream";
import { describe, vi } from "vitest";
import type { JobDescription } from "../../../src/client/index.ts";
import { fakeTimeouts } from "../../support/fake-clock.ts";
import { expect, JOB_ID, reply, replyLines, test, wireJob } from "../../support/platform-stub.ts";

async function all(jobs: AsyncIterable<JobDescription>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of jobs) ids.push(id);
  return ids;
}

describe("list", () => {
  test("asks for every filter in the platform's words", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs", (response) => replyLines(response, []));

    await all(
      platform.jobs.list({
        statuses: ["running", "failed"],
        name: "a",
        owners: ["alice"],
        tags: ["x", "y"],
        since: new Date("2026-08-01T10:00:00Z"),
        until: "2026-08-02T10:00:00+02:00",
        reverse: true,
        limit: 5,
        cluster: "west",
        orgs: ["research"],
        projects: ["lab"],
      }),
    );

    expect(stub.seen).toEqual([
      "GET /api/v1/jobs?status=running&status=failed&name=a&owner=alice&tag=x&tag=y&since=2026-08-01T10%3A00%3A00.000Z" +
        "&until=2026-08-02T10%3A00%3A00%2B02%3A00&cluster_name=west&reverse=1&limit=5&being_dropped=False" +
        "&logs_removed=False&org_name=research&project_name=lab",
    ]);
  });

  test("takes local time where a time has no offset, and refuses what is no time", async ({
    stub,
    platform,
  }) => {
    stub.on("GET /api/v1/jobs", (response) => replyLines(response, []));
    await all(platform.jobs.list({ since: "2026-08-01T10:00:00" }));

    const since = new URL(`http://x${stub.seen[0]?.split(" ")[1]}`).searchParams.get("since");
    expect(since).toBe(new Date(2026, 7, 1, 10).toISOString());
    await expect(all(platform.jobs.list({ since: "yesterday" }))).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  test("puts lines together that come in pieces, also inside a character", async ({ stub, platform }) => {
    const bytes = Buffer.from(`${JSON.stringify(wireJob({ description: "naïve 🚀" }))}\n\n`);
    stub.on("GET /api/v1/jobs", async (response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      for (const byte of bytes) response.write(Buffer.of(byte));
      response.end(bytes.subarray(0, -2));
    });
    const found: (string | undefined)[] = [];

    for await (const { description } of platform.jobs.list()) found.push(description);

    expect(found).toEqual(["naïve 🚀", "naïve 🚀"]);
  });

  test("understands a server that answers with one object", async ({ stub, platform }) => {
    stub.on("GET /api/v1/jobs", (response) => reply(response, { jobs: [wireJob(), wireJob()] }));

    expect(await all(platform.jobs.list())).toEqual([JOB_ID, JOB_ID]);
  });

  test("fails with the server's text when the answer breaks off with an error line", async ({
    stub,
    platform,
  }) => {
    stub.on("GET /api/v1/jobs", (response) =>
      replyLines(response, [wireJob(), { error: "Unexpected exception" }]),
    );

    await expect(all(platform.jobs.list())).rejects.toMatchObject({
      code: "platform_error",
      serverText: "Unexpected exception",
    });
  });

  test("stops the transfer when the caller leaves", async ({ stub, platform }) => {
    let closed: Promise<unknown> = Promise.resolve();
    stub.on("GET /api/v1/jobs", (response) => {
      closed = once(response, "close");
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      const line = `${JSON.stringify(wireJob())}\n`;
      Readable.from(endless(line)).pipe(response);
    });

    for await (const { id } of platform.jobs.list()) {
      expect(id).toBe(JOB_ID);
      break;
    }

    await closed;
  });

  test("waits for a reader who takes time", async ({ stub }) => {
    const idleMs = 2000;
    const platform = stub.connect({ idleMs });
    await fakeTimeouts(platform);
    stub.on("GET /api/v1/jobs", (response) =>
      Readable.from(times(2000, `${JSON.stringify(wireJob())}\n`)).pipe(response),
    );
    let seen = 0;
    for await (const _ of platform.jobs.list()) {
      seen += 1;
      if (seen === 1) vi.advanceTimersByTime(idleMs + 500);
    }

    expect(seen).toBe(2000);
  });

  // On a machine with much else to do it takes half a minute, and that is not what is tested.
  test("reads 100,000 jobs without holding them", { timeout: 240_000 }, async ({ stub, platform }) => {
    const total = 100_000;
    const line = `${JSON.stringify(wireJob())}\n`;
    stub.on("GET /api/v1/jobs", (response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      Readable.from(times(total / 100, line.repeat(100))).pipe(response);
    });
    let seen = 0;
    let most = 0;
    const before = process.memoryUsage().heapUsed;

    for await (const _ of platform.jobs.list()) {
      seen += 1;
      if (seen % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
    }

    expect(seen).toBe(total);
    // Held, they would take some 300 MB; what is measured is rubbish not yet collected.
    expect(most).toBeLessThan(150 * 1024 * 1024);
  });
});

function* endless(text: string): Generator<string> {
  for (;;) yield text;
}

function* times(count: number, text: string): Generator<string> {
  for (let index = 0; index < count; index += 1) yield text;
}
