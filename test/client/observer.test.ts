import { describe, vi } from "vitest";
import {
  connectPlatform,
  loginFromPassedConfig,
  type ObservedRequest,
  type Platform,
  type RequestEnd,
} from "../../src/client/index.ts";
import { observedRequest } from "../../src/client/observer.ts";
import { WITHIN } from "../support/busy.ts";
import { test as base, expect } from "../support/fixtures.ts";
import { startJob, untilPrinted } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

interface Seen {
  requests: (ObservedRequest & RequestEnd)[];
  open: number;
  peak: number;
}

/** A platform whose requests are written down. */
const test = base.extend<{ seen: Seen; platform: Platform }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from it.
  seen: ({}, use) => use({ requests: [], open: 0, peak: 0 }),
  platform: async ({ emulator, seen }, use) => {
    const platform = connectPlatform(loginFromPassedConfig(emulator.passedConfig), {
      // No request is given up, and sent again, because the machine is busy.
      attemptMs: WITHIN.timeout,
      observer: {
        request: (request) => ({
          headers: {},
          ended: (end) => void seen.requests.push({ ...request, ...end }),
        }),
        socket: (change) => {
          seen.open += change;
          seen.peak = Math.max(seen.peak, seen.open);
        },
      },
    });
    await use(platform);
    await platform.close();
  },
});

const shortly = ({ method, route, status, failure }: ObservedRequest & RequestEnd) =>
  `${method} ${route} ${failure ?? status}`;

describe("an observer of the platform", () => {
  test("is told of each request by route and status, never by what it is about", async ({
    platform,
    seen,
  }) => {
    const job = await startJob(platform, { script: `echo on; ${SLEEP}`, name: "secret-plan" });
    await platform.jobs.get(job.id);
    await expect(platform.jobs.get("nope")).rejects.toMatchObject({ code: "not_found" });
    for await (const _ of platform.jobs.list({ name: "secret-plan" }));

    expect(seen.requests.map(shortly)).toEqual([
      "GET /api/v1/config 200",
      "POST /api/v1/jobs 202",
      "GET /api/v1/jobs/{} 200",
      "GET /api/v1/jobs/{} 400",
      "GET /api/v1/jobs 200",
    ]);
    expect(JSON.stringify(seen)).not.toMatch(/secret-plan|job-|nope|name=/);
  });

  test("is told of WebSockets while they are open", async ({ platform, seen }) => {
    const job = await startJob(platform, { script: `echo on; ${SLEEP}` });
    await untilPrinted(platform, job, "on");
    await platform.jobs.execAndCollect(job.id, { command: "true" });

    expect(seen.requests.map(shortly)).toContainEqual(expect.stringMatching(/^GET .*\/\{\}\/exec 101$/));
    expect(seen.peak).toBeGreaterThan(0);
    await vi.waitFor(() => expect(seen.open).toBe(0), WITHIN);
  });

  test("is told of a refused WebSocket by its status", async ({ platform, seen }) => {
    const job = await startJob(platform, { script: "true" });
    await expect(
      platform.jobs.execAndCollect("job-00000000-0000-4000-8000-000000000009", { command: "true" }),
    ).rejects.toMatchObject({ name: "PlatformError" });
    const refused = expect.stringMatching(/GET .*\/\{\}\/exec 4\d\d/);
    await vi.waitFor(() => expect(seen.requests.map(shortly)).toContainEqual(refused), WITHIN);
    expect({ job: job.id, open: seen.open }).toEqual({ job: job.id, open: 0 });
  });

  test("is told that a caller gave up", async ({ platform, seen }) => {
    await platform.context();
    const controller = new AbortController();
    const listing = platform.jobs.get("x", { signal: controller.signal });
    controller.abort();
    await expect(listing).rejects.toThrow();
    await vi.waitFor(() => expect(seen.requests.at(-1)).toMatchObject({ failure: "cancelled" }), WITHIN);
  });

  test("knows few routes, whatever is asked for", () => {
    const of = (url: string) => observedRequest({ method: "GET", url });
    expect(of("https://a.test/api/v1/jobs/x%2Fy/port_forward/8080?token=t")).toEqual({
      method: "GET",
      route: "/api/v1/jobs/{}/port_forward/{}",
      host: "a.test",
      port: 443,
    });
    expect(of("http://a.test:81/deep/er")).toMatchObject({ route: "/{}/{}", port: 81 });
  });
});
