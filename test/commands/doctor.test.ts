import { describe, expect } from "vitest";
import {
  connectPlatform,
  type findLogin,
  type Login,
  loginFromPassedConfig,
} from "../../src/client/index.ts";
import { runDoctor } from "../../src/commands/index.ts";
import { diagnose } from "../../src/operations/diagnosis.ts";
import { makeScrub } from "../../src/server/scrub.ts";
import { read } from "../settings/read.ts";
import { command } from "../support/command.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { test } from "../support/fixtures.ts";

/** What the doctor says of a login, by the name of what was looked at. */
async function examine(
  login: Login | undefined | Awaited<ReturnType<typeof findLogin>>,
  { argv = [], env = {} }: { argv?: string[]; env?: Record<string, string> } = {},
) {
  const settings = read(["doctor", "--json", ...argv], env);
  const platform = connectPlatform(login, { env: settings.env });
  const texts: string[] = [];
  try {
    const diagnosis = await diagnose(platform, { login, env: settings.env });
    const scrub = makeScrub(settings.policy.secrets, () => platform.secrets());
    const output = { write: (text: string) => texts.push(text) };
    const code = runDoctor(diagnosis, { settings, scrub, version: "1.2.3", output });
    const { ok, checks } = JSON.parse(texts.join(""));
    expect(code).toBe(ok ? 0 : 1);
    const named = Object.fromEntries(checks.map((check: { name: string }) => [check.name, check]));
    return {
      code,
      named,
      results: checks.map(({ result }: { result: string }) => result),
      all: texts.join(""),
    };
  } finally {
    await platform.close();
  }
}

/** A token that ends at a time; nobody checks its signature. */
function tokenUntil(emulatorToken: string, endMs: number): string {
  const [head, payload = "", signature] = emulatorToken.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  const part = Buffer.from(JSON.stringify({ ...claims, exp: Math.round(endMs / 1000) })).toString(
    "base64url",
  );
  return [head, part, signature].join(".");
}

describe("the doctor", () => {
  test("finds all well on the emulator, and changes nothing there", async ({ emulator, platform }) => {
    const { code, results, named } = await examine(loginFromPassedConfig(emulator.passedConfig));

    expect(code).toBe(0);
    expect(new Set(results)).toEqual(new Set(["ok"]));
    expect(named.login.text).toContain("APOLO_PASSED_CONFIG; user alice");
    expect(named.platform).toMatchObject({
      ms: expect.any(Number),
      text: expect.stringContaining("default/"),
    });
    expect(named.jobs.text).toMatch(/round trip takes [\d.]+ ms/);
    for await (const job of platform.jobs.list()) expect(job).toBe("none");
  });

  test("tells modes and limits as the flags that set them", async ({ emulator }) => {
    const argv = ["--mode", "no-destroy", "--max-jobs", "3", "--owned-only"];
    const { named } = await examine(loginFromPassedConfig(emulator.passedConfig), { argv });

    expect(named.limits.text).toBe("--mode no-destroy --tools all --max-jobs 3 --owned-only");
  });

  test("without a login says how to get one, and looks no further", async () => {
    const { code, named, results } = await examine(undefined);

    expect(code).toBe(1);
    expect(named.login.text).toMatch(/apolo login.*APOLO_URL and APOLO_TOKEN.*--emulator/);
    expect(results.filter((result: string) => result === "failed")).toHaveLength(1);
    expect(named.monitoring.result).toBe("skipped");
  });

  test("says where a platform is that nothing reaches, and how to try it by hand", async ({ emulator }) => {
    const login = { ...loginFromPassedConfig(emulator.passedConfig), url: "http://127.0.0.1:9/api/v1" };
    const { named } = await examine(login);

    expect(named.platform).toMatchObject({ result: "failed" });
    expect(named.platform.text).toMatch(
      /nothing is listening.*curl -sS http:\/\/127\.0\.0\.1:9\/api\/v1\/config/,
    );
  });

  test("names a proxy that lets requests pass but no WebSockets", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ path: /log_ws/, instead: { status: 400, body: "no upgrade" } });
    const { code, named } = await examine(loginFromPassedConfig(proxy.passedConfig));

    expect(code).toBe(1);
    expect(named.jobs.result).toBe("ok");
    expect(named.monitoring).toMatchObject({ result: "failed", text: expect.stringContaining("WebSockets") });
  });

  test.for([
    [120_000, "warning", /is 1\d\d s behind the platform's: set it/],
    [-120_000, "warning", /is 1\d\d s ahead of the platform's: set it/],
    [10_000, "ok", /is \d+ s behind/],
  ] as const)("tells a clock that is off by %i ms: %s", async ([clockMs, result, text], { emulator }) => {
    const proxy = await faultProxy(emulator);
    proxy.add({ clockMs });
    const { code, named } = await examine(loginFromPassedConfig(proxy.passedConfig));

    expect(named.clock).toMatchObject({ result, text: expect.stringMatching(text) });
    expect(code).toBe(0);
  });

  test("tells until when a token is good, and what to do when it is not", async ({ emulator }) => {
    const login: Login = {
      ...loginFromPassedConfig(emulator.passedConfig),
      source: "token",
      from: "APOLO_TOKEN",
    };
    const endMs = Date.now() + 5.5 * 3_600_000;
    const good = await examine({ ...login, token: tokenUntil(login.token, endMs) });
    expect(good.named.token.text).toMatch(/\(5\.\d h from now\)/);
    expect(Date.parse(good.named.token.until)).toBeCloseTo(endMs, -4);

    const old = await examine({ ...login, token: tokenUntil(login.token, Date.now() - 60_000) });
    expect(old.named.token).toMatchObject({
      result: "failed",
      text: expect.stringContaining("set APOLO_TOKEN"),
    });
  });

  test("tells proxy and authorities in use, and an authority's file that is not there", async ({
    emulator,
  }) => {
    const login = { ...loginFromPassedConfig(emulator.passedConfig), url: "http://platform.invalid/api/v1" };
    const env = { HTTP_PROXY: "http://user:hidden-word@127.0.0.1:9", NODE_EXTRA_CA_CERTS: "/nope.pem" };
    const { named, all } = await examine(login, { env });

    expect(named.network).toMatchObject({ result: "warning" });
    expect(named.network.text).toMatch(
      /proxy http:\/\/127\.0\.0\.1:9 \(HTTP_PROXY\).*\/nope\.pem.*cannot be read/,
    );
    expect(all).not.toContain("hidden-word");
  });

  test("warns of a project that is selected and not listed", async ({ emulator }) => {
    const login = { ...loginFromPassedConfig(emulator.passedConfig), project: "gone" };
    const { named } = await examine(login);

    expect(named.platform).toMatchObject({
      result: "warning",
      text: expect.stringContaining("/gone, which"),
    });
  });

  test("shows no secret that was planted where it looks", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const login = loginFromPassedConfig(proxy.passedConfig);
    const planted = "sk-Planted0123456789abcdefghijkl";
    proxy.add({
      path: /log_ws/,
      instead: { status: 500, headers: { "x-error": `${login.token} ${planted}` } },
    });
    proxy.add({ path: /\/jobs/, instead: { status: 500, body: `${login.token} ${planted}` } });
    const { all, named } = await examine(login, { env: { SOME_API_KEY: planted } });

    expect(named.jobs.result).toBe("failed");
    expect(named.monitoring.result).toBe("failed");
    expect(all).not.toContain(login.token);
    expect(all).not.toContain(planted);
  });
});

describe("apolo-jobs-mcp doctor", () => {
  test("prints a line for each check, and ends with a code that scripts read", async () => {
    const well = await command(["doctor", "--emulator"]);
    expect(well.stdout).toMatch(/^ok +node[\s\S]*\nok +monitoring[\s\S]*\nIt works\.\n$/);
    expect(well.code).toBe(0);

    const ill = await command(["doctor"], { env: { HOME: "/nope" } });
    expect(ill.stdout).toContain("1 of 9 failed.");
    expect(ill).toMatchObject({ code: 1, stderr: "" });
  });
});
