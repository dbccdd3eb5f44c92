import { setTimeout as elapse } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, vi } from "vitest";
import type { Platform } from "../../src/client/index.ts";
import { connectPlatform } from "../../src/client/index.ts";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { WITHIN } from "../support/busy.ts";
import { connectAgent, expect, openPolicy, test } from "../support/fixtures.ts";
import { untilEnded, untilPrinted } from "../support/run-job.ts";
import { connectSession } from "../support/session.ts";

const SECRET = "hunter2-correct-horse";
const TOKEN = "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH";

async function startFinished(platform: Platform, command: string, name: string) {
  const { id } = await platform.jobs.start({ image: "ubuntu", command, name, env: { EPOCHS: "3", TOKEN } });
  return await vi.waitFor(async () => {
    const job = await platform.jobs.get(id);
    expect(job.history.finished_at).toBeDefined();
    return job;
  }, WITHIN);
}

describe("the list of resources", () => {
  test("holds the fixed ones and the newest twenty jobs, newest first", async ({ platform }) => {
    const session = await connectSession(platform);
    for (let n = 0; n < 22; n += 1)
      await platform.jobs.start({ image: "ubuntu", command: "true", name: `run-no-${n}` });
    const { resources } = await session.client.listResources();
    const fixed = resources.filter(({ uri }) => uri.startsWith("apolo://"));
    expect(fixed.map(({ uri }) => uri)).toEqual(["apolo://jobs", "apolo://presets", "apolo://context"]);
    const jobs = resources.filter(({ uri }) => uri.startsWith("job://"));
    expect(jobs.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, n) => `run-no-${21 - n}`));
    for (const { uri } of [...fixed, ...jobs.slice(0, 2)])
      expect((await session.read(uri)).length).toBeGreaterThan(2);
  });

  test("names the templates, each with what it gives", async ({ mcp }) => {
    const { resourceTemplates } = await mcp.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "job://{cluster}/{org}/{project}/{job}",
      "job://{cluster}/{org}/{project}/{job}/logs",
      "job://{cluster}/{org}/{project}/{job}/logs/{since}",
      "job://{cluster}/{org}/{project}/{job}/files/{path}",
      "apolo://jobs/{tag}",
      "apolo://schemas/{dataclass}",
    ]);
    for (const { description, mimeType } of resourceTemplates) {
      expect(description).toMatch(/\w{4}/);
      expect(mimeType).toMatch(/^(application\/json|text\/plain)$/);
    }
  });
});

describe("a job as a resource", () => {
  test("reads by id and by name, meets its published schema and shows no secret", async ({ platform }) => {
    const session = await connectSession(platform, { ...openPolicy, secrets: [SECRET] });
    const job = await startFinished(
      platform,
      `sh -c 'echo ${SECRET} > /dev/null; true --token ${TOKEN}'`,
      "train",
    );
    const text = await session.read(jobUri(job));
    const found = JSON.parse(text);
    expect(found).toMatchObject({
      id: job.id,
      name: "train",
      status: "succeeded",
      history: { exit_code: 0 },
    });
    expect(JSON.parse(await session.read("job://default/acme/vision/train")).id).toBe(job.id);
    const schema = JSON.parse(await session.read("apolo://schemas/JobDescription"));
    expect(new Ajv2020({ strict: true }).compile(schema)(found)).toBe(true);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(TOKEN);
    expect(found.container.env).toEqual({ EPOCHS: "[redacted]", TOKEN: "[redacted]" });
  });

  test("is refused with the next step where it is unknown, elsewhere or not permitted", async ({
    platform,
    emulator,
  }) => {
    const session = await connectSession(platform);
    const job = await startFinished(platform, "true", "train");
    await expect(session.read("job://default/acme/vision/trian")).rejects.toThrow(
      /not_found: .*train.*job_list \{.*apolo:\/\/jobs has the active jobs/,
    );
    await expect(session.read("job://default/acme/nope/train")).rejects.toThrow(
      /not_found: .*You have no project acme\/nope .*apolo:\/\/jobs/,
    );
    await expect(session.read(`job://default/acme/nlp/${job.id}`)).rejects.toThrow(
      `not_found: There is no job`,
    );
    await expect(session.read(`job://default/acme/nlp/${job.id}`)).rejects.toThrow(jobUri(job));
    await expect(session.read("job://nowhere/acme/vision/train")).rejects.toThrow(
      /There is no cluster .*default/,
    );
    const missing = [{ uri: jobUri(job), action: "read" }];
    emulator.chaos.add({ on: { path: "**/jobs/*" }, do: { kind: "answer", status: 403, body: { missing } } });
    await expect(session.read(jobUri(job))).rejects.toThrow(/not_permitted: .*read/);
  });
});

describe("a job's log as a resource", () => {
  test("is the text that job_logs gives", async ({ platform, mcp }) => {
    const session = await connectSession(platform);
    const job = await startFinished(platform, "sh -c 'echo epoch 1; echo epoch 2; exit 3'", "train");
    const { text } = await mcp.ok("job_logs", { jobs: [job.id] });
    const ages = /\d+[smh]( \d+[smh])? ago/g;
    expect((await session.read(`${jobUri(job)}/logs`)).replaceAll(ages, "")).toBe(text.replaceAll(ages, ""));
  });

  test("is bounded, says what was left out, and hides secrets", async ({ platform }) => {
    const session = await connectSession(platform);
    const rows = `seq -f "row %06.0f ${"a".repeat(90)}" 3000`;
    const job = await startFinished(platform, `sh -c '${rows}; echo token ${TOKEN}'`, "long");
    const text = await session.read(`${jobUri(job)}/logs/1h`);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(20_000);
    expect(text).toMatch(/lines?, .*not shown/);
    expect(text).not.toContain(TOKEN);
  });

  test("from a time on shows only that window, and refuses what is no time", async ({ platform }) => {
    const session = await connectSession(platform);
    const command = "sh -c 'echo old; until [ -e go ]; do sleep 0.02; done; echo new'";
    const started = await platform.jobs.start({ image: "ubuntu", command, name: "train" });
    await untilPrinted(platform, started, "old");
    // The platform goes by whole seconds.
    await elapse(1200);
    await platform.jobs.execAndCollect(started.id, { argv: ["touch", "go"] });
    const job = await untilEnded(platform, started);
    const text = await session.read(
      `${jobUri(job)}/logs/${encodeURIComponent(job.history.finished_at ?? "")}`,
    );
    expect(text).not.toContain("old");
    // The job may have ended long after its last line.
    const { lines } = await platform.jobs.tail(job.id);
    const printed = new Date(lines.at(-1)?.time ?? "").toISOString();
    const window = await session.read(`${jobUri(job)}/logs/${encodeURIComponent(printed)}`);
    expect(window).toMatch(/Z new/);
    expect(window).not.toContain("old");
    await expect(session.read(`${jobUri(job)}/logs/someday`)).rejects.toThrow(
      /invalid_argument: .*is not a time/,
    );
  });
});

describe("the rest", () => {
  test("lists active jobs and the jobs of a tag, and refuses a tag that nothing carries", async ({
    platform,
  }) => {
    const session = await connectSession(platform);
    await startFinished(platform, "true", "done");
    await platform.jobs.start({ image: "ubuntu", command: "sleep 60", name: "busy", tags: ["sweep"] });
    const active = JSON.parse(await session.read("apolo://jobs"));
    expect(active.jobs.map(({ name }: { name: string }) => name)).toEqual(["busy"]);
    const tagged = JSON.parse(await session.read("apolo://jobs/sweep"));
    expect(tagged.jobs[0]).toMatchObject({ name: "busy", command: "sleep 60" });
    await expect(session.read("apolo://jobs/active")).rejects.toThrow(
      /No job in \S+ has the tag "active"\. apolo:\/\/jobs has the active jobs/,
    );
    await expect(session.read("apolo://jobs/failed")).rejects.toThrow(
      /job_list \{"status":\["failed"\]\} has the failed jobs/,
    );
    await expect(session.read("apolo://jobs/nothing")).rejects.toThrow(
      /not_found: No job .*"nothing"\. None of its \d+ jobs has the tag .*job_list shows the jobs/,
    );
  });

  test("says what can be started, also where the capacity is not to be seen", async ({
    platform,
    emulator,
  }) => {
    const session = await connectSession(platform);
    const { presets } = JSON.parse(await session.read("apolo://presets"));
    expect(presets[0]).toMatchObject({ credits_per_hour: expect.any(String), available: expect.any(Number) });
    emulator.chaos.add({
      on: { path: "**/capacity" },
      do: { kind: "answer", status: 403, body: { missing: [] } },
    });
    const hidden = JSON.parse(await session.read("apolo://presets"));
    expect(hidden.note).toMatch(/available is unknown: not_permitted/);
    expect(hidden.presets).toHaveLength(presets.length);
  });

  test("says who, where and what is allowed", async ({ platform }) => {
    const session = await connectSession(platform, { ...openPolicy, mode: "read-only", maxJobs: 3 });
    expect(JSON.parse(await session.read("apolo://context"))).toMatchObject({
      user: "alice",
      selection: { cluster: "default", org: "acme", project: "vision" },
      allowed: { mode: "read-only", max_jobs: 3 },
    });
  });

  test("refuses what does not exist, with what does", async ({ mcp }) => {
    const read = (uri: string) => mcp.client.readResource({ uri });
    await expect(read("apolo://nothing")).rejects.toThrow(/^MCP error -32002: not_found: .*apolo:\/\/jobs/);
    await expect(read("apolo://schemas/JobDescripton")).rejects.toThrow(/Did you mean JobDescription\?/);
  });

  test("says what to do without a login, and lists what needs none", async () => {
    const platform = connectPlatform(undefined);
    const { client } = await connectAgent(platform);
    await expect(client.readResource({ uri: "apolo://jobs" })).rejects.toThrow(/no_login: .*apolo login/);
    expect((await client.listResources()).resources).toHaveLength(4);
    await client.close();
    await platform.close();
  });
});
