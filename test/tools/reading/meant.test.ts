import { describe } from "vitest";
import { tools } from "../../../src/tools/index.ts";
import { ADVICE } from "../../../src/tools/meanings/advice/index.ts";
import { ALIASES } from "../../../src/tools/meanings/aliases.ts";
import { readCall } from "../../../src/tools/reading/index.ts";
import { expect, test } from "../../support/fixtures.ts";
import { startJob } from "../../support/run-job.ts";

const TO_CHANGE = [
  ["job_start", { image: "x", gpu: 1 }, 'job_capacity {"gpu":true}'],
  ["job_start", { image: "x", gpu: "A100" }, 'job_capacity {"gpu_model":"A100"}'],
  ["job_start", { image: "x", memory: "32Gi" }, 'job_capacity {"min_memory_gib":32}'],
  ["job_start", { image: "x", cpu: 4 }, 'job_capacity {"min_cpu":4}'],
  ["job_start", { image: "x", hours: 2 }, 'E.g. {"life_span":"2h"}'],
  ["job_start", { image: "x", script: "train.py" }, "files of this machine are not there"],
  ["job_extend", { jobs: ["a"], hours: 2 }, 'E.g. {"by":"2h"}'],
  ["job_logs", { jobs: ["a"], follow: true }, 'cursor of the answer. E.g. {"wait_seconds":45}'],
  ["job_rerun", { job: "a", confirm: true }, 'E.g. {"dry_run":false}'],
  ["job_list", { id: "a" }, 'job_status {"jobs":["a"]}'],
  ["job_list", { failed: true }, 'E.g. {"status":["failed"]}'],
  ["job_list", { running: true }, 'E.g. {"status":["running"]}'],
  ["job_list", { reason: "OOMKilled" }, '{"status":["failed"],"text":"OOMKilled"}'],
  ["job_start", { image: "x", spot: true }, "job_capacity"],
  ["job_start", { image: "x", git: "https://x/y" }, "the command does that first"],
  ["job_kill", { jobs: ["a"], graceful: true }, 'asked to end by job_signal {"signal":"TERM"}'],
  ["job_kill", { jobs: ["a"], dry_run: true }, "by tags, name_pattern or status they are only listed"],
  ["job_kill", { older_than: "1d" }, 'job_list {"until":"1d","status":["active"]}'],
  ["job_kill", { owner: "bob" }, 'job_list {"owner":"bob","status":["active"]}'],
  ["job_exec", { job: "a", command: "ls", env: { A: "1" } }, "a variable is set in the command"],
  ["job_logs", { jobs: ["a"], stream: "stderr" }, "a log has both streams"],
  ["job_logs", { jobs: ["a"], exclude: "tqdm" }, '{"grep":"tqdm","invert":true}'],
  ["job_logs", { jobs: ["a"], all: true }, '{"from":"start","lines":5000}'],
  ["job_wait", { tags: "lr" }, 'job_list {"tags":["lr"]}'],
  ["job_status", { tags: ["lr"] }, 'job_list {"tags":["lr"]}'],
  ["job_extend", { label: "lr", by: "1h" }, 'job_list {"tags":["lr"]}'],
  ["job_wait", { jobs: ["a"], poll_interval: 5 }, "it looks by itself"],
  ["job_files", { job: "a", path: "/x", tail: 20 }, 'job_exec {"command":"tail -n 20 /out/log.txt"}'],
  ["job_files", { job: "a", path: "/x", delete: true }, "job_exec deletes"],
  ["job_files", { job: "a", source: "./a", dest: "/b" }, "path is a file in the job"],
  ["job_report", { days: 3 }, 'E.g. {"since":"3d"}'],
  ["job_report", { owner: "bob" }, 'E.g. {"by":["owner"]}'],
  ["apolo_context", { project: "nlp" }, 'E.g. {"use":"nlp"}'],
] as const;

describe("an argument by another name", () => {
  test.for([
    ["job_logs", { job_id: "a", tail: 20 }, { jobs: ["a"], lines: 20 }],
    ["job_logs", { name: "a", n: "5" }, { jobs: ["a"], lines: 5 }],
    ["job_logs", { container: "a", last: "10m" }, { jobs: ["a"], since: "10m" }],
    ["job_logs", { jobs: ["a"], pattern: "err" }, { jobs: ["a"], grep: "err" }],
    [
      "job_compare",
      { labels: "lr", sort_by: "val_loss", direction: "minimise" },
      { tags: ["lr"], metric: "val_loss", goal: "min" },
    ],
    ["job_status", { ids: ["a", "b"] }, { jobs: ["a", "b"] }],
    ["job_status", { jobId: "a" }, { jobs: ["a"] }],
    [
      "job_exec",
      { id: "a", cmd: "ls", cwd: "/x", timeout: 20 },
      { job: "a", command: "ls", working_dir: "/x", timeout_seconds: 20 },
    ],
    ["job_wait", { name: "a", timeout: "30" }, { jobs: ["a"], wait_seconds: 30 }],
    ["job_kill", { job_id: "a" }, { jobs: ["a"] }],
    ["job_extend", { job_name: "a", additional_time: "2h" }, { jobs: ["a"], by: "2h" }],
    [
      "job_start",
      { image: "x", cmd: "true", port: 8080, ttl: "2h" },
      { command: "true", http_port: 8080, life_span: "2h" },
    ],
    [
      "job_list",
      { max_results: 5, query: "lr", user: "bob", state: "running" },
      { limit: 5, text: "lr", owner: "bob", status: ["running"] },
    ],
    ["job_capacity", { cpus: 4, gpu_type: "a100" }, { min_cpu: 4, gpu_model: "a100" }],
    ["job_compare", { sweep: "lr" }, { tags: ["lr"] }],
    ["job_report", { by: "user,date" }, { by: ["owner", "day"] }],
    ["job_logs", { jobs: ["a"], from: "beginning" }, { from: "start" }],
    ["job_signal", { job: "a", signal: "kill -TERM" }, { signal: "TERM" }],
    ["job_exec", { job: "a", command: "ls", timeout: "20s" }, { timeout_seconds: 20 }],
    [
      "job_status",
      { url: "https://x.org/default/acme/vision/jobs/lr-1?tab=log" },
      { jobs: ["job://default/acme/vision/lr-1"] },
    ],
    ["job_status", { jobs: "https://x.org/jobs/lr-1/logs" }, { jobs: ["lr-1"] }],
    ["job_kill", { jobs: ["https://x.org/acme/jobs/lr-1"] }, { jobs: ["https://x.org/acme/jobs/lr-1"] }],
    ["job_status", { link: "https://lr-1--429e344dfe.jobs.default.x.org/lab" }, { jobs: ["lr-1"] }],
    ["job_status", { link: "http://127.0.0.1:8080/api/v1/http/lr-1--429e344dfe" }, { jobs: ["lr-1"] }],
    ["job_telemetry", { id: "a", duration: 10 }, { job: "a", seconds: 10 }],
  ] as const)("%s %j", ([tool, given, meant]) => {
    expect(readOf(tool, given)).toEqual({ args: expect.objectContaining(meant) });
  });

  test("is not taken where its own name is given too, or its value is of another kind", async ({ mcp }) => {
    expect(await mcp.refusal("job_status", { jobs: ["a"], job_id: "b" })).toContain(
      "job_id: unknown argument, did you mean jobs?",
    );
    expect(await mcp.refusal("job_status", { id: "a", name: "b" })).toContain(
      "name: unknown argument, did you mean jobs?",
    );
    expect(await mcp.refusal("job_logs", { jobs: ["a"], tail: "all" })).toContain("did you mean lines?");
    expect(await mcp.refusal("job_kill", { ids: [] })).toContain("ids: unknown argument");
  });

  test("is a word of an argument that some tool has", () => {
    const lost = ALIASES.filter(({ to, of }) => {
      const in_ = tools.filter(({ name }) => of?.includes(name) ?? true);
      return !in_.some(({ input }) => to in input.shape || (to === "jobs" && "job" in input.shape));
    });
    expect(lost).toEqual([]);
  });

  test("leads to the call that works", async ({ mcp }) => {
    for (const [tool, given, said] of TO_CHANGE)
      expect(await mcp.refusal(tool, given), `${tool} ${JSON.stringify(given)}`).toContain(said);
  });

  test("leads by its advice to calls that pass", () => {
    const examples = ADVICE.flatMap(({ words, of, call, tool }) => {
      const given = words.split(" ").map((word) => call?.("x", word) ?? call?.(2, word) ?? {});
      return given.flatMap((args) => (tool === undefined ? of : [tool]).map((name) => ({ name, args })));
    });
    const refused = examples.filter(({ name, args }) =>
      /unknown|not a/.test(JSON.stringify(readOf(name, args))),
    );
    expect(refused.map(({ name, args }) => `${name} ${JSON.stringify(args)}`)).toEqual([]);
  });

  test("is listed with all that are accepted only where they are few", async ({ mcp }) => {
    expect(await mcp.refusal("job_status", { jobs: ["a"], frobnicate: 1 })).toContain(
      "Accepted are: jobs, project.",
    );
    const long = await mcp.refusal("job_start", { image: "x", frobnicate: 1, wibble: 2 });
    expect(long).toBe(
      "invalid_argument: job_start was not called.\n- frobnicate: unknown argument.\n- wibble: unknown argument.",
    );
  });

  test("is never guessed by a part of its name", async ({ mcp }) => {
    const refusal = await mcp.refusal("job_start", { image: "x", schedule: "0 3 * * *" });
    expect(refusal).toContain("The user's own cron or CI can do that");
    expect(refusal).not.toContain("did you mean");
  });
});

describe("a slip with a danger", () => {
  test("is named: a life span that could be a new end or more time", async ({ mcp }) => {
    const refusal = await mcp.refusal("job_extend", { jobs: ["a"], life_span: "2h" });
    expect(refusal).toMatch(/two things could be meant.*by adds.*E\.g\. \{"by":"2h"\}/);
  });

  test("is named: a name where jobs are killed", async ({ mcp }) => {
    const said = "exactly these names; name_pattern lists those whose names fit, and ends none. E.g. ";
    expect(await mcp.refusal("job_kill", { name: "train-7b" })).toContain(`${said}{"jobs":["train-7b"]}`);
    expect(await mcp.refusal("job_kill", { name: "lr-*" })).toContain(`${said}{"name_pattern":"lr-*"}`);
  });

  test("is named: a pattern that compares numbers", async ({ mcp }) => {
    const patterns = [
      ["job_logs", { until_pattern: "val_loss<0.5" }],
      ["job_logs", { grep: "loss < 0.3" }],
      ["job_wait", { pattern: "accuracy >= 90" }],
    ] as const;
    for (const [tool, given] of patterns)
      expect(await mcp.refusal(tool, { jobs: ["a"], ...given })).toContain(
        "compares numbers, which a pattern cannot",
      );
  });

  test("is named: a pattern as other programs write it", async ({ mcp }) => {
    for (const grep of ["/error/i", "-i error"])
      expect(await mcp.refusal("job_logs", { jobs: ["a"], grep })).toContain(
        'write "error", and ignore_case: true for any case',
      );
    for (const grep of ["/data/img", "[-]i error", "- i", "/error/"])
      expect(readOf("job_logs", { jobs: ["a"], grep })).toHaveProperty("args");
  });

  test("is helped: digits that say the same", async ({ mcp }) => {
    const refusal = await mcp.refusal("job_logs", { jobs: ["a"], until_pattern: "val_loss<0.5" });
    const [, digits = ""] = /digits: ("[^ ]+")\./.exec(refusal) ?? [];
    const pattern = new RegExp(JSON.parse(digits));
    expect(["val_loss=0.49", "val_loss: 0.5", "val_loss=10.2"].map((line) => pattern.test(line))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

const ID = "job-0a1b2c3d-1111-4222-8333-444455556666";

test.for([
  ["job_status", { url: `https://console.apolo.us/acme/jobs/${ID}?tab=logs` }, { jobs: [ID] }],
  ["job_status", { jobs: [`http://console.local/${ID.toUpperCase()}/`, "b"] }, { jobs: [ID, "b"] }],
  ["job_exec", { job: `https://console.apolo.us/jobs/${ID}`, command: "ls" }, { job: ID }],
] as const)("a console address with an id in it is the job: %s %j", ([tool, given, meant]) => {
  expect(readOf(tool, given)).toEqual({ args: expect.objectContaining(meant) });
});

function readOf(tool: string, given: Readonly<Record<string, unknown>>) {
  const found = tools.find(({ name }) => name === tool);
  return found === undefined ? "no such tool" : readCall(found, given);
}

test("a pattern without until waits for the log", async ({ mcp, platform }) => {
  await startJob(platform, { name: "train", script: "echo epoch 3; sleep 300" });
  const { data, text } = await mcp.ok("job_wait", { jobs: ["train"], pattern: "epoch 3" });
  expect(data.matched.line).toBe("epoch 3");
  expect(text).toContain("the line came");
});
