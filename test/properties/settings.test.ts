import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressProblem, tokenProblem } from "../../src/client/login/given.ts";
import { tokenEndMs, userOf } from "../../src/client/login/login.ts";
import { readSettings, UsageError } from "../../src/settings/index.ts";
import { check } from "../support/check.ts";
import { endless, endlessText, hostileText } from "../support/hostile.ts";
import { token } from "../support/jobs.ts";

const RUNS = 200;
const MOST_CHARS = 2000;
const SECRET = "hf_abcdefghijklmnopqrstuvwxyzabcdefgh";
const UNSEEN = /[^\P{Cc}\t\n]|\p{Cs}|\p{Bidi_Control}|[\u2028\u2029]/u;

const NUMBERS = [
  "max-credits-per-job",
  "max-credits-per-hour",
  "max-jobs",
  "port",
  "drain-seconds",
  "log-limit",
];
const SWITCHES = ["owned-only", "http", "stateless", "trust-proxy", "emulator", "json", "help"];
const WORDS = [
  "mode",
  "tools",
  "host",
  "allowed-host",
  "data",
  "files",
  "audit",
  "log-level",
  "auth",
  "scene",
];
const VALUES = [
  "full",
  "read-only",
  "core",
  "debug",
  "platform",
  "2.5",
  "8811",
  "true",
  "off",
  "~/x",
  "localhost",
];

const flag = fc.constantFrom(...NUMBERS, ...SWITCHES, ...WORDS);
const value = fc.oneof(fc.constantFrom(...VALUES, SECRET), hostileText(...VALUES));
const argument = fc.oneof(
  flag.map((name) => [`--${name}`]),
  fc.tuple(flag, value).map(([name, given]) => [`--${name}`, given]),
  fc.tuple(flag, value).map(([name, given]) => [`--${name}=${given}`]),
  value.map((given) => [given]),
);
const argv = fc
  .tuple(
    fc.constantFrom([], ["emulator"], ["call"], ["setup"], ["doctor"]),
    fc.array(argument, { maxLength: 4 }),
  )
  .map(([command, given]) => [...command, ...given.flat()]);
const variable = fc
  .oneof(flag, hostileText("mode"))
  .map((name) => `APOLO_MCP_${name.toUpperCase().replaceAll("-", "_")}`);
const env = fc.dictionary(variable, value, { maxKeys: 3 });

/** The settings, or undefined where they are refused in words that show no secret and nothing invisible. */
function readOrSay(given: readonly string[], variables: Record<string, string> = {}) {
  try {
    return readSettings([...given], { env: variables, cwd: "/work", home: "/home/alice" });
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as UsageError; // as it was just seen to be
    expect(message).not.toMatch(UNSEEN);
    expect(message).not.toContain(SECRET);
    expect(message.length).toBeLessThan(MOST_CHARS);
    return undefined;
  }
}

function checkRanges({ policy, http, emulator }: NonNullable<ReturnType<typeof readOrSay>>): void {
  const { maxCreditsPerJob = 0, maxCreditsPerHour = 0, maxJobs = 0 } = policy;
  for (const number of [maxCreditsPerJob, maxCreditsPerHour, maxJobs])
    expect(number).toBeGreaterThanOrEqual(0);
  expect(Number.isInteger(maxJobs)).toBe(true);
  for (const port of [http?.port ?? 0, emulator.port ?? 0]) {
    expect(Number.isInteger(port)).toBe(true);
    expect(port).toBeLessThan(65_536);
  }
  expect(http?.drainSeconds ?? 0).toBeLessThanOrEqual(3600);
}

describe("settings", { tags: "hostility" }, () => {
  test("are within their ranges, or refused in words fit for a terminal", () =>
    check(
      fc.property(argv, env, (given, variables) => {
        const read = readOrSay(given, variables);
        if (read !== undefined) checkRanges(read);
      }),
      RUNS,
    ));

  test("are the same for the flags that setup hands on", () =>
    check(
      fc.property(argv, (given) => {
        const read = readOrSay(["setup", ...given]);
        if (read === undefined || read.command !== "setup") return;
        const again = readOrSay(read.setup.flags);
        expect(again?.policy).toEqual(read.policy);
        expect(again?.log).toEqual(read.log);
        expect([again?.files, again?.audit, again?.emulator.data]).toEqual([
          read.files,
          read.audit,
          read.emulator.data,
        ]);
      }),
      RUNS,
    ));

  test("a number of a variable is the number written, or refused", () =>
    check(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.nat(100_000)), (any) => {
        const number = any + 0;
        const read = readOrSay([], { APOLO_MCP_MAX_CREDITS_PER_JOB: String(number) });
        if (read !== undefined) expect(read.policy.maxCreditsPerJob).toBe(number);
        else expect(String(number)).toMatch(/^-|e|NaN|Infinity/);
      }),
      RUNS,
    ));

  test("endless ones are read as fast as they are long", () =>
    check(
      fc.property(fc.constantFrom(...NUMBERS, ...WORDS), endless(...VALUES), (name, text) => {
        readOrSay(["--http", `--${name}=${endlessText(text)}`]);
        readOrSay([endlessText(text)], { [`APOLO_MCP_${endlessText(text)}`]: "" });
      }),
      10,
    ));
});

describe("a login", { tags: "hostility" }, () => {
  const payload = fc.oneof(
    hostileText("{", '"identity":', '"exp":', "1"),
    fc
      .record({ identity: fc.oneof(value, fc.jsonValue()), exp: fc.oneof(fc.double(), fc.jsonValue()) })
      .map((claims) => JSON.stringify(claims)),
  );
  const jwt = fc.oneof(
    hostileText(token("alice"), ".", "eyJ"),
    payload.map((claims) => `eyJ.${Buffer.from(claims).toString("base64url")}.sig`),
  );

  test("a token names a user, or is refused; its end is a number, if any", () =>
    check(
      fc.property(jwt, (given) => {
        expect(["number", "undefined"]).toContain(typeof tokenEndMs(given));
        try {
          expect(userOf(given)).toMatch(/./s);
        } catch (error) {
          expect(error).toMatchObject({ code: "no_login" });
        }
      }),
      RUNS,
    ));

  test("what is wrong with a token or an address is told without it, however long it is", () =>
    check(
      fc.property(
        fc.oneof(
          { weight: 30, arbitrary: hostileText("https://api.apolo.us", SECRET) },
          { weight: 1, arbitrary: endless(SECRET).map(endlessText) },
        ),
        (given) => {
          for (const problem of [tokenProblem(given), addressProblem(given)]) {
            expect(problem ?? "").not.toContain(SECRET);
            expect((problem ?? "").length).toBeLessThan(200);
          }
          if (addressProblem(given) === undefined) expect(new URL(given).protocol).toMatch(/^https?:$/);
          if (tokenProblem(given) === undefined)
            expect(new Headers({ authorization: `Bearer ${given}` }).get("authorization")).toBe(
              `Bearer ${given}`,
            );
        },
      ),
      RUNS,
    ));
});
