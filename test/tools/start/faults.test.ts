import { describe, expect, test } from "vitest";
import { PlatformError } from "../../../src/client/index.ts";
import type { StartFault } from "../../../src/jobs/start/problems.ts";
import type { StartProblem } from "../../../src/operations/start/check.ts";
import type { StartRequest } from "../../../src/operations/start/request.ts";
import { faultText } from "../../../src/tools/start/faults.ts";
import { orNothing, problemText, triedOutcomes } from "../../../src/tools/start/problems.ts";
import { sampleJob } from "../../jobs/sample-job.ts";

const LONG = "x".repeat(81);

describe("what would be refused about an argument", () => {
  test.for<[StartFault, string]>([
    [{ field: "name", code: "name_length", name: "ab" }, 'name: "ab" has 2 characters; 3 to 40 are allowed.'],
    [
      { field: "name", code: "name_form", name: "A_b", near: "a-b" },
      'name: "A_b" is not valid: lower-case letters, digits and single hyphens between them, a letter first, e.g. a-b.',
    ],
    [
      { field: "name", code: "name_like_id", name: "job-a" },
      "name: it cannot start with job-; that is how ids start.",
    ],
    [
      { field: "tags", code: "too_many_tags", count: 17, own: 3, most: 15 },
      "tags: 17 with this server's own 3; the platform allows 15.",
    ],
    [{ field: "tags", code: "tag_length", tag: "" }, "tags: each has 1 to 256 characters."],
    [{ field: "tags", code: "tag_blank", tag: "a b" }, 'tags: "a b" contains a blank.'],
    [
      { field: "tags", code: "server_tag", tag: "mcp:r" },
      'tags: "mcp:r" is one that only this server gives; leave it out.',
    ],
    [{ field: "description", code: "blank" }, "description: it is blank; leave it out."],
    [{ field: "working_dir", code: "several_lines" }, "working_dir: it must be one line."],
    [{ field: "command", code: "nul" }, "command: it contains a NUL character."],
    [{ field: "tags", code: "nul_in_one" }, "tags: one contains a NUL character."],
    [
      { field: "working_dir", code: "relative_folder", folder: "app" },
      'working_dir: "app" is not absolute; it must start with /.',
    ],
    [{ field: "http_port", code: "no_port", port: 0 }, "http_port: 0 is not between 1 and 65535."],
    [
      { field: "schedule_timeout", code: "schedule_timeout_range" },
      "schedule_timeout: it must be at least 1 second and under 30 days.",
    ],
    [
      { field: "schedule_timeout", code: "takes_turns", preset: "spot" },
      "schedule_timeout: not allowed with preset spot, whose jobs take turns.",
    ],
    [
      { field: "energy_schedule", code: "takes_no_turns", preset: "cpu" },
      "energy_schedule: only for presets whose jobs take turns; cpu is not one of them.",
    ],
    [{ field: "env", code: "nameless_variable" }, "env: a variable has no name."],
    [{ field: "env", code: "variable_equals" }, 'env: a variable\'s name contains "=".'],
    [
      { field: "env", code: "variable_form", variable: "1A" },
      'env: "1A" is not a valid variable name: use letters, digits and _, and no digit first.',
    ],
    [{ field: "env", code: "variable_nul", variable: "A" }, "env: the value of A contains a NUL character."],
    [
      { field: "env", code: "variable_too_long", variable: "A", mostBytes: 131_072 },
      "env: the value of A is too long; no program can be started with more than 128 KiB in one variable.",
    ],
    [
      { field: "pass_config", code: "config_in_env" },
      "pass_config: the variable NEURO_PASSED_CONFIG is already set in env.",
    ],
    [{ field: "volumes", code: "relative_mount", path: "mnt" }, 'volumes: mount path "mnt" is not absolute.'],
    [
      { field: "volumes", code: "mount_above", path: "/a/.." },
      'volumes: mount path "/a/.." must not contain "..".',
    ],
    [{ field: "volumes", code: "mounted_twice", path: "/a" }, "volumes: two things are mounted at /a."],
    [
      { field: "volumes", code: "other_cluster", uri: "storage://west/a", cluster: "default" },
      "volumes: storage://west/a is not on the job's cluster default.",
    ],
  ])("is said in words: %j", ([fault, text]) => {
    expect(faultText(fault)).toBe(text);
  });

  test("quotes a bounded part of what was written, without secrets", () => {
    const token = "hf_abcdefghijklmnopqrstuvwxyz01234567";
    expect(faultText({ field: "tags", code: "tag_blank", tag: LONG })).toContain(`"${LONG.slice(1)}" `);
    expect(faultText({ field: "tags", code: "tag_blank", tag: `a ${token}` })).toContain('"a [redacted]"');
  });

  test("shows the ways for a folder of the user's own machine", () => {
    const fault = { field: "volumes", code: "local_folder", path: "/data", name: "my data" } as const;

    expect(faultText({ ...fault, folder: "./my data" })).toBe(
      'volumes: "./my data" is on the user\'s machine, where no job sees it. ' +
        'Many or large files: the user runs `apolo storage cp -r "./my data" storage:my data`, then {"volumes":["storage:my data:/data"]}. ' +
        'Small text: {"command":"cat > /data/a.txt <<\'END\'\\n…\\nEND\\npython train.py"} (mkdir -p first), ' +
        'or into a running job job_exec {"job":"…","command":"cat > /data/a.txt","stdin":"…"}.',
    );
    for (const folder of ["~/data", "$HOME/data", "C:\\data", "./a-b_c.d"])
      expect(faultText({ ...fault, folder })).toContain(`cp -r ${folder} storage:`);
  });
});

describe("what would be refused about a start", () => {
  const stored = {
    code: "unknown_stored",
    field: "secret_env",
    kind: "secret",
    place: "acme/vision",
  } as const;
  const preset = { code: "unknown_preset" as const, wanted: "a100", alike: [], unreadable: [] };

  test.for<[StartProblem, string]>([
    [{ code: "invalid", text: "No.", about: "volumes" }, 'No. E.g. {"volumes":["storage:data:/mnt:ro"]}'],
    [{ code: "invalid", text: "No." }, "No."],
    [
      { code: "name_taken", name: "box", id: "job-1" },
      'name: box is the name of an active job, job-1. E.g. {"name":"train-7b"}',
    ],
    [
      { field: "http_port", code: "no_port", port: 0 },
      'http_port: 0 is not between 1 and 65535. E.g. {"http_port":8080}',
    ],
    [
      { code: "unknown_schedule", wanted: "gren", near: "green", known: ["green", "night"] },
      'energy_schedule: there is no "gren". Did you mean green? There are: green, night.',
    ],
    [
      { ...stored, wanted: "hf", near: undefined, known: [] },
      'secret_env: there is no secret "hf" in acme/vision that you may read. There are: none.',
    ],
    [
      { ...preset, near: undefined, known: ["cpu", "gpu"], alike: ["gpu"] },
      'preset: there is no "a100". There are: cpu, gpu. Of that kind: gpu. E.g. {"preset":"gpu"}',
    ],
    [
      { ...preset, near: "a100-x2", known: ["a100-x2"], alike: ["a100-x2"] },
      'preset: there is no "a100". Did you mean a100-x2? There are: a100-x2. E.g. {"preset":"a100-x2"}',
    ],
    [
      { ...preset, wanted: LONG, near: undefined, known: ["cpu"] },
      `preset: there is no "${LONG.slice(0, 60)}". There are: cpu.`,
    ],
    [
      { code: "over_limit", problem: { limit: "jobs", most: 1, active: 1, asked: 1, free: 0 } },
      "--max-jobs is 1: this server has 1 active, and 1 more was asked for. Nothing fits until one of them ends.",
    ],
  ])("is said with what would pass: %j", ([problem, text]) => {
    expect(problemText(problem)).toBe(text);
  });

  test("names the projects there are", () => {
    const unknown = { wanted: "acme/x", near: [], own: ["acme/vision"] };
    expect(problemText({ code: "unknown_project", unknown })).toMatch(
      /^project: You have no project acme\/x in this cluster \(yours: acme\/vision\)\. E\.g\. \{"project":/,
    );
  });
});

describe("a start that was tried", () => {
  const request: StartRequest = { items: [], isRepeatable: true, requestId: "r" };
  const item = { index: 1, values: {}, requestId: "r", options: { image: "ubuntu" } };
  const away = new PlatformError("unavailable", "Nothing is listening there.");

  test.for<[StartProblem[], string]>([
    [
      [{ field: "tags", code: "tag_length", tag: "" }],
      'The start would be refused, nothing was sent. tags: each has 1 to 256 characters. E.g. {"tags":["lr-sweep"]}',
    ],
    [
      [
        { code: "invalid", text: "No\nway." },
        { code: "invalid", text: "Never." },
      ],
      "The start would be refused, nothing was sent.\n- No ⏎ way.\n- Never.",
    ],
  ])("is refused with all that is wrong: %j", ([problems, text]) => {
    expect(() => triedOutcomes({ outcome: "refused", problems }, request)).toThrow(
      expect.objectContaining({ message: text }),
    );
  });

  test("is refused by a limit", () => {
    const problem = { limit: "credits_per_job", most: 1 } as const;
    expect(() => triedOutcomes({ outcome: "over_limit", problem }, request)).toThrow(
      expect.objectContaining({
        code: "over_limit",
        message:
          "--max-credits-per-job is 1: a job without a life span has no bound. Set life_span. Nothing was started.",
      }),
    );
  });

  test("is an error where its only job has one, which says whether repeating is safe", () => {
    const outcomes = [{ item, error: away }];
    const message = 'Nothing is listening there. Repeating it with request_id "r" is safe.';

    const tried = () => triedOutcomes({ outcome: "tried", outcomes }, request);
    expect(tried).toThrow(expect.objectContaining({ code: "unavailable", message, outcome: "nothing" }));
    const once = () => triedOutcomes({ outcome: "tried", outcomes }, { ...request, isRepeatable: false });
    expect(once).toThrow(expect.objectContaining({ message: "Nothing is listening there." }));
  });

  test("tells a job that had to be ended, or could not be", () => {
    const problem = { limit: "jobs", most: 1, active: 1, asked: 1, free: 0 } as const;
    const exceeded = { job: sampleJob({ id: "job-1" }), problem };
    const tried = (more: object) => () =>
      triedOutcomes({ outcome: "tried", outcomes: [{ item, exceeded: { ...exceeded, ...more } }] }, request);

    expect(tried({})).toThrow(
      expect.objectContaining({
        code: "over_limit",
        message: expect.stringMatching(
          /^--max-jobs is 1: .* job-1, which this call started at 1 credit per hour, was ended at once\.$/,
        ),
      }),
    );
    expect(tried({ endError: away })).toThrow(
      /could not be ended \(Nothing is listening there\.\): end it with job_kill \{"jobs":\["job-1"\]\}\.$/,
    );
  });

  test("tells jobs of a sweep that had to be ended once, and does not deny one that could not be", () => {
    const problem = { limit: "jobs", most: 1, active: 1, asked: 1, free: 0 } as const;
    const tried = (...ends: object[]) =>
      triedOutcomes(
        {
          outcome: "tried",
          outcomes: ends.map((more, index) => ({
            item,
            exceeded: { job: sampleJob({ id: `job-${index}` }), problem, ...more },
          })),
        },
        request,
      );

    expect(() => tried({}, {})).toThrow(
      /^None of 2 jobs was started:\n- 2 times quota: --max-jobs is 1: .*was ended at once\.$/,
    );
    expect(() => tried({ endError: away }, { endError: away })).toThrow(
      expect.objectContaining({
        code: "unknown_outcome",
        message: expect.stringMatching(
          /^None of 2 jobs is known to have been started:\n- once .*"job-0".*\n- once .*"job-1"/,
        ),
      }),
    );
  });

  test("leads to the job that has the name, and is not worth repeating", () => {
    const error = new PlatformError("conflict", "No.", { retryable: true, serverText: "taken" });
    const outcomes = [{ item, error, nameTaken: { name: "box", holder: "job-1" } }];

    expect(() => triedOutcomes({ outcome: "tried", outcomes }, request)).toThrow(
      expect.objectContaining({
        ...{ code: "conflict", retryable: false, serverText: "taken" },
        message:
          'The name "box" is taken by an active job, job-1: give another name, or first end that one, if the user wants that, with job_kill {"jobs":["job-1"]}.',
      }),
    );
  });

  test("is one error where none of several was started, with each cause and how often", () => {
    const full = new PlatformError("quota", "Used up.");
    const lost = new PlatformError("unknown_outcome", "The answer was lost.");
    const tried = (...errors: PlatformError[]) => {
      const outcomes = errors.map((error) => ({ item, error }));
      return () => triedOutcomes({ outcome: "tried", outcomes }, request);
    };

    expect(tried(full, full, away)).toThrow(
      expect.objectContaining({
        ...{ code: "quota", cause: full },
        message:
          "None of 3 jobs was started:\n- 2 times quota: Used up.\n- once unavailable: Nothing is listening there.",
      }),
    );
    expect(tried(lost, full)).toThrow(/^None of 2 jobs is known to have been started:\n/);
  });

  test("gives all outcomes once one job was started", () => {
    const outcomes = [
      { item, error: away },
      { item, job: sampleJob() },
    ];
    expect(triedOutcomes({ outcome: "tried", outcomes }, request)).toBe(outcomes);
  });

  test("leaves errors that nobody has put into words, and outcomes that are unknown", async () => {
    const bug = new Error("a bug");
    const lost = new PlatformError("unknown_outcome", "The answer was lost.");
    await expect(orNothing(Promise.reject(bug), request)).rejects.toBe(bug);
    await expect(orNothing(Promise.reject(lost), request)).rejects.toBe(lost);
    await expect(orNothing(Promise.reject(away), request)).rejects.toMatchObject({ outcome: "nothing" });
    expect(await orNothing(Promise.resolve(1), request)).toBe(1);
  });
});
