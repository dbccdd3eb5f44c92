import { describe } from "vitest";
import { connectPlatform, type JobDescription, loginFromPassedConfig } from "../../../src/client/index.ts";
import { test as base, expect } from "../../support/fixtures.ts";
import { startJob, untilEnded, untilStatus } from "../../support/run-job.ts";
import { SLEEP } from "../../support/sleepers.ts";

/** A running job of somebody else. */
const test = base.extend<{ theirs: JobDescription }>({
  theirs: async ({ emulator }, use) => {
    const login = loginFromPassedConfig(emulator.passedConfig);
    const bob = connectPlatform({ ...login, token: emulator.tokenFor("bob") });
    const job = await startJob(bob, { name: "annotate", script: SLEEP, lifeSpanSeconds: 3600 });
    await use(await untilStatus(bob, job, "running"));
    await bob.close();
  },
});

const MARK = "(not your job: owner bob)";

describe.for([
  ["job_exec", { command: "true" }],
  ["job_attach", { wait_seconds: 1 }],
  ["job_save", { image: "image:mine:v1" }],
  ["job_extend", { by: "1h" }],
  ["job_signal", {}],
] as const)("%s of another person's job", ([tool, args]) => {
  test("is refused by name or by the beginning of an id, with the call that is certain", async ({
    mcp,
    platform,
    theirs,
  }) => {
    const named = ["annotate", "job:annotate", "job://default/acme/vision/annotate"];
    for (const job of [...named, theirs.id.slice(0, 12)]) {
      const text = await mcp.refusal(tool, { ...args, job });
      expect(text).toMatch(/^not_owned: annotate .*owner bob.* is not your job.*Nothing was done/s);
      const certain = tool === "job_extend" ? `"jobs": ["${theirs.id}"]` : `"job": "${theirs.id}"`;
      expect(text).toContain(`call again with ${certain}`);
      expect(text).not.toContain("include_others");
    }
    const { status, life_span } = await platform.jobs.status(theirs.id);
    expect([status, life_span]).toEqual(["running", 3600]);
  });

  test("is done by full id, and says whose it is", async ({ mcp, theirs }) => {
    const { text, data } = await mcp.ok(tool, { ...args, job: theirs.id });
    expect(text).toContain(MARK);
    expect((data.outcomes?.[0] ?? data).owner).toBe("bob");
  });

  test("is done by absolute URI", async ({ mcp, theirs }) => {
    const job = `job://default/acme/vision/${theirs.id}`;
    const { data } = await mcp.ok(tool, { ...args, job });
    expect((data.outcomes?.[0] ?? data).id).toBe(theirs.id);
  });
});

describe("job_kill of another person's job", { tags: "kills" }, () => {
  test("is refused by name, kills none, and says how", async ({ mcp, platform, theirs }) => {
    const mine = await startJob(platform, { name: "mine", script: SLEEP });
    const text = await mcp.refusal("job_kill", { jobs: ["mine", "annotate"] });
    expect(text).toMatch(/^not_owned: annotate .*owner bob.*Nothing was done/s);
    expect(text).toContain(`"jobs": ["mine","${theirs.id}"]`);
    expect(text).not.toMatch(/mine \(/);
    expect((await platform.jobs.status(mine.id)).status).not.toBe("cancelled");
    expect((await platform.jobs.status(theirs.id)).status).toBe("running");
  });

  test.for([
    ["full id", (job: JobDescription) => ({ jobs: [job.id] })],
    ["absolute URI", ({ uri }: JobDescription) => ({ jobs: [uri] })],
    ["name and include_others", () => ({ jobs: ["annotate"], include_others: true })],
  ] as const)("is done by %s, and says whose it was", async ([_how, argsOf], { mcp, theirs }) => {
    const { text, data } = await mcp.ok("job_kill", argsOf(theirs));
    expect(data.outcomes).toEqual([expect.objectContaining({ id: theirs.id, after: "cancelled" })]);
    expect(text).toContain(MARK);
  });

  test("is done with the token of a list that showed it", async ({ mcp, theirs }) => {
    const preview = await mcp.ok("job_kill", { name_pattern: "annotate", include_others: true });
    expect(preview.text).toContain(MARK);
    const { data } = await mcp.ok("job_kill", { token: preview.data.token });
    expect(data.outcomes[0]).toMatchObject({ id: theirs.id, after: "cancelled" });
  });

  test("changes nothing about one that has ended, and needs no certainty for that", async ({
    mcp,
    platform,
    theirs,
  }) => {
    await platform.jobs.kill(theirs.id);
    await untilEnded(platform, theirs);
    const { text } = await mcp.ok("job_kill", { jobs: ["annotate"] });
    expect(text).toContain("already cancelled, nothing changed");
  });
});
