import { describe } from "vitest";
import { type FaultProxy, faultProxy } from "../../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../../support/fixtures.ts";
import { startJob } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const job = { image: "python:3.12", command: SLEEP, preset: "cpu-small", life_span: "2h" };
const HOUR = 3600;
const test = base.extend("proxy", ({ emulator }) => faultProxy(emulator));

/** What a job costs cannot be read, nor of which preset it is where that is said. */
const unpriced = (price: string) => (text: string) =>
  text.replaceAll(/"price_credits_per_hour": ?"[^"]*"/g, `"price_credits_per_hour":${price}`);
const withoutPreset = (text: string) =>
  unpriced('""')(text).replaceAll(/"preset_name": ?"[^"]*"/g, '"preset_name":null');

function hidePresetPrices(proxy: FaultProxy, price: string): void {
  const body = (text: string) =>
    text.replaceAll(/"credits_per_hour": ?"[^"]*"/g, `"credits_per_hour":${price}`);
  proxy.add({ method: "GET", path: /\/config$/, body });
}

describe("more time for a job whose price cannot be read", () => {
  test.override("policy", { ...openPolicy, maxCreditsPerJob: 1 });

  test.for([
    ["has no price: its preset's counts", unpriced('""'), /12h at 0\.5 credits per hour could cost 6\./],
    ["has a price below zero", unpriced('"-1"'), /12h at 0\.5 credits per hour could cost 6\./],
    ["has no price and no preset: the dearest counts", withoutPreset, /12h at 310 credits per hour/],
  ] as const)("is refused over the cap where it %s", async ([, body, words], { platform, policy, proxy }) => {
    const mcp = await connectAgent(proxy.platform(), policy);
    const { id } = await startJob(platform, {
      preset: "cpu-small",
      script: SLEEP,
      lifeSpanSeconds: 2 * HOUR,
    });
    proxy.add({ method: "GET", path: /\/jobs/, body });

    const text = await mcp.refusal("job_extend", { jobs: [id], by: "10h" });

    expect(text).toMatch(/^over_limit: --max-credits-per-job is 1: /);
    expect(text).toMatch(words);
    expect((await platform.jobs.status(id)).life_span).toBe(2 * HOUR);
  });

  test("is refused where nothing tells a price", async ({ platform, policy, proxy }) => {
    const mcp = await connectAgent(proxy.platform(), policy);
    const { id } = await startJob(platform, { script: SLEEP, lifeSpanSeconds: HOUR });
    hidePresetPrices(proxy, '""');
    proxy.add({ method: "GET", path: /\/jobs/, body: unpriced('""') });

    expect(await mcp.refusal("job_extend", { jobs: [id], by: "1m" })).toMatch(
      /^over_limit: --max-credits-per-job is 1: no price per hour could be read, .*Nothing was changed/s,
    );
    expect((await platform.jobs.status(id)).life_span).toBe(HOUR);
  });
});

describe("more time without a cap", () => {
  test("is told with the preset's price, or that there is none to be read", async ({ platform, proxy }) => {
    const mcp = await connectAgent(proxy.platform());
    const { id } = await startJob(platform, { preset: "cpu-small", script: SLEEP, lifeSpanSeconds: HOUR });
    proxy.add({ method: "GET", path: /\/jobs/, body: unpriced('""') });
    const priced = await mcp.ok("job_extend", { jobs: [id], by: "1h" });
    expect(priced.text).toContain("Extra cost at most 0.5 credits (0.5 per hour); in all at most 1.");
    hidePresetPrices(proxy, '""');
    const other = await connectAgent(proxy.platform());

    const { text, data } = await other.ok("job_extend", { jobs: [id], by: "1h" });

    expect(text).toMatch(/\nWhat it costs is unknown: no price per hour could be read\.$/);
    expect(data.outcomes[0].extra_credits).toBeUndefined();
    expect(data.extra_credits).toBe("unknown");
  });
});

describe("a start with a preset whose price cannot be read", () => {
  test.for([
    ['""', { maxCreditsPerJob: 1000 }],
    ['""', { maxCreditsPerHour: 1000 }],
    ['"-1"', { maxCreditsPerJob: 1000 }],
    ['"-1"', { maxCreditsPerHour: 1000 }],
  ] as const)(
    "as %s is refused under %j, and nothing is sent",
    async ([price, limits], { platform, proxy }) => {
      const mcp = await connectAgent(proxy.platform(), { ...openPolicy, ...limits });
      hidePresetPrices(proxy, price);

      const text = await mcp.refusal("job_start", job);

      expect(text).toMatch(/^over_limit: --max-credits-per-\w+ is 1000: no price per hour could be read/);
      expect(await listAll(platform)).toEqual([]);
    },
  );

  test("shows no empty price without a cap", async ({ proxy }) => {
    const mcp = await connectAgent(proxy.platform());
    hidePresetPrices(proxy, '""');
    const plan = await mcp.ok("job_start", { ...job, dry_run: true });
    expect(plan.text).toContain("cost: unknown, as no price per hour could be read.");
    expect(plan.data.plan.worst_case_credits).toBeUndefined();
    proxy.add({ method: "POST", body: unpriced('""') });
    const { text } = await mcp.ok("job_start", job);
    expect(text).toContain("preset cpu-small, unknown credits per hour; life span 2h.");
  });
});

describe("a job that is answered without a price", () => {
  test("stays where its preset's fits, and is ended where only the dearest is left", async ({
    platform,
    proxy,
  }) => {
    const mcp = await connectAgent(proxy.platform(), { ...openPolicy, maxCreditsPerJob: 1 });
    proxy.add({ method: "POST", body: unpriced('""'), times: 1 });
    const { data } = await mcp.ok("job_start", job);
    proxy.add({ method: "POST", body: withoutPreset });

    const text = await mcp.refusal("job_start", job);

    expect(text).toMatch(/^over_limit: .*2h at 310 credits per hour could cost 620\..* was ended at once/s);
    expect(text).not.toContain("started at  credits");
    const active = (await listAll(platform)).filter(({ status }) => status !== "cancelled");
    expect(active.map(({ id }) => id)).toEqual([data.jobs[0].id]);
  });
});
