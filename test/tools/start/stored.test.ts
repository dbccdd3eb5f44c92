import { describe } from "vitest";
import type { Platform } from "../../../src/client/index.ts";
import { canIsolate } from "../../emulator/run/jobs.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { listAll } from "../../support/sleepers.ts";
import { addDisk, addSecrets } from "../../support/stored.ts";

const JOB = { image: "ubuntu", command: "sleep 600" };
const SPOT = { preset: "a100-x8-spot" };
const MISSING = [
  [{ secret_env: { T: "secret:hf-tokn" } }, /^secret_env: .*"hf-tokn" in acme\/vision.* mean hf-token\?/],
  [{ env: { T: "secret:hf-tokn" } }, /^secret_env: .*"hf-tokn"/],
  [{ secret_env: { T: "secret:/nlp/hf-token" } }, /^secret_env: .*"hf-token" in acme\/nlp.* none/],
  [{ volumes: ["secret:hf-tokn:/etc/t"] }, /^volumes: there is no secret "hf-tokn"/],
  [{ volumes: ["disk:dta:/d:ro"] }, /^volumes: there is no disk "dta" .* mean data\?/],
  [{ ...SPOT, energy_schedule: "nigth" }, /^energy_schedule: there is no "nigth"\. Did you mean night\?/],
] as const;

/** Looks for what a start refers to as long as that takes on a busy machine, not for three seconds. */
function lookPatiently({ jobs }: Platform): void {
  const stored = jobs.stored.bind(jobs);
  jobs.stored = (kind, where) => stored(kind, where);
}

describe("what a start refers to and is not there", () => {
  test.for(MISSING)(
    "is a problem of the plan and refuses the start: %j",
    async ([args, why], { mcp, emulator, platform }) => {
      await addSecrets(emulator, ["hf-token"]);
      await addDisk(emulator, "data");
      lookPatiently(platform);
      const { data, text } = await mcp.ok("job_start", { ...JOB, ...args, dry_run: true });
      expect(data.plan.problems).toEqual([expect.stringMatching(why)]);
      expect(text).toContain("It would be refused:");
      expect(await mcp.refusal("job_start", { ...JOB, ...args })).toContain("nothing was sent. ");
      expect(await listAll(platform)).toEqual([]);
    },
  );

  test("passes once it is there, and the plan says that it looked", async ({ mcp, emulator, platform }) => {
    lookPatiently(platform);
    await addSecrets(emulator, ["hf"]);
    const id = await addDisk(emulator, "data");
    const args = { ...JOB, secret_env: { T: "secret:hf" }, dry_run: true };
    const { data, text } = await mcp.ok("job_start", args);
    expect(data.plan.problems).toEqual([]);
    expect(text).toMatch(/^Checked: .*secrets/m);
    expect(text).toMatch(/Only the start shows: image, quota, credits\.$/m);
    for (const disk of ["data", id]) {
      const { data } = await mcp.ok("job_start", { ...args, volumes: [`disk:${disk}:/d`] });
      expect(data.plan.checked).toEqual(expect.arrayContaining(["secrets", "disks"]));
    }
  });

  test.for([
    [{ status: 403, body: "{}" }, "no permission to list them"],
    ["reset", "no answer"],
  ] as const)(
    "is left to the start when it cannot be looked up: %j",
    async ([instead, why], { emulator }) => {
      const proxy = await faultProxy(emulator);
      proxy.add({ path: /\/secrets/, instead });
      const platform = proxy.platform();
      lookPatiently(platform);
      const agent = await connectAgent(platform);
      const args = { ...JOB, secret_env: { T: "secret:nope" } };
      const { data, text } = await agent.ok("job_start", { ...args, dry_run: true });
      expect(data.plan.problems).toEqual([]);
      expect(text).toMatch(new RegExp(` Only the start shows: .*secrets \\(${why}\\)`, "m"));
      expect((await agent.ok("job_start", args)).data.jobs).toHaveLength(1);
    },
  );

  test("does not keep a repeat from finding its job", async ({ mcp, emulator }) => {
    await addSecrets(emulator, ["hf"]);
    const args = { ...JOB, secret_env: { T: "secret:hf" }, request_id: "r1" };
    const { data } = await mcp.ok("job_start", args);
    const secret = new URL(`/default/secrets/hf?org_name=acme&project_name=vision`, emulator.url);
    await fetch(secret, { method: "DELETE", headers: { authorization: `Bearer ${emulator.token}` } });
    expect((await mcp.ok("job_start", args)).data.jobs[0].id).toBe(data.jobs[0].id);
  });
});

test("a start that refers to nothing asks for no more than before, another for one list of each kind", async ({
  emulator,
}) => {
  await addSecrets(emulator, ["a", "b"]);
  const proxy = await faultProxy(emulator);
  const agent = await connectAgent(proxy.platform());
  await agent.ok("job_start", JOB);
  const before = proxy.seen.length;
  await agent.ok("job_start", JOB);
  const plain = proxy.seen.length - before;
  await agent.ok("job_start", { ...JOB, secret_env: { A: "secret:a", B: "secret:b" } });
  expect(proxy.seen.length - before - plain).toBe(plain + 1);
});

// Without bubblewrap the emulator refuses a job that mounts something.
test.runIf(canIsolate)("a disk that is there can be mounted by its name", async ({ mcp, emulator }) => {
  await addDisk(emulator, "data");
  const { data } = await mcp.ok("job_start", { ...JOB, volumes: ["disk:data:/d"] });
  expect(data.jobs).toHaveLength(1);
});
