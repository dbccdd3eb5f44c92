import { describe, onTestFinished } from "vitest";
import { connectPlatform, loginFromPassedConfig } from "../../../src/client/index.ts";
import { WITHIN } from "../../support/busy.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent, expect, test } from "../../support/fixtures.ts";
import { gate } from "../../support/gate.ts";
import { startJob, untilPrinted, untilStatus } from "../../support/run-job.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";
import { conversation } from "./conversation.ts";

interface Row {
  id: string;
  name: string;
  status: string;
}

describe("Launch 20 jobs with tag lr-sweep, tell me which failed", () => {
  test("starts twenty, and tells the three that fail apart", { timeout: 120_000 }, async ({ mcp }) => {
    const ask = conversation(mcp, 24);
    const script =
      'case {lr} in 0.04) exit 1;; 0.11) sh -c "kill -9 \\$\\$"; exit;; esac; echo "lr {lr} done"';
    const sweep = {
      ...{ image: "python:3.12", name: "lr-sweep", tags: ["lr-sweep"], command: script, life_span: "1h" },
      matrix: { lr: Array.from({ length: 19 }, (_, index) => Number((index / 100).toFixed(2))) },
    };
    const started = await ask("job_start", sweep);
    await ask("job_start", {
      image: "ghcr.io/acme/does-not-exist:1",
      name: "lr-sweep-20",
      tags: ["lr-sweep"],
    });
    expect(new Set(started.data.jobs.map(({ id }: Row) => id)).size).toBe(19);
    const ids = started.data.jobs.map(({ id }: Row) => id);
    const wait = { jobs: [...ids, "lr-sweep-20"], until: "finished", wait_seconds: 45 };
    let { data: waited } = await ask("job_wait", wait);
    while (!waited.finished) ({ data: waited } = await ask("job_wait", wait));
    const { data } = await ask("job_list", { tags: ["lr-sweep"], limit: 50 });
    expect(data.counts).toMatchObject({ succeeded: 17, failed: 3 });
    const failed = data.jobs.filter(({ status }: Row) => status === "failed").map(({ name }: Row) => name);
    expect(failed.sort()).toEqual(["lr-sweep-12", "lr-sweep-20", "lr-sweep-5"]);
    const { text } = await ask("job_status", { jobs: failed });
    expect(text).toMatch(/exit 1\b/);
    expect(text).toMatch(/SIGKILL/);
    expect(text).toMatch(/does-not-exist:1/);
  });
});

describe("Run nvidia-smi in my job", () => {
  test("runs in mine, not in somebody else's", async ({ mcp, platform, emulator }) => {
    const bob = connectPlatform({
      ...loginFromPassedConfig(emulator.passedConfig),
      token: emulator.tokenFor("bob"),
    });
    const script = `cd "$(mktemp -d)"; echo '#!/bin/sh' > nvidia-smi; echo 'echo "NVIDIA-SMI of $NEURO_JOB_OWNER"' >> nvidia-smi; chmod +x nvidia-smi; pwd; ${SLEEP}`;
    const mine = await untilStatus(platform, await startJob(platform, { name: "train", script }), "running");
    await untilStatus(bob, await startJob(bob, { name: "theirs", script: SLEEP }), "running");
    await untilPrinted(platform, mine, "/");
    const folder = (await platform.jobs.tail(mine.id)).lines[0]?.text ?? "";
    const ask = conversation(mcp, 2);
    const running = await ask("job_list", { owner: "me", status: ["running"] });
    expect(running.data.jobs).toHaveLength(1);
    const { data, text } = await ask("job_exec", {
      job: running.data.jobs[0].id,
      command: `PATH="${folder}:$PATH" nvidia-smi`,
    });
    expect(data).toMatchObject({ id: mine.id, exit_code: 0, stdout: "NVIDIA-SMI of alice\n" });
    expect(text).toContain("owner alice");
    await bob.close();
  });
});

describe("Run this 40-line script in the container", () => {
  test("gives output and exit code of the script as it was written", async ({ mcp, platform }) => {
    await untilStatus(platform, await startJob(platform, { name: "train", script: SLEEP }), "running");
    const ask = conversation(mcp, 1);
    const lines = Array.from(
      { length: 36 },
      (_, n) => `say "line ${n}" 'it'"'"'s \\n $n' # comment with ' and "`,
    );
    const command = `set -e\nsay() { printf '%s [%s]\\n' "$1" "$2"; }\nn=1\n${lines.join("\n")}\nexit 5`;
    const { data } = await ask("job_exec", { job: "train", command });
    expect(command.split("\n")).toHaveLength(40);
    expect(data).toMatchObject({ exit_code: 5, stderr: "" });
    expect(data.stdout.split("\n")[35]).toBe("line 35 [it's \\n $n]");
  });
});

describe("Kill everything I started with tag tmp", () => {
  test.override({ emulatorOptions: { scene: "tmp" } });

  test("shows the list first, then kills exactly the twelve of mine", async ({ mcp, platform }) => {
    const ask = conversation(mcp, 2);
    const preview = await ask("job_kill", { tag: "tmp" });
    expect((await listAll(platform)).every(({ status }) => status === "running")).toBe(true);
    const { data, text } = await ask("job_kill", { token: preview.data.token });
    expect(data.outcomes).toHaveLength(12);
    expect(text).toMatch(/Killed 12 of 12; 3 skipped/);
    const left = (await listAll(platform)).filter(({ status }) => status === "running");
    expect(left.map(({ owner }) => owner)).toEqual(["bob", "bob", "bob"]);
  });
});

describe("Did my start go through? The call timed out", () => {
  test("returns the original job, said to be the original", async ({ platform, emulator }) => {
    const args = { image: "python:3.12", name: "train", command: SLEEP, request_id: "train-1" };
    const proxy = await faultProxy(emulator);
    const mcp = await connectAgent(proxy.platform());
    onTestFinished(() => mcp.client.close());
    const patience = gate();
    let isStarted = false;
    // After the start the list is too slow for the client's patience, too.
    proxy.choose(({ method }) => {
      if (isStarted) return { before: patience.opened };
      isStarted = method === "POST";
      return isStarted ? { answer: "lost" } : undefined;
    });
    const giveUp = new AbortController();
    const givenUp = expect(mcp.call("job_start", args, giveUp.signal)).rejects.toThrow();
    await expect.poll(() => listAll(platform), WITHIN).toHaveLength(1);
    giveUp.abort();
    await givenUp;
    proxy.choose(undefined);
    patience.open();
    const [original] = await listAll(platform);
    const ask = conversation(mcp, 1);
    const { data, text } = await ask("job_start", args);
    expect(data.jobs[0]).toMatchObject({ id: original?.id, repeated: true });
    expect(text).toContain("the job of the earlier call");
    expect(await listAll(platform)).toHaveLength(1);
  });
});

describe("It will be killed at midnight, give it six more hours", () => {
  test.override({ emulatorOptions: { scene: "midnight" } });

  test("extends by six hours to the minute and says the new end and the cost", async ({ mcp, platform }) => {
    const ask = conversation(mcp, 3);
    const { data: list } = await ask("job_list", { owner: "me", status: ["running"] });
    const answer = await ask("job_extend", { jobs: [list.jobs[0].id], by: "6h" });
    const [data] = answer.data.outcomes;
    expect((await platform.jobs.status(data.id)).life_span).toBe(16 * 3600);
    expect(data).toMatchObject({ before_seconds: 10 * 3600, life_span_seconds: 16 * 3600 });
    const leftMinutes = (Date.parse(data.ends_at) - Date.now()) / 60_000;
    expect(leftMinutes).toBeGreaterThan(6 * 60 + 18);
    expect(leftMinutes).toBeLessThan(6 * 60 + 21);
    expect(answer.text).toContain("Extra cost at most 3 credits");
  });
});
