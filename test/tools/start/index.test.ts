import { describe } from "vitest";
import { connectAgent, expect, openPolicy, test } from "../../support/fixtures.ts";
import { listAll, SLEEP } from "../../support/sleepers.ts";
import { addSecrets } from "../../support/stored.ts";

const IMAGE = "python:3.12";

describe("job_start", () => {
  test("starts a job and says what, where and at what price", async ({ mcp }) => {
    const { text, data } = await mcp.ok("job_start", {
      image: IMAGE,
      name: "train",
      tags: ["demo"],
      command: SLEEP,
      life_span: "6h",
    });
    expect(data.jobs).toEqual([expect.objectContaining({ name: "train", status: "pending" })]);
    expect(text).toContain(`Started: train (${data.jobs[0].id}), `);
    expect(text).toMatch(/life span 6h, so at most 3 credits/);
  });

  test("waits until the job runs when asked to", async ({ mcp }) => {
    const { data } = await mcp.ok("job_start", { image: IMAGE, command: SLEEP, wait_seconds: 30 });
    expect(data.jobs[0].status).toBe("running");
  });

  test("hands shell text to a shell and says so", async ({ mcp, platform }) => {
    const { text, data } = await mcp.ok("job_start", { image: IMAGE, command: "cd / && sleep 60" });
    expect(text).toContain("Runs: sh -c 'cd / && sleep 60'");
    const job = await platform.jobs.status(data.jobs[0].id);
    expect(job.container.command).toBe("sh -c 'cd / && sleep 60'");
  });

  test("passes on every option", async ({ mcp, platform, emulator }) => {
    await addSecrets(emulator, ["hf"], "nlp");
    const { data } = await mcp.ok("job_start", {
      image: IMAGE,
      preset: "cpu-medium",
      name: "all",
      tags: ["b", "a"],
      description: "for people",
      command: "sleep 60",
      env: { LR: 0.1, ON: true },
      secret_env: { TOKEN: "secret:hf" },
      http_port: 8080,
      http_auth: false,
      working_dir: "/tmp",
      tty: true,
      life_span: "90m",
      schedule_timeout: "10m",
      restart_policy: "on-failure",
      wait_for_quota: true,
      project: "nlp",
      request_id: "r1",
    });
    const job = await platform.jobs.status(data.jobs[0].id);
    expect(job).toMatchObject({
      name: "all",
      project_name: "nlp",
      preset_name: "cpu-medium",
      tags: ["a", "b", "mcp-as:90-wait", expect.stringMatching(/^mcp-by:/), "mcp:r1"],
      description: "for people",
      life_span: 5400,
      schedule_timeout: 600,
      restart_policy: "on-failure",
      container: {
        command: "sleep 60",
        env: { LR: "0.1", ON: "true" },
        secret_env: { TOKEN: "secret://default/acme/nlp/hf" },
        http: { port: 8080, requires_auth: false },
        working_dir: "/tmp",
        tty: true,
        resources: { shm: true },
      },
    });
  });

  test("lives a day unless said, and without end only when said", async ({ mcp, platform }) => {
    const { data } = await mcp.ok("job_start", { image: IMAGE, command: SLEEP });
    const endless = await mcp.ok("job_start", { image: IMAGE, command: SLEEP, life_span: "none" });
    expect((await platform.jobs.status(data.jobs[0].id)).life_span).toBe(86_400);
    expect((await platform.jobs.status(endless.data.jobs[0].id)).life_span).toBeUndefined();
    expect(endless.text).toContain("until it is killed");
  });

  test.for([
    [{ name: "Train_1" }, /e\.g\. train-1/],
    [{ tags: ["a b"] }, /tags: "a b" contains a blank/],
    [{ working_dir: "app" }, /not absolute/],
    [{ preset: "cpu-smal" }, /Did you mean cpu-small/],
    [{ volumes: ["storage:a:/x", "storage:b:/x/"] }, /two things are mounted/],
    [{ volumes: ["storage://west/acme/vision/a:/x"] }, /not on the job's cluster/],
    [{ life_span: "10" }, /not a length of time/],
    [{ life_span: "30s" }, /60 s/],
    [{ command: "echo 'a" }, /never closed/],
    [{ http_auth: true }, /http_port/],
    [{ schedule_timeout: "40d" }, /under 30 days/],
    [{ comand: "x" }, /did you mean command/],
  ] as const)("refuses %j and starts nothing", async ([wrong, message], { mcp, platform }) => {
    const text = await mcp.refusal("job_start", { image: IMAGE, command: SLEEP, ...wrong });
    expect(text).toMatch(message);
    expect(await listAll(platform)).toEqual([]);
  });

  test("names the job that has the name, and the ways on", async ({ mcp }) => {
    const { data } = await mcp.ok("job_start", { image: IMAGE, name: "train", command: SLEEP });
    const text = await mcp.refusal("job_start", { image: IMAGE, name: "train", command: SLEEP });
    expect(text).toMatch(/^conflict: The name "train" is taken by an active job, .*Nothing was started/s);
    expect(text).toContain(`job_kill {"jobs":["${data.jobs[0].id}"]}`);
  });

  test("never shows the value of a secret", async ({ platform }) => {
    const mcp = await connectAgent(platform, { ...openPolicy, allowPlainSecrets: true });
    const secret = "hf_abcdefghijklmnopqrstuvwxyz01234567";
    const args = { image: IMAGE, command: `run --token ${secret} && true`, env: { API_KEY: secret } };
    const plan = await mcp.ok("job_start", { ...args, dry_run: true });
    const { text, data } = await mcp.ok("job_start", args);
    expect(plan.text + JSON.stringify(plan.data) + text + JSON.stringify(data)).not.toContain(secret);
    expect(plan.text).toContain("API_KEY");
    await mcp.client.close();
  });
});

describe("job_start, asked twice", { tags: "starts" }, () => {
  const args = { image: IMAGE, name: "train", command: SLEEP, request_id: "r1" };

  test("returns the first call's job and says so", async ({ mcp, platform }) => {
    const first = await mcp.ok("job_start", args);
    const second = await mcp.ok("job_start", args);
    expect(second.data.jobs[0]).toMatchObject({ id: first.data.jobs[0].id, repeated: true });
    expect(second.text).toContain("earlier call");
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("refuses the same request id for something else", async ({ mcp, platform }) => {
    await mcp.ok("job_start", args);
    const text = await mcp.refusal("job_start", { ...args, command: "sleep 99" });
    expect(text).toMatch(/^conflict: .*command/s);
    expect(await listAll(platform)).toHaveLength(1);
  });

  test("finds the job whose answer was lost, and starts no second one", async ({
    mcp,
    platform,
    emulator,
  }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", times: 1 },
      do: { kind: "lose_answer" },
    });
    const { data } = await mcp.ok("job_start", args);
    const jobs = await listAll(platform);
    expect(jobs.map(({ id }) => id)).toEqual([data.jobs[0].id]);
  });

  test("does not send a start again that the platform answered with a fault", async ({
    mcp,
    platform,
    emulator,
  }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs", times: 1 },
      do: { kind: "answer", status: 429, body: { error: "slow down" } },
    });
    expect(await mcp.refusal("job_start", args)).toMatch(/^rate_limited: /);
    expect(await listAll(platform)).toEqual([]);
  });
});

describe("job_start, dry run", () => {
  test("shows the plan and its cost, and starts nothing", async ({ mcp, platform, emulator }) => {
    await addSecrets(emulator, ["hf"]);
    const { text, data } = await mcp.ok("job_start", {
      image: "image:mine:v1",
      name: "train",
      command: "python t.py",
      volumes: ["storage:data:/mnt:ro"],
      env: { LR: "0.1" },
      secret_env: { TOKEN: "secret:hf" },
      life_span: "6h",
      dry_run: true,
    });
    expect(data.plan).toMatchObject({
      where: "default/acme/vision",
      image: expect.stringMatching(/\/acme\/vision\/mine:v1$/),
      command: "python t.py",
      preset: "cpu-small",
      credits_per_hour: "0.5",
      worst_case_credits: "3",
      life_span_seconds: 21_600,
      mounts: ["storage://default/acme/vision/data → /mnt (read-only)"],
      env_names: ["LR"],
      secret_env: { TOKEN: "secret://default/acme/vision/hf" },
      problems: [],
    });
    expect(data.plan.available).toBeGreaterThan(0);
    expect(text).toMatch(/^Dry run: nothing was started/);
    expect(await listAll(platform)).toEqual([]);
  });

  test("names everything that would be refused at once", async ({ mcp }) => {
    await mcp.ok("job_start", { image: IMAGE, name: "train", command: SLEEP });
    const { data } = await mcp.ok("job_start", {
      image: IMAGE,
      name: "train",
      tags: ["a b"],
      working_dir: "app",
      dry_run: true,
    });
    expect(data.plan.problems).toEqual([
      expect.stringContaining("a b"),
      expect.stringContaining("working_dir"),
      expect.stringContaining("is the name of an active job"),
    ]);
  });

  test("tells a name that cannot be, without asking the platform about it", async ({ mcp }) => {
    const { data } = await mcp.ok("job_start", { image: IMAGE, name: "a", dry_run: true });
    expect(data.plan.problems).toEqual([expect.stringMatching(/^name: "a" has 1 characters/)]);
  });

  test.for([
    [{ privileged: true }, "whether cluster default allows privileged jobs"],
    [{ priority: "high", project: "west/acme/vision" }, "whether cluster west allows a priority"],
  ] as const)("says of %j that only the start shows whether it may be", async ([wish, open], { mcp }) => {
    const { data, text } = await mcp.ok("job_start", { image: IMAGE, ...wish, dry_run: true });
    expect(text).toContain(`Only the start shows: image, quota, credits, ${open}.`);
    expect(data.plan.decided_at_start).toContain(open);
  });

  test("is worth having when the room is not known", async ({ mcp, emulator }) => {
    emulator.chaos.add({ on: { path: "**/capacity" }, do: { kind: "answer", status: 503, body: {} } });
    const { text } = await mcp.ok("job_start", { image: IMAGE, dry_run: true });
    expect(text).toContain("room now unknown");
  });
});

describe("job_start, refused for what is used up", () => {
  test.for([
    ["No credits left for user 'alice'", /^no_credits: .*whoever owns the project/],
    ["Jobs limit quota exceeded for user 'alice'", /^quota: .*wait_for_quota/],
  ] as const)("tells %j apart and says what would help", async ([error, message], { mcp, emulator }) => {
    emulator.chaos.add({
      on: { method: "POST", path: "/api/v1/jobs" },
      do: { kind: "answer", status: 400, body: { error } },
    });
    expect(await mcp.refusal("job_start", { image: IMAGE })).toMatch(message);
  });
});
