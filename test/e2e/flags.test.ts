import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const GIVE_UP_MS = 50_000;

/** The bin with its input at an end, as a person who mistypes meets it. */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const { PATH = "", HOME = "" } = process.env;
  return spawnSync(process.execPath, ["dist/main.js", ...args], {
    encoding: "utf8",
    timeout: GIVE_UP_MS,
    env: { PATH, HOME, ...env },
  });
}

describe("a mistake at the start", () => {
  test.for([
    [["--emulater"], "unknown flag --emulater; did you mean --emulator?"],
    [["--mode", "careful"], "--mode=careful: expected full, no-destroy or read-only"],
    [["serve"], "serving MCP needs no command"],
    [["--emulator", "--scene", "nope"], "There is no scene nope; the scenes are week"],
    [["--emulator", "--chaos", "/nope.json"], "Cannot use the chaos file /nope.json"],
    [["emulator", "--scene", "nope"], "There is no scene nope"],
    [["emulator", "--host", "0.0.0.0"], "give a token"],
  ] as const)("%j ends with code 2 and one line that says what is wrong", ([args, message]) => {
    const { status, stderr, stdout } = run(args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  test.for([
    ["APOLO_MCP_MOD", "read-only", "unknown variable APOLO_MCP_MOD; did you mean APOLO_MCP_MODE?"],
    ["APOLO_MCP_MAX_JOBS", "abc", "APOLO_MCP_MAX_JOBS=abc: expected a whole number, e.g. 5"],
    ["APOLO_MCP_MAX_JOBS", "", "APOLO_MCP_MAX_JOBS is set but empty"],
  ] as const)("%s=%s ends with code 2 too", ([name, value, message]) => {
    const { status, stderr, stdout } = run([], { [name]: value });
    expect(stderr).toContain(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

describe("a login in the environment that cannot be used", () => {
  const passed = Buffer.from('{"token":"x","cluster":"c","url":"https://api.test"}').toString("base64");

  test.for([
    [{ APOLO_URL: "notaurl", APOLO_TOKEN: "hidden-word" }, "APOLO_URL does not begin with https://"],
    [{ APOLO_URL: "https://api.test", APOLO_TOKEN: "hidden word" }, "APOLO_TOKEN has a space"],
    [
      { APOLO_PASSED_CONFIG: "hidden-word" },
      "The passed config in APOLO_PASSED_CONFIG is not base64 of JSON",
    ],
    [{ APOLO_CONFIG: "/nope" }, "There is no login in /nope, the folder that APOLO_CONFIG names"],
    [
      { APOLO_PASSED_CONFIG: passed, APOLO_URL: "https://other.test", APOLO_TOKEN: "hidden-word" },
      "APOLO_URL and APOLO_TOKEN are not used: the login in APOLO_PASSED_CONFIG comes first",
    ],
  ] as const)("%# is told on stderr, and the server starts", ([env, message]) => {
    const { status, stderr } = run([], { HOME: "/nope", ...env });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/hidden.word/);
    expect(status).toBe(0);
  });
});
