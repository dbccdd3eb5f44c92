import { describe, expect, test } from "vitest";
import type { Preset, StartPlan } from "../../../src/client/index.ts";
import type { Caller } from "../../../src/operations/caller.ts";
import type { Planned } from "../../../src/operations/start/plan.ts";
import type { StartItem, StartRequest } from "../../../src/operations/start/request.ts";
import { planReply } from "../../../src/tools/start/plan.ts";

const SECRET = "s3cr3t-Value-91";
const PRESET = {
  ...{ name: "gpu", credits_per_hour: "1.5", cpu: 4, memory: 16.04 * 2 ** 30 },
  nvidia_gpu: { count: 2, model: "A100" },
} as Preset; // the rest is not read
const WHERE = { cluster: "default", org: "acme", project: "vision" };

function planOf(body: object = {}, preset: Partial<Preset> = {}): StartPlan {
  return {
    ...{ where: WHERE, preset: { ...PRESET, ...preset } },
    body: { image: "ubuntu", secret_env: {}, ...body },
  } as unknown as StartPlan; // the rest is not read
}

function requestOf(
  options: Partial<StartItem["options"]> = {},
  items: Partial<StartItem>[] = [{}],
): StartRequest {
  return {
    items: items.map((more, at) => ({
      ...{ index: at + 1, values: {}, requestId: `r-${at + 1}` },
      options: { image: "ubuntu", ...options },
      ...more,
    })),
    ...{ isRepeatable: false, requestId: "r", lifeSpanSeconds: 7200 },
  };
}

function replied(request = requestOf(), planned: Partial<Planned> = {}, doubts: string[] = []) {
  // Of a caller only its secrets are read.
  const caller = { policy: { secrets: [SECRET] } } as unknown as Caller;
  return planReply(
    request,
    { problems: [], plan: planOf(), checked: ["arguments", "disks"], open: [{ what: "image" }], ...planned },
    { caller, next: "Start it.", doubts },
  );
}

const linesOf = (...args: Parameters<typeof replied>) => replied(...args).text.split("\n");

describe("a plan", () => {
  test("tells place, hardware, room and cost of one job", () => {
    expect(linesOf()).toEqual([
      "Dry run: nothing was started.",
      "Would start a job without a name in default/acme/vision.",
      "image: ubuntu",
      "command: the image's own",
      "preset: gpu, 4 CPU, 16 GiB, 2x A100; room now unknown",
      "cost: 1.5 credits per hour, life span 2h, so at most 3 credits.",
      "Checked: arguments, disks. Only the start shows: image.",
      "Start it.",
    ]);
  });

  test("tells the same as data", () => {
    expect(replied(requestOf(), { available: 3 }).data).toEqual({
      jobs: [],
      plan: {
        ...{ where: "default/acme/vision", count: 1, image: "ubuntu", preset: "gpu", cpu: 4, memory_gib: 16 },
        ...{ gpu: "2x A100", credits_per_hour: "1.5", life_span_seconds: 7200, worst_case_credits: "3" },
        ...{ mounts: [], env_names: [], secret_env: {}, options: [], problems: [], available: 3 },
        ...{ checked: ["arguments", "disks"], decided_at_start: ["image"] },
      },
    });
  });

  test("names no place that is the caller's own", () => {
    const request = requestOf({}, [{ name: "train" }]);
    expect(linesOf(request, { isHome: true })[1]).toBe("Would start train.");
  });

  test("has no bound without a life span", () => {
    const request = { ...requestOf(), lifeSpanSeconds: undefined };
    expect(linesOf(request)).toContain("cost: 1.5 credits per hour; no life span, so no bound.");
    expect(replied(request).data.plan).toMatchObject({ worst_case_credits: undefined });
    expect(linesOf({ ...requestOf({}, [{}, {}]), lifeSpanSeconds: undefined })).toContain(
      "cost: 1.5 credits per hour each; no life span, so no bound.",
    );
  });

  test("lists the jobs of a sweep, and what all of them cost", () => {
    const request = requestOf({}, [
      { name: "lr-1", values: { lr: "0.1", seed: "1" }, toRun: { command: "run 1", inShell: false } },
      {},
    ]);
    expect(linesOf(request, { available: 1 }).slice(1, 8)).toEqual([
      "Would start 2 jobs in default/acme/vision:",
      "  1. lr-1 lr=0.1 seed=1",
      "  2. (no name)",
      "image: ubuntu",
      "runs (job 1): run 1",
      "preset: gpu, 4 CPU, 16 GiB, 2x A100; room for 1 of 2, autoscaling counted; the rest would wait as pending",
      "cost: 1.5 credits per hour each, life span 2h, so at most 6 credits for all 2.",
    ]);
    expect(replied(request).data.plan).toMatchObject({ count: 2, worst_case_credits: "6" });
  });

  test.for([
    [20, undefined],
    [21, "  … and 1 more"],
    [25, "  … and 5 more"],
  ] as const)("lists twenty of %i jobs", ([count, more]) => {
    const lines = linesOf(
      requestOf(
        {},
        Array.from({ length: count }, () => ({})),
      ),
    );
    expect(lines[21]).toBe("  20. (no name)");
    expect(lines[22]).toBe(more ?? "image: ubuntu");
  });

  test.for([
    [1, "room for 1, autoscaling counted"],
    [0, "room for 0 of 1, autoscaling counted; the rest would wait as pending"],
  ] as const)("tells of room for %i", ([available, text]) => {
    expect(linesOf(requestOf(), { available })).toContain(`preset: gpu, 4 CPU, 16 GiB, 2x A100; ${text}`);
  });

  test("tells all that the job would have", () => {
    const request = requestOf(
      {
        ...{ entrypoint: "bash -c", http: { port: 80, requiresAuth: true }, restartPolicy: "always" },
        ...{ tty: true, shm: false, workingDir: "/w", tags: ["a", "b"], description: "d", priority: "low" },
        ...{ scheduleTimeoutSeconds: 1800, energyScheduleName: "green", privileged: true },
        waitForJobsQuota: true,
      },
      [{ toRun: { command: "train", inShell: false, warning: "Quoted oddly." } }],
    );
    const plan = planOf({
      ...{ env: { A: "1", B: "2" }, secret_env: { T: "secret://default/acme/vision/t" }, pass_config: true },
      volumes: [
        { src_storage_uri: "storage://default/acme/vision/a%20b", dst_path: "/a", read_only: true },
        { src_storage_uri: "storage://default/acme/vision/c", dst_path: "/c", read_only: false },
      ],
    });
    expect(linesOf(request, { plan, available: 1 }).slice(2, -2)).toEqual([
      "image: ubuntu",
      "entrypoint: bash -c, with the command as its arguments",
      "runs: train",
      "preset: gpu, 4 CPU, 16 GiB, 2x A100; room for 1, autoscaling counted",
      "cost: 1.5 credits per hour, life span 2h, so at most 3 credits.",
      "restarts: always",
      "login: yours is put into the job, whoever can enter it can act as you",
      'options: tty; no shm; working_dir /w; tags a, b; description "d"; priority low; schedule_timeout 30m; energy_schedule green; privileged; wait_for_quota',
      "published: port 80, visitors log in",
      "mount: storage://default/acme/vision/a b → /a (read-only)",
      "mount: storage://default/acme/vision/c → /c",
      "env: A, B (values not shown)",
      "secret env: T ← secret://default/acme/vision/t",
      "Note: Quoted oddly.",
    ]);
    expect(replied(request, { plan }).data.plan).toMatchObject({
      ...{
        command: "train",
        entrypoint: "bash -c",
        http_port: 80,
        http_auth: true,
        restart_policy: "always",
      },
      ...{ pass_config: true, env_names: ["A", "B"], secret_env: { T: "secret://default/acme/vision/t" } },
    });
  });

  test.for([
    [true, "published: port 80, visitors log in", true],
    [undefined, "published: port 80, visitors log in", true],
    [false, "published: port 80, open to the internet, without a login", false],
  ] as const)("says who may visit (login needed: %j)", ([requiresAuth, line, isAuth]) => {
    const request = requestOf({ http: { port: 80, ...(requiresAuth !== undefined && { requiresAuth }) } });
    expect(linesOf(request)).toContain(line);
    expect(replied(request).data.plan).toMatchObject({ http_auth: isAuth });
  });

  test("says nothing of restarts that do not happen", () => {
    expect(replied(requestOf({ restartPolicy: "never" })).text).not.toContain("restarts");
  });

  test("hides secrets, of the job's own variables too", () => {
    const own = "own-V4lue-of-a-variable";
    const request = requestOf(
      { entrypoint: `sh ${SECRET}`, workingDir: `/${SECRET}`, description: `has ${SECRET}` },
      [{ toRun: { command: `run ${SECRET} ${own}`, inShell: false } }],
    );
    const { text, data } = replied(request, { plan: planOf({ env: { API_TOKEN: own } }) });
    for (const each of [text, JSON.stringify(data)]) {
      expect(each).not.toContain(SECRET);
      expect(each).not.toContain(own);
    }
  });

  test("cuts what is too long to be shown", () => {
    const long = "x".repeat(3000);
    const request = requestOf({ description: long }, [
      { name: long, toRun: { command: long, inShell: false } },
    ]);
    const { text, data } = replied(request, { plan: planOf({ image: long }) });
    expect(data.plan).toMatchObject({
      command: expect.stringMatching(/^x{1900}/),
      image: expect.stringMatching(/^x{200}/),
    });
    for (const line of text.split("\n")) expect(line.length).toBeLessThan(2100);
    for (const start of ["Would start x", "image: x", "options: description"])
      expect(text.split("\n").find((line) => line.startsWith(start))?.length).toBeLessThan(400);
  });
});

describe("what a plan is judged by", () => {
  test("is refused with its problems and doubts, in place of how to start it", () => {
    const lines = linesOf(requestOf(), { problems: [{ code: "invalid", text: "a\nb" }] }, ["It is dear."]);
    expect(lines.slice(-3)).toEqual(["It would be refused:", "- a ⏎ b", "- It is dear."]);
  });

  test("is told alone where there is no plan", () => {
    const { text, data } = replied(requestOf({}, [{}, {}]), {
      ...{ plan: undefined, problems: [{ code: "invalid", text: "Not so." }] },
    } as unknown as Partial<Planned>);
    expect(text.split("\n")).toEqual([
      ...["Dry run: nothing was started.", "It would be refused:", expect.stringContaining("Not so.")],
    ]);
    expect(data).toEqual({ jobs: [], plan: { problems: [expect.stringContaining("Not so.")], count: 2 } });
  });

  test("names each doubt once, with its own and those of the commands", () => {
    const toRun = { command: "run", inShell: false, doubt: "Odd command." };
    const lines = linesOf(requestOf({}, [{ toRun }, { toRun }]), {}, ["It is dear."]);
    expect(lines.slice(-4)).toEqual(["Doubts:", "- It is dear.", "- Odd command.", "Start it."]);
    expect(replied(requestOf({}, [{ toRun }])).data.plan).toMatchObject({ doubts: ["Odd command."] });
  });

  test("names what only the start shows, and why", () => {
    const open: Planned["open"] = [
      { what: "privileged" },
      { what: "priority" },
      { what: "quota" },
      { what: "credits" },
      { what: "energy_schedule", why: "not_offered" },
      { what: "secrets", why: "not_permitted" },
      { what: "disks", why: "no_answer" },
    ];
    const checked: Planned["checked"] = ["preset", "project", "name", "limits", "energy_schedule", "secrets"];
    expect(linesOf(requestOf(), { checked, open }).at(-2)).toBe(
      "Checked: preset, project, name, limits, energy schedule, secrets. Only the start shows: whether cluster default allows privileged jobs, whether cluster default allows a priority, quota, credits, energy schedule (the cluster lists none), secrets (no permission to list them), disks (no answer).",
    );
  });
});
