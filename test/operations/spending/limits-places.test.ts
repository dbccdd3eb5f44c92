import { describe } from "vitest";
import { WITHIN } from "../../support/busy.ts";
import { type FaultProxy, faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { startJob } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";

const job = { image: "python:3.12", command: SLEEP, preset: "cpu-small", life_span: "2h" };
const START = { method: "POST", path: /\/jobs\?from_preset/ };

async function untilSent(proxy: FaultProxy, count: number): Promise<void> {
  while (proxy.seen.filter(({ method }) => method === "POST").length < count)
    await new Promise((resolve) => setImmediate(resolve));
}

describe("what counts under --max-jobs", () => {
  test.override("policy", { ...openPolicy, maxJobs: 1, maxCreditsPerHour: 5 });

  test("is the job, and no tag of the caller's may look like a server's", async ({ mcp, platform }) => {
    for (const tag of ["mcp:!", "mcp:", "mcp:r1", "mcp-by:0123456789ab"]) {
      const text = await mcp.refusal("job_start", { ...job, tags: ["mine", tag] });
      expect(text).toMatch(/^invalid_argument: .*tags: ".*" is one that only this server gives/s);
    }
    expect(await listAll(platform)).toEqual([]);
  });

  test("is each place for itself, whatever request_id they share", async ({ mcp, platform }) => {
    await mcp.ok("job_start", { ...job, request_id: "r1" });
    for (const project of ["nlp", "research/lab"]) {
      const text = await mcp.refusal("job_start", { ...job, request_id: "r1", project });
      expect(text).toMatch(/^over_limit: --max-jobs is 1/);
    }
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("is every job, also of one request tag", async ({ mcp, platform }) => {
    const { data } = await mcp.ok("job_start", job);
    const { tags } = await platform.jobs.status(data.jobs[0].id);
    await startJob(platform, { script: SLEEP, tags });
    const { text } = await mcp.ok("apolo_context");
    expect(text).toContain("Active jobs that this server started: 2, 1 credits/h together.");
  });
});

describe("what counts of other versions", () => {
  test.override("policy", { ...openPolicy, maxJobs: 1 });

  test("is a job that carries only the tag of its request", async ({ mcp, platform }) => {
    await startJob(platform, { script: SLEEP, tags: ["mcp:r1"] });
    expect(await mcp.refusal("job_start", job)).toMatch(/--max-jobs is 1: this server has 1 active/);
  });
});

/** A job with resources of its own that fit no preset: the dearest one's price, and a total of nothing yet. */
function legacy(text: string): string {
  return text
    .replace(/"price_credits_per_hour": ?"[^"]*"/g, '"price_credits_per_hour":"310"')
    .replace(/"total_price_credits": ?"[^"]*"/g, '"total_price_credits":"0.0"')
    .replace(/"preset_name": ?"[^"]*",?/g, "");
}

describe("a job that fits no preset", () => {
  test("counts at the dearest preset's price, with nothing spent yet", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), {
      ...openPolicy,
      ...{ maxCreditsPerHour: 310.4, maxCreditsPerJob: 620 },
    });
    await startJob(platform, { name: "legacy", script: SLEEP, lifeSpanSeconds: 3600, tags: ["mcp:r1"] });
    proxy.add({ method: "GET", path: /\/jobs/, body: legacy });
    expect(await mcp.refusal("job_start", { ...job, life_span: "1h" })).toMatch(
      /--max-credits-per-hour is 310\.4: this server's active jobs cost 310 per hour, and these 0\.5 more/,
    );
    expect((await mcp.ok("job_extend", { job: "legacy", by: "1h" })).text).toContain("in all at most 620.");
    expect(await mcp.refusal("job_extend", { job: "legacy", by: "1m" })).toMatch(
      /^over_limit: --max-credits-per-job is 620: .* at 310 credits per hour/,
    );
    expect((await mcp.ok("job_list")).text).toContain("Together 0 credits so far");
    expect((await mcp.ok("job_status", { jobs: ["legacy"] })).text).toContain("310");
  });
});

describe("a start that was given up", () => {
  test("keeps its place until its outcome is known", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), { ...openPolicy, maxJobs: 2 });
    const { open, opened } = gate();
    proxy.add({ ...START, before: opened });
    for (let sent = 1; sent <= 2; sent += 1) {
      const abort = new AbortController();
      const call = mcp.call("job_start", job, abort.signal).catch(() => undefined);
      await untilSent(proxy, sent);
      abort.abort();
      await call;
    }
    expect(await mcp.refusal("job_start", job)).toMatch(/this server has 2 active/);
    open();
    proxy.clear();
    await expect.poll(() => listAll(platform), WITHIN).toHaveLength(2);
    expect(await mcp.refusal("job_start", job)).toMatch(/this server has 2 active/);
  });

  test("keeps its place when its answer was lost, too", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), { ...openPolicy, maxJobs: 1 });
    proxy.add({ ...START, instead: "reset" });
    const abort = new AbortController();
    const call = mcp.call("job_start", job, abort.signal).catch(() => undefined);
    await proxy.sees({ method: "GET", path: /tag=mcp%3A/ });
    abort.abort();
    await call;
    expect(await mcp.refusal("job_start", job)).toMatch(/--max-jobs is 1: this server has 1 active/);
  });
});

describe("two servers with one login", () => {
  test("leave one job under --max-jobs 1: the younger one gives way", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const policy = { ...openPolicy, maxJobs: 1 };
    const agents = await Promise.all([1, 2, 3].map(() => connectAgent(proxy.platform(), policy)));
    const { open, opened } = gate();
    proxy.add({ ...START, before: opened });
    const calls = Promise.all(agents.map((agent) => agent.call("job_start", job)));
    await untilSent(proxy, 3);
    open();
    const answers = await calls;
    const lost = answers.filter(({ isError }) => isError);
    expect(lost).toHaveLength(2);
    for (const { text } of lost) expect(text).toMatch(/^over_limit: --max-jobs is 1.* was ended at once/s);
    const active = (await listAll(platform)).filter(({ status }) => status !== "cancelled");
    expect(active).toHaveLength(1);
  });
});

describe("the price that the platform answers", () => {
  const dear = (text: string) =>
    text.replace(/"price_credits_per_hour": ?"[^"]*"/, '"price_credits_per_hour":"50"');

  test.for([
    [{ maxCreditsPerJob: 10 }, /could cost 100\b/],
    [{ maxCreditsPerHour: 10 }, /--max-credits-per-hour is 10/],
  ] as const)(
    "is held against %j: the job is ended at once",
    async ([limits, said], { emulator, platform }) => {
      const proxy = await faultProxy(emulator);
      const mcp = await connectAgent(proxy.platform(), { ...openPolicy, ...limits });
      proxy.add({ method: "POST", body: dear });
      proxy.add({ method: "GET", path: /\/jobs\?/, body: dear });
      const text = await mcp.refusal("job_start", job);
      expect(text).toMatch(/^over_limit: /);
      expect(text).toMatch(said);
      expect(text).toMatch(/was ended at once/);
      expect(await listAll(platform)).toEqual([expect.objectContaining({ status: "cancelled" })]);
    },
  );

  test("is held against the limit, too, when the start was given up", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform(), { ...openPolicy, maxCreditsPerJob: 10 });
    const { open, opened } = gate();
    proxy.add({ method: "POST", before: opened, body: dear });
    const abort = new AbortController();
    const call = mcp.call("job_start", job, abort.signal).catch(() => undefined);
    await untilSent(proxy, 1);
    abort.abort();
    await call;
    open();
    const started = () => listAll(platform);
    await expect.poll(started, WITHIN).toEqual([expect.objectContaining({ status: "cancelled" })]);
  });

  test("is the one that is shown", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    proxy.add({ method: "POST", body: dear });
    const { text } = await mcp.ok("job_start", job);
    expect(text).toContain("preset cpu-small, 50 credits per hour; life span 2h, so at most 100 credits.");
  });
});

/** What an admin has changed: one price, and one preset's name. */
function changed(text: string): string {
  const config = JSON.parse(text);
  for (const preset of config.clusters[0].resource_presets) {
    if (preset.name === "cpu-small") preset.credits_per_hour = "50";
    if (preset.name === "cpu-large") preset.name = "brand-new";
  }
  return JSON.stringify(config);
}

describe("presets and prices", () => {
  test("are read anew for a start under a cap, and for a preset that is not known", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const capped = await connectAgent(proxy.platform(), { ...openPolicy, maxCreditsPerJob: 10 });
    const open = await connectAgent(proxy.platform());
    await capped.ok("apolo_context");
    await open.ok("apolo_context");
    proxy.add({
      method: "GET",
      path: /\/config$/,
      body: changed,
    });
    expect(await capped.refusal("job_start", job)).toMatch(/at 50 credits per hour could cost 100/);
    const plan = await open.ok("job_start", { ...job, preset: "brand-new", dry_run: true });
    expect(plan.data.plan.preset).toBe("brand-new");
    expect(plan.data.plan.problems).toEqual([]);
  });
});

describe("--owned-only", () => {
  test.override("policy", { ...openPolicy, ownedOnly: true });

  test("takes no tag that anybody could give for a job of its own", async ({ mcp, platform }) => {
    const options = { image: "ubuntu", command: SLEEP, tags: ["mcp:!"], name: "theirs" };
    await platform.jobs.start(options);
    await platform.jobs.startOnce({ ...options, tags: [], name: "direct" }, { requestId: "x" });
    for (const name of ["theirs", "direct"])
      expect(await mcp.refusal("job_kill", { jobs: [name] })).toMatch(/^not_owned: /);
  });

  test("knows its jobs again after a restart", async ({ mcp, emulator, policy }) => {
    await mcp.ok("job_start", { ...job, name: "own" });
    const restarted = await connectAgent((await faultProxy(emulator)).platform(), policy);
    await restarted.ok("job_kill", { jobs: ["own"] });
  });
});
