import { describe, expect, test } from "vitest";
import { read, refusal } from "./read.ts";

describe("readSettings", () => {
  test("serves everything without limits when nothing is said", () => {
    expect(read([])).toMatchObject({
      command: "serve",
      policy: {
        mode: "full",
        toolset: "all",
        ownedOnly: false,
        maxJobs: undefined,
        maxCreditsPerJob: undefined,
      },
      emulator: { embedded: false },
    });
  });

  test("reads limits from flags", () => {
    const flags = ["--mode", "no-destroy", "--tools=core", "--max-jobs", "3", "--max-credits-per-job", "2.5"];
    expect(read([...flags, "--owned-only", "--emulator"])).toMatchObject({
      policy: { mode: "no-destroy", toolset: "core", maxJobs: 3, maxCreditsPerJob: 2.5, ownedOnly: true },
      emulator: { embedded: true },
    });
  });

  test("reads limits from the environment, and lets a flag win", () => {
    const env = {
      APOLO_MCP_MODE: "read-only",
      APOLO_MCP_MAX_CREDITS_PER_HOUR: "10",
      APOLO_MCP_OWNED_ONLY: "1",
    };
    expect(read([], env).policy).toMatchObject({ mode: "read-only", maxCreditsPerHour: 10, ownedOnly: true });
    expect(read(["--mode", "full"], env).policy.mode).toBe("full");
  });

  test("reads where changes are noted, and how the log is written", () => {
    const settings = read(["--audit", "~/audit.jsonl"], { APOLO_MCP_LOG_FORMAT: "JSON" });
    expect(settings).toMatchObject({
      audit: "/home/alice/audit.jsonl",
      log: { level: "warning", format: "json" },
    });
    expect(read([], { APOLO_MCP_AUDIT: "audit.jsonl" }).audit).toBe("/work/audit.jsonl");
    expect(refusal(["emulator", "--audit", "x"])).toContain("--audit");
    expect(refusal(["--log-format", "jsn"])).toContain("did you mean json?");
  });

  test("names the folder for files of jobs, over stdio only", () => {
    expect(read(["--files", "~/from-jobs"]).files).toBe("/home/alice/from-jobs");
    expect(read([], { APOLO_MCP_FILES: "out" }).files).toBe("/work/out");
    expect(refusal(["--files", "out", "--http"])).toContain("only over stdio");
  });

  test.each([
    [["--emulatr"], "unknown flag --emulatr; did you mean --emulator?"],
    [["--mod", "full"], "did you mean --mode?"],
    [["emulator", "--jsn"], "did you mean --json?"],
    [["--mode", "careful"], "--mode"],
    [["--max-jobs", "many"], "--max-jobs"],
    [["--max-jobs", "-1"], "--max-jobs"],
    [["--max-jobs", ""], "--max-jobs"],
    [["--max-jobs", "1.5"], "--max-jobs"],
    [["emulator", "--port", "70000"], "--port"],
    [["--scene", "week"], "--scene: only together with --emulator"],
    [["--log-limit", "5"], "--log-limit: only together with --emulator"],
    [["--emulator", "--log-limit", "0"], "--log-limit"],
    [
      ["--emulator", "--port", "8080"],
      "--port: only together with --http, e.g. apolo-jobs-mcp --http --port 8811, or",
    ],
    [["demo", "--mode", "full"], "--mode: the command `demo` takes no such flag"],
    [
      ["call", "job_list", "{limit:", "3}"],
      "unexpected argument 3}; the arguments of a tool are one JSON object",
    ],
    [["emulator", "--mode", "full"], "--mode: only without the command `emulator`"],
  ])("refuses %j and says what is wrong", (argv, text) => {
    expect(refusal(argv)).toContain(text);
  });

  test("takes values of variables that sound secret as secrets", () => {
    const env = { HF_TOKEN: "hf-value-of-the-test", TOKENIZERS_PARALLELISM: "false-of-the-test" };
    const { secrets } = read([], env).policy;
    expect(secrets).toContain("hf-value-of-the-test");
    expect(secrets).not.toContain("false-of-the-test");
  });
});

describe("a word that is none of ours", () => {
  test.each([
    ["--read-only", "--mode read-only"],
    ["--readonly", "--mode read-only"],
    ["--read_only=true", "--mode read-only"],
    ["--no-destroy", "--mode no-destroy"],
    ["--core", "--tools core"],
    ["--max-job", "--max-jobs"],
    ["--max-cost", "--max-credits-per-job or --max-credits-per-hour"],
    ["--max-gpus", "--max-credits-per-job or --max-credits-per-hour or --max-jobs"],
    ["--max-credits-per-day", "--max-credits-per-job or --max-credits-per-hour or --max-jobs"],
    ["--no-owned-only", "without --owned-only it is off"],
    ["--debug", "--log-level debug"],
    ["--log", "--log-level or --log-format or --log-limit"],
    ["-v", "--version (-V) prints the version, --log-level debug logs more"],
    ["-mode", "unknown flag -mode; did you mean --mode?"],
    ["--url=https://api.test", "APOLO_URL and APOLO_TOKEN"],
    ["--token", "a platform's token is APOLO_TOKEN"],
    ["--timeout", "see --help"],
    ["help", "did you mean --help?"],
    ["version", "did you mean --version?"],
    ["diagnose", "did you mean the command `doctor`? It comes first"],
    ["doktor", "did you mean the command `doctor`?"],
    ["--doctor", "the command `doctor`"],
    ["emulater", "did you mean the command `emulator`?"],
    ["start", "serving MCP needs no command; leave it out"],
    ["--sse", "did you mean --http?"],
    ["http", "did you mean --http?"],
    ["--transport=stdio", "MCP is served over stdio, which needs no flag or command; --http"],
    ["serve", "serving MCP needs no command; leave it out"],
    ["run", "serving MCP needs no command; leave it out"],
    ["example", "did you mean the command `demo`?"],
    ["login", "`apolo login`"],
    ["read-only", "--mode read-only"],
    ["mode=read-only", "--mode"],
    ["\u2014mode", "did you mean --mode?"],
    ["zebra", "unexpected argument zebra; see --help"],
  ])("as the argument %s leads to the right one", (word, hint) => {
    expect(refusal([word])).toContain(hint);
  });

  test.each([
    ["APOLO_MCP_MOD", "APOLO_MCP_MODE?"],
    ["apolo_mcp_mode", "APOLO_MCP_MODE?"],
    ["APOLO_MCP_MAX_JOB", "APOLO_MCP_MAX_JOBS?"],
    ["APOLO_MCP_READ_ONLY", "APOLO_MCP_MODE=read-only?"],
    ["APOLO_MCP_MAX_COST", "APOLO_MCP_MAX_CREDITS_PER_JOB or APOLO_MCP_MAX_CREDITS_PER_HOUR?"],
    ["APOLO_MCP_EMULATOR", "it is the flag --emulator only"],
    ["APOLO_MCP_DATA", "it is the flag --data only"],
    ["APOLO_MCP_TOKEN", "APOLO_URL and APOLO_TOKEN"],
    ["APOLO_MCP_URL", "APOLO_URL and APOLO_TOKEN"],
    ["APOLO_MCP_ZEBRA", "there are APOLO_MCP_MODE, APOLO_MCP_TOOLS"],
    ["APOLO_MCP_", "there are APOLO_MCP_MODE"],
  ])("as the variable %s ends the start, whatever it holds", (variable, hint) => {
    for (const value of ["", "hidden-value"]) {
      const text = refusal([], { [variable]: value });
      expect(text).toContain(`unknown variable ${variable}; `);
      expect(text).toContain(hint);
      expect(text).not.toContain("hidden-value");
    }
    expect(refusal(["emulator"], { [variable]: "x" })).toContain(hint);
  });

  test.each([["--help"], ["-h"], ["--version"], ["-V"], ["emulator", "--help"]])(
    "in a variable does not keep %j from its answer",
    (...argv) => {
      const env = { APOLO_MCP_MOD: "x", APOLO_MCP_MAX_JOBS: "many" };
      expect(read(argv, env).command).toMatch(/help|version/);
    },
  );

  test("is quoted short and without a secret", () => {
    const token = `ghp_${"aB3".repeat(12)}`;
    expect(refusal([token])).not.toContain(token);
    expect(refusal([`--tokn=${token}`])).not.toContain(token);
    expect(refusal([], { APOLO_MCP_MAX_JOBS: token })).not.toContain(token);
    expect(refusal(["x".repeat(5000)]).length).toBeLessThan(200);
    expect(refusal(["--max-jobs", "x".repeat(5000)]).length).toBeLessThan(200);
  });
});

describe("a value", () => {
  test.each(["tokS3cretVal-12345678", "plain-words-of-a-login-token"])(
    "that is the secret of another variable is not shown: %s",
    (secret) => {
      const said = refusal([], { APOLO_TOKEN: secret, APOLO_MCP_MODE: secret, DB_PASSWORD: "full" });
      expect(said).toBe("APOLO_MCP_MODE=[redacted]: expected full, no-destroy or read-only, e.g. read-only");
    },
  );

  const NO_LIMIT = "left out, there is no limit";

  test.each([
    ["MODE", "careful", "expected full, no-destroy or read-only, e.g. read-only"],
    ["MODE", "readonly", "did you mean read-only?"],
    ["TOOLS", "5", "expected core or all, e.g. core"],
    ["LOG_LEVEL", "warn", "expected error, warning, info or debug, e.g. debug"],
    ["AUTH", "plattform", "expected platform; did you mean platform?"],
    ["HTTP", "8080", "expected true or false, e.g. true"],
    ["PORT", "80000", "expected a port from 0 to 65535"],
    ["DRAIN_SECONDS", "4000", "expected a number of seconds up to 3600, e.g. 20"],
    ["ALLOWED_HOST", "https://mcp.example.org", "expected names without port, e.g. mcp.example.org"],
    ["OWNED_ONLY", "maybe", "expected true or false, e.g. true"],
    ["ALLOW_PLAIN_SECRETS", "2", "expected true or false, e.g. true"],
    ["MAX_JOBS", "abc", `expected a whole number, e.g. 5; ${NO_LIMIT}`],
    ["MAX_JOBS", "-1", NO_LIMIT],
    ["MAX_JOBS", "1e3", NO_LIMIT],
    ["MAX_JOBS", "1.5", NO_LIMIT],
    ["MAX_JOBS", "1,5", NO_LIMIT],
    ["MAX_JOBS", "0x10", NO_LIMIT],
    ["MAX_JOBS", "\u221e", NO_LIMIT],
    ["MAX_JOBS", "unlimited", NO_LIMIT],
    ["MAX_JOBS", "99999999999999999999", NO_LIMIT],
    ["MAX_CREDITS_PER_JOB", "1,5", "expected a number of credits, e.g. 2.5"],
    ["MAX_CREDITS_PER_HOUR", "NaN", "expected a number of credits, e.g. 2.5"],
  ])("of APOLO_MCP_%s or its flag is not %s", (name, value, expected) => {
    const flag = `--${name.toLowerCase().replaceAll("_", "-")}`;
    expect(refusal([], { [`APOLO_MCP_${name}`]: value })).toContain(`APOLO_MCP_${name}=${value}: expected `);
    expect(refusal([], { [`APOLO_MCP_${name}`]: value })).toContain(expected);
    expect(refusal([`${flag}=${value}`])).toContain(`${flag}=${value}: expected `);
  });

  test("of endless digits is no limit by being infinite", () => {
    expect(refusal(["--max-credits-per-job", "9".repeat(400)])).toContain("expected a number of credits");
  });

  test.each([
    "MODE",
    "TOOLS",
    "MAX_JOBS",
    "MAX_CREDITS_PER_JOB",
    "MAX_CREDITS_PER_HOUR",
    "OWNED_ONLY",
    "LOG_LEVEL",
  ])("of APOLO_MCP_%s that is empty or blank is refused: it must not mean no limit", (name) => {
    for (const value of ["", " ", "\n"])
      expect(refusal([], { [`APOLO_MCP_${name}`]: value })).toMatch(
        new RegExp(`^APOLO_MCP_${name} is set but empty: give .+, e\\.g\\. .+, or remove it$`),
      );
  });

  test.each([
    [["--max-jobs"], "--max-jobs needs a value: a whole number, e.g. 5"],
    [["--max-jobs", "--owned-only"], "--max-jobs needs a value"],
    [["--mode="], "--mode needs a value: full, no-destroy or read-only"],
    [["--emulator", "--data", " "], "--data needs a value: a folder"],
    [["--emulator=yes"], "--emulator=yes: expected no value"],
    [["--owned-only", "false"], "e.g. --owned-only=false"],
    [["--", "--mode", "read-only"], "leave `--` out"],
    [["--max-jobs", "3", "--max-jobs", "4"], "--max-jobs is given twice with different values"],
    [["--json", "emulator"], "--json: only with the command `emulator`"],
    [["--emulator", "emulator"], "the command `emulator`? It comes first"],
  ])("in %j is missing or stands wrong", (argv, text) => {
    expect(refusal(argv)).toContain(text);
  });

  test("says all that is wrong at once, a line each", () => {
    const env = { APOLO_MCP_MAX_JOBS: "abc", APOLO_MCP_MODE: "x" };
    expect(refusal([], env).split("\n")).toEqual([
      expect.stringContaining("APOLO_MCP_MAX_JOBS=abc: "),
      expect.stringContaining("APOLO_MCP_MODE=x: "),
    ]);
  });

  test.each([
    ["MAX_JOBS", " 3 ", { maxJobs: 3 }],
    ["MAX_JOBS", "0", { maxJobs: 0 }],
    ["MAX_CREDITS_PER_JOB", "0.5", { maxCreditsPerJob: 0.5 }],
    ["MODE", "READ-ONLY\n", { mode: "read-only" }],
    ["OWNED_ONLY", "yes", { ownedOnly: true }],
    ["OWNED_ONLY", "off", { ownedOnly: false }],
  ])("of APOLO_MCP_%s is taken as %j", (name, value, policy) => {
    expect(read([], { [`APOLO_MCP_${name}`]: value }).policy).toMatchObject(policy);
  });

  test("may stand behind a switch, and be given twice", () => {
    expect(read(["--owned-only=false"], { APOLO_MCP_OWNED_ONLY: "1" }).policy.ownedOnly).toBe(false);
    expect(read(["--max-jobs=3", "--max-jobs", "3"]).policy.maxJobs).toBe(3);
  });
});

describe("a path", () => {
  test.each([
    ["./x", "/work/x"],
    ["x/../y/", "/work/y"],
    ["~/x", "/home/alice/x"],
    ["~", "/home/alice"],
    ["/x", "/x"],
    ["a~b", "/work/a~b"],
  ])("%s is resolved to %s", (path, expected) => {
    const { emulator } = read(["emulator", "--data", path, "--chaos", path, "--memory-group", path]);
    expect(emulator).toMatchObject({ data: expected, chaos: expected, memoryGroup: expected });
  });

  test("of the data folder that is relative is told at the start", () => {
    expect(read(["--emulator", "--data", "./x"]).warnings).toEqual([
      "--data ./x is seen from the working directory: everything is kept in /work/x",
    ]);
    expect(read(["call", "job_list", "--emulator", "--data", "./x"]).warnings).toEqual([]);
    for (const path of ["/x", "~/x"]) expect(read(["--emulator", "--data", path]).warnings).toEqual([]);
    expect(read(["emulator", "--memory-group", "none"]).emulator.memoryGroup).toBe("none");
  });
});
