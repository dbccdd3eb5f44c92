import { describe, onTestFinished } from "vitest";
import { connectPlatform, loginFromPassedConfig, type Platform } from "../../../src/client/index.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { startJob, untilEnded } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

const HOUR = 3600;
const NAMES = ["one", "two", "three"];

async function startAll(platform: Platform, names = NAMES) {
  const start = (name: string) => startJob(platform, { name, script: SLEEP, lifeSpanSeconds: HOUR });
  return Promise.all(names.map(start));
}

const spansOf = async (platform: Platform, jobs: readonly { id: string }[]) =>
  Promise.all(jobs.map(async ({ id }) => (await platform.jobs.status(id)).life_span));

describe("job_extend of several jobs", () => {
  test("gives each the time once, and sums what it may cost", async ({ mcp, platform }) => {
    const jobs = await startAll(platform);
    const { text, data } = await mcp.ok("job_extend", { jobs: [...NAMES, jobs[0]?.id], by: "2h" });
    expect(await spansOf(platform, jobs)).toEqual([3 * HOUR, 3 * HOUR, 3 * HOUR]);
    expect(data.outcomes.map(({ job, outcome }: Record<string, string>) => [job, outcome])).toEqual(
      NAMES.map((name) => [name, "extended"]),
    );
    expect(data.extra_credits).toBe("3");
    expect(text).toMatch(/^Extended 3 of 3 by 2h; extra cost at most 3 credits together\.\n/);
    expect(text).not.toMatch(/owner|default\/acme/);
  });

  test.for([
    ["has ended", { script: "exit 0", lifeSpanSeconds: HOUR }, /spoil .*has ended/s],
    ["has no life span", { script: SLEEP }, /spoil .*has no life span/s],
  ] as const)("extends none where one %s", async ([, options, words], { mcp, platform }) => {
    const jobs = await startAll(platform);
    const spoil = await startJob(platform, { name: "spoil", ...options });
    if (options.script !== SLEEP) await untilEnded(platform, spoil);
    expect(await mcp.refusal("job_extend", { jobs: [...NAMES, "spoil"], by: "2h" })).toMatch(words);
    expect(await spansOf(platform, jobs)).toEqual([HOUR, HOUR, HOUR]);
  });

  test("extends none where names are unknown or other people's, and names all of them", async ({
    emulator,
    mcp,
    platform,
  }) => {
    const jobs = await startAll(platform);
    expect(await mcp.refusal("job_extend", { jobs: [...NAMES, "nope", "nix"], by: "2h" })).toMatch(
      /nope.*nix/s,
    );
    const login = loginFromPassedConfig(emulator.passedConfig);
    const bob = connectPlatform({ ...login, token: emulator.tokenFor("bob") });
    onTestFinished(() => bob.close());
    const [theirs] = await startAll(bob, ["theirs"]);
    expect(await mcp.refusal("job_extend", { jobs: ["one", "theirs"], by: "2h" })).toMatch(
      /^not_owned: .*"jobs": \["one","job-[^"]+"\]\.$/s,
    );
    expect(await spansOf(platform, jobs)).toEqual([HOUR, HOUR, HOUR]);
    const { text } = await mcp.ok("job_extend", { jobs: ["one", theirs?.id], by: "2h" });
    expect(text).toContain("(not your job: owner bob)");
  });

  test("extends none where the limit has no room for two of them, and says so of both", async ({
    platform,
  }) => {
    const jobs = await startAll(platform);
    await platform.jobs.bumpLifeSpan(jobs[0]?.id ?? "", 8 * HOUR);
    await platform.jobs.bumpLifeSpan(jobs[1]?.id ?? "", 9 * HOUR);
    const mcp = await connectAgent(platform, { ...openPolicy, maxCreditsPerJob: 5 });
    const text = await mcp.refusal("job_extend", { jobs: NAMES, by: "2h" });
    expect(text).toMatch(/^over_limit: .*life span of one is 9h.*life span of two is 10h/s);
    expect(await spansOf(platform, jobs)).toEqual([9 * HOUR, 10 * HOUR, HOUR]);
  });

  test("tells what is done from what is not and what nobody knows", async ({ emulator, platform }) => {
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    const [, two, three] = await startAll(platform);
    const at = (job: { id: string } | undefined) => ({ method: "PUT", path: new RegExp(job?.id ?? "") });
    proxy.add({ ...at(two), instead: { status: 500, body: '{"error": "boom"}' } });
    proxy.add({ ...at(three), instead: "reset" });
    const { text, data } = await mcp.ok("job_extend", { jobs: NAMES, by: "1h 30m" });
    expect(data.outcomes.map(({ outcome }: Record<string, string>) => outcome)).toEqual([
      "extended",
      "not_added",
      "unknown",
    ]);
    expect(text).toMatch(/^Extended 1 of 3 by 1h 30m; extra cost at most 0\.75 credits together\./);
    expect(text).toMatch(/two .*nothing was added/);
    expect(text).toMatch(/three .*is unknown/);
    expect(text).toContain(`Next: job_status {"jobs":["${three?.id}"]}`);
    expect(text).toContain(`Next: job_extend {"jobs":["${two?.id}"],"by":"1h30m"}`);
  });

  test("fails where none of them got the time", async ({ mcp, platform, emulator }) => {
    await startAll(platform);
    const boom = { kind: "answer", status: 500, body: { error: "boom" } } as const;
    for (const _ of NAMES) emulator.chaos.add({ on: { method: "PUT" }, do: boom });
    expect(await mcp.refusal("job_extend", { jobs: NAMES, by: "1h" })).toMatch(
      /No job was extended\.\none .*\ntwo .*\nthree .*\nNext: job_extend/,
    );
  });
});
