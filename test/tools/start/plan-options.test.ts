import { describe } from "vitest";
import { canIsolate } from "../../emulator/run/jobs.ts";
import { expect, test } from "../../support/fixtures.ts";

const job = { image: "ubuntu", command: "sleep 600" };

describe("a plan", () => {
  test("names a passed login on a line of its own, and every other option on one", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_start", {
      ...{ ...job, dry_run: true, pass_config: true, tty: true, shm: false, working_dir: "/tmp" },
      ...{ tags: ["a", "b"], description: "for people", priority: "high", schedule_timeout: "1h30m" },
      ...{ privileged: true, wait_for_quota: true, life_span: "1d2h3m" },
    });
    expect(text).toMatch(/^login: yours is put into the job/m);
    expect(text).toContain(
      'options: tty; no shm; working_dir /tmp; tags a, b; description "for people"; priority high; schedule_timeout 1h 30m; privileged; wait_for_quota\n',
    );
    expect(text).toContain("life span 1d 2h 3m, so at most 13.03 credits.");
    expect(data.plan.pass_config).toBe(true);
  });

  test("names the login that a rerun hands on", async ({ mcp }) => {
    const { data } = await mcp.ok("job_start", { ...job, pass_config: true });
    const { text } = await mcp.ok("job_rerun", { job: data.jobs[0].id });
    expect(text).toMatch(/^login: yours is put into the job/m);
  });
});

// Without bubblewrap the emulator refuses a job that mounts something.
describe.runIf(canIsolate)("a mounted path with characters that a URI escapes", () => {
  test.for(["a b", "\u00fc", "100%", "a%2520b"])(
    "%s is shown decoded and sent once encoded",
    async (path, { mcp }) => {
      const args = { ...job, name: "first", volumes: [`storage:${path}:/mnt`], request_id: "r1" };
      const shown = `storage://default/acme/vision/${path}`;
      const plan = await mcp.ok("job_start", { ...args, dry_run: true });
      expect(plan.data.plan.mounts).toEqual([expect.stringContaining(path === "100%" ? "100%25" : shown)]);
      const { data } = await mcp.ok("job_start", args);
      const again = await mcp.ok("job_start", args);
      expect(again.data.jobs[0]).toMatchObject({ id: data.jobs[0].id, repeated: true });
      const rerun = await mcp.ok("job_rerun", { job: data.jobs[0].id, name: "second" });
      expect(rerun.data.plan.mounts).toEqual(plan.data.plan.mounts);
      expect((await mcp.ok("job_status", { jobs: ["first"] })).text).toContain(
        path === "100%" ? "100%25" : shown,
      );
    },
  );
});
