import { describe, expect, test } from "vitest";
import type { Preset } from "../../../src/client/index.ts";
import { type Changes, leavesProject, mountPathOf, rerunItem } from "../../../src/operations/start/again.ts";
import { type JobChanges, sampleJob } from "../../jobs/sample-job.ts";

const GIB = 2 ** 30;

function preset(name: string, more: Partial<Preset> = {}): Preset {
  return {
    name,
    credits_per_hour: "1",
    cpu: 4,
    memory: 16 * GIB,
    scheduler_enabled: false,
    ...more,
  } as Preset; // the rest is not read
}

const PRESETS = [preset("gpu-small"), preset("turns", { scheduler_enabled: true })];

function again(job: JobChanges, changes: Changes = {}, presets = PRESETS) {
  return rerunItem(sampleJob(job), changes, { requestId: "r-1", presets });
}

/** The options of the new job. */
const optionsOf = (...args: Parameters<typeof again>) => again(...args).options;

describe("a job like another one", () => {
  test("has all that the other has", () => {
    const job: JobChanges = {
      ...{ status: "failed", tags: ["lr"], description: "baseline", life_span: 3600 },
      ...{ restart_policy: "always", priority: "high", privileged: true, pass_config: true },
      schedule_timeout: 600,
      container: {
        ...{ entrypoint: "python", working_dir: "/w", tty: true, http: { port: 80, requires_auth: false } },
        env: { A: "1" },
        secret_env: { T: "secret://default/acme/vision/t" },
      },
    };

    expect(again(job)).toEqual({
      ...{ index: 1, values: {}, requestId: "r-1", name: "train-7b" },
      toRun: { command: "python train.py", inShell: false },
      options: {
        ...{ name: "train-7b", image: "ghcr.io/acme/train:v1", command: "python train.py" },
        ...{ preset: "gpu-small", tags: ["lr"], description: "baseline", lifeSpanSeconds: 3600 },
        ...{ restartPolicy: "always", priority: "high", privileged: true, passConfig: true },
        ...{ scheduleTimeoutSeconds: 600, entrypoint: "python", workingDir: "/w", tty: true, shm: true },
        http: { port: 80, requiresAuth: false },
        env: { A: "1" },
        secretEnv: { T: "secret://default/acme/vision/t" },
        volumes: [],
        where: { cluster: "default", org: "acme", project: "vision" },
      },
    });
  });

  test("runs the image's own command where the other does", () => {
    const item = again({ container: { command: undefined } });

    expect(item.options.command).toBeUndefined();
    expect(item).not.toHaveProperty("toRun");
  });

  test("reads a new command as somebody typed it", () => {
    expect(again({}, { command: "a && b" }).toRun).toEqual({ command: "sh -c 'a && b'", inShell: true });
    expect(again({ container: { entrypoint: "python" } }, { command: "a && b" }).toRun).toMatchObject({
      command: "a && b",
      warning: expect.stringContaining("entrypoint is set"),
    });
  });

  test.for<[string, JobChanges, Changes, string | undefined]>([
    ["has no name while the other has it", { status: "running" }, {}, undefined],
    ["takes the name of one that has ended", { status: "succeeded" }, {}, "train-7b"],
    ["takes the name into another project", { status: "running" }, { to: { project: "nlp" } }, "train-7b"],
    ["has the name asked for", { status: "running" }, { name: "b" }, "b"],
  ])("%s", ([, job, changes, name]) => {
    const item = again(job, changes);

    expect([item.name, item.options.name]).toEqual([name, name]);
    expect(Object.hasOwn(item, "name")).toBe(name !== undefined);
  });

  test("does not leave the project where only the cluster is another", () => {
    expect(leavesProject(sampleJob(), {})).toBe(false);
    expect(leavesProject(sampleJob(), { to: { cluster: "west" } })).toBe(false);
    expect(leavesProject(sampleJob(), { to: { project: "vision" } })).toBe(false);
    expect(optionsOf({}, { to: { project: "nlp" } }).where).toEqual({
      ...{ cluster: "default", org: "acme", project: "nlp" },
    });
  });

  test("has the life span asked for, or none", () => {
    expect(optionsOf({ life_span: 60 }, { life_span: "2h" }).lifeSpanSeconds).toBe(7200);
    expect(optionsOf({ life_span: 60 }, { life_span: "none" }).lifeSpanSeconds).toBeUndefined();
  });

  test("has a variable either as a value or as a secret, as was asked last", () => {
    const container = { env: { A: "1", B: "2" }, secret_env: { S: "secret:s", T: "secret:t" } };

    expect(optionsOf({ container }, { env: { S: "3" }, secret_env: { A: "secret:a" } })).toMatchObject({
      env: { B: "2", S: "3" },
      secretEnv: { T: "secret:t", A: "secret:a" },
    });
  });

  test("leaves out a login that the platform has put into the other, and only there", () => {
    const container = { env: { A: "1", NEURO_PASSED_CONFIG: "x", APOLO_PASSED_CONFIG: "y" } };

    expect(optionsOf({ container, pass_config: true }).env).toEqual({ A: "1" });
    expect(optionsOf({ container }).env).toEqual(container.env);
  });

  test("mounts what the other does, and what is asked for in place of it or beside", () => {
    const container = {
      volumes: [
        { storage_uri: "storage://c/o/p/a", container_path: "/a", read_only: true },
        { storage_uri: "storage://c/o/p/b", container_path: "/b", read_only: false },
      ],
      secret_files: [{ secret_uri: "secret://c/o/p/k", container_path: "/k" }],
      disk_volumes: [{ disk_uri: "disk://c/o/p/d", container_path: "/d", read_only: true }],
    };

    expect(optionsOf({ container }, { volumes: ["storage:x:/b:ro", "storage:y:/y"] }).volumes).toEqual([
      "storage://c/o/p/a:/a:ro",
      "secret://c/o/p/k:/k",
      "disk://c/o/p/d:/d:ro",
      "storage:x:/b:ro",
      "storage:y:/y",
    ]);
    expect(optionsOf({ container }).volumes).toContain("storage://c/o/p/b:/b:rw");
  });

  test("has the other's tags but those of its start, and those asked for, each once", () => {
    const tags = ["lr", "mcp:r-0", "mcp-by:x"];
    expect(optionsOf({ tags }, { tags: ["lr", "more"] }).tags).toEqual(["lr", "more"]);
  });

  test("says nothing of a priority that is the default", () => {
    expect(optionsOf({ priority: "normal" }).priority).toBeUndefined();
    expect(optionsOf({ priority: "high" }, { priority: "normal" }).priority).toBeUndefined();
    expect(optionsOf({ priority: "normal" }, { priority: "low" }).priority).toBe("low");
  });

  test("keeps the schedule of one that takes turns, and the timeout of one that does not", () => {
    const job = { schedule_timeout: 600, energy_schedule_name: "green" };

    expect(optionsOf(job)).toMatchObject({ scheduleTimeoutSeconds: 600, energyScheduleName: undefined });
    expect(optionsOf(job, { preset: "turns" })).toMatchObject({
      scheduleTimeoutSeconds: undefined,
      energyScheduleName: "green",
    });
    expect(optionsOf({ ...job, energy_schedule_name: "default" }, { preset: "turns" })).toMatchObject({
      energyScheduleName: undefined,
    });
    expect(optionsOf({ ...job, scheduler_enabled: true }, { preset: "gone" })).toMatchObject({
      energyScheduleName: "green",
    });
    expect(optionsOf(job, { schedule_timeout: "1h" }).scheduleTimeoutSeconds).toBe(3600);
  });
});

describe("a job like one without a preset", () => {
  const own = { preset_name: undefined };
  const count = (of: number) => ({ count: of }) as Preset["nvidia_gpu"]; // its model is not read

  test.for<[string, NonNullable<JobChanges["container"]>, Partial<Preset>]>([
    ["cores", { resources: { cpu: 4, memory: GIB, shm: false } }, { cpu: 3.9 }],
    ["memory", { resources: { cpu: 1, memory: 16 * GIB, shm: false } }, { memory: 16 * GIB - 1 }],
    ["NVIDIA's", { resources: { cpu: 1, memory: 1, shm: false, nvidia_gpu: 1 } }, { amd_gpu: count(1) }],
    ["AMD's", { resources: { cpu: 1, memory: 1, shm: false, amd_gpu: 2 } }, { amd_gpu: count(1) }],
    ["Intel's", { resources: { cpu: 1, memory: 1, shm: false, intel_gpu: 2 } }, { intel_gpu: count(1) }],
  ])("gets none with too few of its %s", ([, container, small]) => {
    const gpus = { nvidia_gpu: count(1), amd_gpu: count(2), intel_gpu: count(2) };
    const presets = [
      preset("small", { credits_per_hour: "0.5", ...small }),
      preset("dear", { credits_per_hour: "10", ...gpus }),
      preset("fits", { credits_per_hour: "9", ...gpus }),
    ];

    expect(optionsOf({ ...own, container }, {}, presets).preset).toBe("fits");
  });

  test("gets what is asked for, and none where none is large enough", () => {
    expect(optionsOf(own, { preset: "turns" }).preset).toBe("turns");
    expect(optionsOf(own).preset).toBeUndefined();
  });
});

describe("mountPathOf", () => {
  test.each([
    ["storage:data:/mnt:ro", "/mnt"],
    ["storage:data:/mnt", "/mnt"],
    ["storage:10:30:/a/b:rw", "/a/b"],
    ["storage:data", "storage:data"],
    ["storage:data:/mnt\n", "/mnt\n"],
  ])("of %j is %j", (volume, path) => {
    expect(mountPathOf(volume)).toBe(path);
  });
});
