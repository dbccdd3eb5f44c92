import { afterEach, describe, vi } from "vitest";
import { SOON_MS, WITHIN } from "../support/busy.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { startJob } from "../support/run-job.ts";

const limits = { callMs: 1200 };

describe("a platform that never answers", { tags: "outages" }, () => {
  test.override({ limits });
  afterEach(() => void vi.useRealTimers());

  test("ends a reading call in time, and says so", async ({ mcp, platform, emulator }) => {
    // Without a limit, so that only the list is missing.
    await platform.context();
    emulator.chaos.add({ on: { path: "/api/v1/jobs**" }, do: { kind: "drop" } });
    const started = performance.now();
    expect(await mcp.refusal("job_list")).toMatch(
      /^timed_out: the platform did not answer job_list in time|^timed_out: Listing jobs timed out: no result within [\d.]+ s/,
    );
    expect(performance.now() - started).toBeLessThan(SOON_MS);
  });

  test("ends a change in time, and says that it may have happened", async ({ platform, emulator }) => {
    await startJob(platform, { name: "slow", script: "sleep 60" });
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), openPolicy, undefined, limits);
    proxy.add({ method: "DELETE", instead: "silence" });
    // Whether its state could still be read would depend on the machine.
    proxy.add({ method: "GET", path: /\/jobs\/job-/, instead: "silence" });
    // Nor does the time of the call begin before the change has been sent; `waitFor` lets it go on.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let text = "";
    const call = mcp.refusal("job_kill", { jobs: ["slow"] }).then((said) => {
      text = said;
    });
    await proxy.sees({ method: "DELETE" });
    await vi.waitFor(() => expect(text).not.toBe(""), WITHIN);
    await call;
    expect(text).toMatch(/^unknown_outcome: .*unknown whether it was killed \(timed_out: /s);
    await mcp.client.close();
  });
});
