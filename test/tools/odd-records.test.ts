import { describe } from "vitest";
import type { JobDescription, Platform } from "../../src/client/index.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { test as base, connectAgent, expect, openPolicy } from "../support/fixtures.ts";
import { startJob, untilStatus } from "../support/run-job.ts";
import { SLEEP } from "../support/sleepers.ts";

type Wire = Record<string, unknown>;

type Proxy = Awaited<ReturnType<typeof faultProxy>>;

/** An agent behind a proxy that changes what the platform sends. */
const test = base
  .extend("proxy", ({ emulator }) => faultProxy(emulator))
  .extend("platform", ({ proxy }) => proxy.platform());

/** Changes one job wherever the platform tells of it. */
function oddJob(proxy: Proxy, { id }: JobDescription, change: (job: Wire) => unknown) {
  const record = (text: string): string => {
    if (!text.includes(`"${id}"`)) return text;
    const job: Wire = JSON.parse(text);
    return job.id === id ? JSON.stringify(change(job)) : text;
  };
  return proxy.add({
    method: "GET",
    path: /\/jobs(\/|\?)/,
    body: (text) =>
      text
        .split("\n")
        .map((line) => (line === "" ? "" : record(line)))
        .join("\n"),
  });
}

async function threeJobs(platform: Platform): Promise<[JobDescription, JobDescription, JobDescription]> {
  const one = await startJob(platform, { name: "one", script: SLEEP });
  const odd = await startJob(platform, { name: "odd", script: SLEEP });
  const last = await startJob(platform, { name: "last", script: SLEEP });
  return [one, odd, last];
}

describe("one odd job", () => {
  test("hides no other from any tool, and is named with what could not be read", async ({
    mcp,
    platform,
    proxy,
  }) => {
    const [, odd] = await threeJobs(platform);
    const changes: [string, (job: Wire) => unknown][] = [
      ["total_price_credits", ({ total_price_credits: _, ...job }) => job],
      ["container", (job) => ({ ...job, container: null })],
      ["history", (job) => ({ ...job, history: 5 })],
      ["status", (job) => ({ ...job, status: null })],
      ["container.env.A", (job) => ({ ...job, container: { ...Object(job.container), env: { A: null } } })],
      ["project_name", (job) => ({ ...job, project_name: [] })],
      ["owner", (job) => ({ ...job, owner: null })],
      ["cluster_name", (job) => ({ ...job, cluster_name: null })],
    ];
    for (const [field, change] of changes) {
      const undo = oddJob(proxy, odd, change);
      const { text, data } = await mcp.ok("job_list");
      expect
        .soft([field, ...data.jobs.map(({ name }: { name: string }) => name).sort()])
        .toEqual([field, "last", "odd", "one"]);
      expect.soft(text).toMatch(new RegExp(`odd · .*could not be read: ${field}`));
      const status = await mcp.ok("job_status", { jobs: ["odd", "one"] });
      expect.soft(status.text).toMatch(new RegExp(`odd \\(job-.*could not be read: ${field}`));
      undo();
    }
  });

  test("that has no id is counted and left out", async ({ mcp, platform, proxy }) => {
    const [, odd] = await threeJobs(platform);
    oddJob(proxy, odd, ({ id: _, ...job }) => job);
    const { text, data } = await mcp.ok("job_list");
    expect(text).toMatch(/Not shown: 1 .*a form that cannot be read \(id\)/);
    expect(data).toMatchObject({ unreadable: 1, jobs: [{ name: "last" }, { name: "one" }] });
  });

  test("is not told as absent where it cannot be read at all", async ({ mcp, platform, proxy }) => {
    const [, odd] = await threeJobs(platform);
    const heal = oddJob(proxy, odd, ({ id: _, ...job }) => job);
    const refusal = await mcp.refusal("job_status", { jobs: ["odd"] });
    expect(refusal).toMatch(/^protocol_error: .*in a form that cannot be read \(id\)/);
    heal();
    oddJob(proxy, odd, () => []);
    expect(await mcp.refusal("job_status", { jobs: ["odd"] })).toMatch(
      /in a form that cannot be read \(all of it\)/,
    );
  });

  test("without a history is told without the time it was created", async ({ mcp, platform, proxy }) => {
    const [, odd] = await threeJobs(platform);
    oddJob(proxy, odd, (job) => ({ ...job, history: 5 }));
    const { text } = await mcp.ok("job_status", { jobs: ["odd"] });
    expect(text).toMatch(/^odd \(job-\w+\): (?!.*created ).*could not be read: history/);
  });

  test("ends no wait for others, nor the one for it", async ({ mcp, platform, proxy }) => {
    const jobs = await threeJobs(platform);
    await Promise.all(jobs.map((job) => untilStatus(platform, job, "running")));
    oddJob(proxy, jobs[1], ({ price_credits_per_hour: _, ...job }) => ({ ...job, container: null }));
    const { data } = await mcp.ok("job_wait", { jobs: ["one", "odd", "last"], until: "running" });
    expect(data).toMatchObject({
      finished: true,
      jobs: [{ status: "running" }, { status: "running" }, { status: "running" }],
    });
  });

  test("without a price counts with that of its preset", async ({ emulator, proxy }) => {
    const agent = await connectAgent(proxy.platform(), { ...openPolicy, maxCreditsPerHour: 25 });
    const start = { image: "python:3.12", command: SLEEP, preset: "cpu-small", life_span: "1h" };
    const { data } = await agent.ok("job_start", { ...start, name: "odd" });
    const { used } = (await agent.ok("apolo_context")).data;
    oddJob(proxy, { id: data.jobs[0].id } as JobDescription, ({ price_credits_per_hour: _, ...job }) => job);
    expect((await agent.ok("apolo_context")).data.used).toEqual(used);
    expect(Number(used.credits_per_hour)).toBeGreaterThan(0);
    expect(emulator.url).toContain("127.0.0.1");
    await agent.client.close();
  });

  test("whose numbers come as text or as true is shown right", async ({ mcp, platform, proxy }) => {
    const [, odd] = await threeJobs(platform);
    oddJob(proxy, odd, (job) => ({
      ...job,
      max_run_time_minutes: "10",
      schedule_timeout: "90",
      status: "pending",
      http_url: "http://odd.example",
      container: {
        ...Object(job.container),
        http: { port: "80" },
        resources: { cpu: true, memory: "1073741824" },
      },
    }));
    const { text } = await mcp.ok("job_status", { jobs: ["odd"] });
    for (const part of ["Life span: 10m", "at most 1m 30s", "port 80"]) expect(text).toContain(part);
    expect(text).not.toContain("could not be read");
    expect((await mcp.ok("job_list")).data.jobs).toHaveLength(3);
  });
});

describe("one odd entry of the configuration", () => {
  const change = (proxy: Proxy, edit: (config: Wire) => unknown) =>
    proxy.add({ path: /\/config$/, body: (text) => JSON.stringify(edit(JSON.parse(text))) });
  const withPreset = (config: Wire, preset: unknown) => {
    const [cluster, ...others] = config.clusters as Wire[];
    return {
      ...config,
      clusters: [{ ...cluster, resource_presets: [...Object(cluster).resource_presets, preset] }, ...others],
    };
  };

  test.for([
    [
      "preset gpu-odd (credits_per_hour) of cluster default",
      (config: Wire) => withPreset(config, { name: "gpu-odd", cpu: 1, memory: 1 }),
    ],
    ["preset without a name", (config: Wire) => withPreset(config, null)],
    [
      "project stray (cluster_name)",
      (config: Wire) => ({ ...config, projects: [{ name: "stray" }, ...Object(config.projects)] }),
    ],
    [
      "cluster stray (registry_url)",
      (config: Wire) => ({
        ...config,
        clusters: [...Object(config.clusters), { name: "stray", monitoring_url: "x", resource_presets: [] }],
      }),
    ],
    [
      "cluster default (secrets_url, disks_url)",
      (config: Wire) => {
        const [cluster, ...others] = config.clusters as Wire[];
        const odd = { ...cluster, secrets_url: "http://[", disks_url: "javascript:alert(1)" };
        return { ...config, clusters: [odd, ...others] };
      },
    ],
    [
      `project ${"x".repeat(80)} (name)`,
      (config: Wire) => {
        const stray = { ...(config.projects as Wire[])[0], name: "x".repeat(10_000) };
        return { ...config, projects: [...Object(config.projects), stray] };
      },
    ],
    [
      "cluster stray (monitoring_url)",
      (config: Wire) => {
        const [cluster, ...others] = config.clusters as Wire[];
        return {
          ...config,
          clusters: [cluster, { ...cluster, name: "stray", monitoring_url: "//" }, ...others],
        };
      },
    ],
  ] as const)("is named, and hides no other: %s", async ([said, edit], { mcp, proxy }) => {
    change(proxy, edit);
    for (const tool of ["job_capacity", "apolo_context"]) {
      const { text, data } = await mcp.ok(tool);
      expect(text).toContain(said);
      expect([tool, ...data.unreadable].join()).toContain(said);
      expect(text).toContain("cpu-small");
    }
    const resource = await mcp.client.readResource({ uri: "apolo://presets" });
    expect(JSON.stringify(resource)).toContain("cpu-small");
    await mcp.ok("job_list");
  });

  test("is named to whoever wants to start on it", async ({ mcp, proxy }) => {
    change(proxy, (config) => withPreset(config, { name: "gpu-odd", cpu: 1, memory: 1 }));
    const text = await mcp.refusal("job_start", { image: "ubuntu", command: "true", preset: "gpu-odd" });
    expect(text).toContain("preset gpu-odd (credits_per_hour) of cluster default");
  });

  test("leaves the capacity of the others", async ({ mcp, proxy }) => {
    proxy.add({
      path: /\/capacity/,
      body: (text) => JSON.stringify({ ...JSON.parse(text), "cpu-small": "many" }),
    });
    const { text } = await mcp.ok("job_capacity");
    expect(text).toMatch(/cpu-small: room unknown/);
    expect(text).toMatch(/cpu-medium: (?:room for|NO ROOM)|gpu-small: (?:room for|NO ROOM)/);
  });
});
