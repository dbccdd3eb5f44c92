import { describe, expect, test } from "vitest";
import type { StartOptions } from "../../../src/client/index.ts";
import type { Call } from "../../../src/operations/caller.ts";
import type { Planned } from "../../../src/operations/start/plan.ts";
import type { StartItem, StartRequest } from "../../../src/operations/start/request.ts";
import { planReply } from "../../../src/tools/start/plan.ts";
import { POLICY } from "../../support/policy.ts";

// Nothing else of a caller is read.
const CALLER = {
  policy: POLICY,
} as unknown as Call["caller"];
const GIB = 2 ** 30;
const TOKEN = "hf_abcdefghijklmnopqrstuvwxyz01234567";

interface Asked {
  options?: Partial<StartOptions>;
  items?: Partial<StartItem>[];
  request?: Partial<StartRequest>;
  body?: Record<string, unknown>;
  planned?: Partial<Planned>;
  doubts?: string[];
  /** Whether it could be worked out. */
  isKnown?: boolean;
}

/** The plan of a plain job; `items` where it is of several. */
function planOf({
  options = {},
  items = [{}],
  request,
  body,
  planned,
  doubts = [],
  isKnown = true,
}: Asked = {}) {
  const where = { cluster: "default", org: "acme", project: "vision" };
  const preset = {
    name: "cpu",
    credits_per_hour: "0.5",
    cpu: 2,
    memory: 1.25 * GIB,
    scheduler_enabled: false,
  };
  // Of a preset only this much is read.
  const plan = {
    ...{ where, preset, body: { image: "ubuntu:latest", ...body } },
  } as unknown as NonNullable<Planned["plan"]>;
  return planReply(
    {
      items: items.map((more, index) => ({
        ...{ index: index + 1, values: {}, name: "train", requestId: "r" },
        ...{ options: { image: "ubuntu", ...options }, toRun: { command: "ls", inShell: false } },
        ...more,
      })),
      ...{ isRepeatable: false, requestId: "r", lifeSpanSeconds: 7200 },
      ...request,
    },
    {
      ...{
        problems: [],
        isHome: true,
        available: 3,
        checked: ["arguments", "preset"],
        open: [{ what: "image" }],
      },
      ...(isKnown ? { plan } : {}),
      ...planned,
    },
    { caller: CALLER, next: "To start it, leave out dry_run.", doubts },
  );
}

const linesOf = (asked?: Asked) => planOf(asked).text.split("\n");
const dataOf = (asked?: Asked) => planOf(asked).data.plan;

describe("a plan", () => {
  test("of a plain job says what, where, on what and at what price", () => {
    expect(linesOf()).toEqual([
      "Dry run: nothing was started.",
      "Would start train.",
      "image: ubuntu:latest",
      "runs: ls",
      "preset: cpu, 2 CPU, 1.3 GiB; room for 3, autoscaling counted",
      "cost: 0.5 credits per hour, life span 2h, so at most 1 credit.",
      "Checked: arguments, preset. Only the start shows: image.",
      "To start it, leave out dry_run.",
    ]);
    expect(planOf().data.jobs).toEqual([]);
    expect(dataOf()).toMatchObject({
      ...{ where: "default/acme/vision", count: 1, image: "ubuntu:latest", command: "ls", preset: "cpu" },
      ...{ cpu: 2, memory_gib: 1.3, credits_per_hour: "0.5", life_span_seconds: 7200 },
      ...{ worst_case_credits: "1", mounts: [], env_names: [], secret_env: {}, options: [], problems: [] },
      ...{ available: 3, checked: ["arguments", "preset"], decided_at_start: ["image"] },
    });
    for (const key of [
      "doubts",
      "restart_policy",
      "pass_config",
      "http_port",
      "http_auth",
      "entrypoint",
    ] as const)
      expect(Object(dataOf())[key]).toBeUndefined();
  });

  test("names what it mounts, sets, publishes and hands on", () => {
    const asked: Asked = {
      options: { entrypoint: "python", http: { port: 80, requiresAuth: true }, restartPolicy: "always" },
      body: {
        ...{
          pass_config: true,
          env: { A: "1", B: "2" },
          secret_env: { T: "secret://default/acme/vision/t" },
        },
        volumes: [{ src_storage_uri: "storage://default/a%20b", dst_path: "/a", read_only: true }],
        secret_volumes: [{ src_secret_uri: "secret://default/k", dst_path: "/k" }],
        disk_volumes: [{ src_disk_uri: "disk://default/d", dst_path: "/d", read_only: false }],
      },
    };

    expect(linesOf(asked).slice(3, -2)).toEqual([
      "entrypoint: python, with the command as its arguments",
      "runs: ls",
      "preset: cpu, 2 CPU, 1.3 GiB; room for 3, autoscaling counted",
      "cost: 0.5 credits per hour, life span 2h, so at most 1 credit.",
      "restarts: always",
      "login: yours is put into the job, whoever can enter it can act as you",
      "published: port 80, visitors log in",
      "mount: storage://default/a b → /a (read-only)",
      "mount: secret://default/k → /k",
      "mount: disk://default/d → /d",
      "env: A, B (values not shown)",
      "secret env: T ← secret://default/acme/vision/t",
    ]);
    expect(dataOf(asked)).toMatchObject({
      ...{
        entrypoint: "python",
        http_port: 80,
        http_auth: true,
        restart_policy: "always",
        pass_config: true,
      },
      mounts: ["storage://default/a b → /a (read-only)", "secret://default/k → /k", "disk://default/d → /d"],
      ...{ env_names: ["A", "B"], secret_env: { T: "secret://default/acme/vision/t" } },
    });
  });

  test("says that a port is open to everybody", () => {
    const asked: Asked = { options: { http: { port: 80, requiresAuth: false } } };
    expect(linesOf(asked)).toContain("published: port 80, open to the internet, without a login");
    expect(dataOf(asked)).toMatchObject({ http_port: 80, http_auth: false });
  });

  test("has every other option on one line", () => {
    const all: Partial<StartOptions> = {
      ...{ tty: true, shm: false, workingDir: "/w", tags: ["a", "b"], description: "d", priority: "high" },
      ...{
        scheduleTimeoutSeconds: 90,
        energyScheduleName: "green",
        privileged: true,
        waitForJobsQuota: true,
      },
    };
    expect(linesOf({ options: all })).toContain(
      'options: tty; no shm; working_dir /w; tags a, b; description "d"; priority high; schedule_timeout 1m 30s; energy_schedule green; privileged; wait_for_quota',
    );
    const none: Partial<StartOptions> = {
      ...{ tty: false, shm: true, tags: [], privileged: false, waitForJobsQuota: false },
      restartPolicy: "never",
    };
    expect(dataOf({ options: none })).toMatchObject({ options: [], restart_policy: undefined });
  });

  test("shows no secret, and long texts up to a limit", () => {
    const toRun = { command: `run ${TOKEN}`, inShell: false };
    const options = { entrypoint: `sh ${TOKEN}`, description: "x".repeat(400) };
    const asked: Asked = {
      items: [{ toRun, options: { image: "ubuntu", ...options } }],
      body: { image: "y".repeat(400) },
    };
    const { text, data } = planOf(asked);

    expect(text + JSON.stringify(data)).not.toContain(TOKEN);
    expect(text).toContain(`description "${"x".repeat(300)} … (100 more characters)"`);
    expect(text).toContain(`image: ${"y".repeat(300)} … (100 more characters)`);
    const long = planOf({ items: [{ toRun: { command: "z".repeat(2100), inShell: false } }] });
    expect(long.text).toContain(`runs: ${"z".repeat(2000)} … (100 more characters)`);
  });

  test("shows no value of its variables in what it runs", () => {
    const toRun = { command: "login opensesame1 now", inShell: false };
    const { text } = planOf({ items: [{ toRun }], body: { env: { DB_PASSWORD: "opensesame1" } } });
    expect(text).toContain("runs: login [redacted] now");
  });

  test("says what the image itself runs, and of what has no name or end", () => {
    const lines = linesOf({
      items: [{ name: undefined, toRun: undefined }],
      request: { lifeSpanSeconds: undefined },
    });
    expect(lines).toContain("Would start a job without a name.");
    expect(lines).toContain("command: the image's own");
    expect(lines).toContain("cost: 0.5 credits per hour; no life span, so no bound.");
  });

  test("names the place where that is not the caller's own", () => {
    expect(linesOf({ planned: { isHome: false } })[1]).toBe("Would start train in default/acme/vision.");
  });

  test.for([
    [undefined, "room now unknown"],
    [0, "room for 0 of 1, autoscaling counted; the rest would wait as pending"],
    [1, "room for 1, autoscaling counted"],
  ] as const)("with room for %s says so", ([available, text]) => {
    expect(linesOf({ planned: { available } })[4]).toBe(`preset: cpu, 2 CPU, 1.3 GiB; ${text}`);
  });

  test("warns of what runs otherwise than it looks", () => {
    const toRun = { command: "ls", inShell: false, warning: "No shell reads it.", doubt: "It is a list." };
    const { text, data } = planOf({ items: [{ toRun }, { toRun }], doubts: ["One."] });

    expect(text).toContain("\nNote: No shell reads it.\n");
    expect(text).toContain("\nDoubts:\n- One.\n- It is a list.\nTo start it");
    expect(data.plan).toMatchObject({ doubts: ["One.", "It is a list."] });
  });

  test("names what would refuse it, doubts included, and no next step", () => {
    const problems: Planned["problems"] = [{ code: "invalid", text: "No\nway." }];
    expect(linesOf({ planned: { problems }, doubts: ["One."] }).slice(-3)).toEqual([
      "It would be refused:",
      "- No ⏎ way.",
      "- One.",
    ]);
  });

  test("is only what would refuse it where it cannot be worked out", () => {
    const problems: Planned["problems"] = [{ code: "invalid", text: "No." }];
    expect(planOf({ planned: { problems }, isKnown: false })).toEqual({
      text: "Dry run: nothing was started.\nIt would be refused:\n- No.",
      data: { jobs: [], plan: { problems: ["No."], count: 1 } },
    });
  });

  test("says what was looked at and what was not, and why", () => {
    const checked = [
      ...(["arguments", "preset", "project", "name", "limits"] as const),
      ...(["energy_schedule", "secrets", "disks"] as const),
    ];
    const open: Planned["open"] = [
      ...(["image", "quota", "credits", "privileged", "priority"] as const).map((what) => ({ what })),
      ...[{ what: "energy_schedule" as const }, { what: "secrets" as const, why: "not_permitted" as const }],
      ...(["no_answer", "not_offered"] as const).map((why) => ({ what: "disks" as const, why })),
    ];
    expect(linesOf({ planned: { checked, open } }).at(-2)).toBe(
      "Checked: arguments, preset, project, name, limits, energy schedule, secrets, disks. Only the start shows: image, quota, credits, whether cluster default allows privileged jobs, whether cluster default allows a priority, energy schedule, secrets (no permission to list them), disks (no answer), disks (the cluster lists none).",
    );
  });

  test("of several jobs has a row for each of the first twenty, and what they cost together", () => {
    const items = Array.from({ length: 21 }, (_, n) => ({
      ...{ index: n + 1, name: n === 1 ? undefined : `n${n}` },
      values: n === 2 ? {} : { lr: `0.${n}` },
    }));
    const lines = linesOf({ items, planned: { isHome: false } });

    expect(lines[1]).toBe("Would start 21 jobs in default/acme/vision:");
    expect(lines.slice(2, 5)).toEqual(["  1. n0 lr=0.0", "  2. (no name) lr=0.1", "  3. n2"]);
    expect(lines.slice(21, 25)).toEqual([
      "  20. n19 lr=0.19",
      "  … and 1 more",
      "image: ubuntu:latest",
      "runs (job 1): ls",
    ]);
    expect(lines).toContain(
      "cost: 0.5 credits per hour each, life span 2h, so at most 21 credits for all 21.",
    );
    expect(planOf({ items: items.slice(0, 20) }).text).not.toContain("more");
  });

  test("doubts a link that ends at a login of its own", () => {
    const options: Partial<StartOptions> = {
      http: { port: 8888, requiresAuth: true },
      command: "jupyter lab",
    };
    const doubts = (more: Partial<StartOptions>) =>
      Object(dataOf({ options: { ...options, ...more } })).doubts;

    expect(doubts({})).toEqual([expect.stringMatching(/^Its link ends at Jupyter's own login: .* here\. ./)]);
    expect(doubts({ http: { port: 8888, requiresAuth: false } })).toEqual([
      "Its link ends at Jupyter's own login: the token is hidden in logs here.",
    ]);
    expect(doubts({ command: "python serve.py" })).toBeUndefined();
    expect(doubts({ http: undefined })).toBeUndefined();
  });
});
