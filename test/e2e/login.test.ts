import { chmod, copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished, vi } from "vitest";
import { Bin, initialize, toolCall } from "../support/bin.ts";
import { WITHIN } from "../support/busy.ts";
import { command } from "../support/command.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { expect, test } from "../support/fixtures.ts";
import { PLANTED } from "../support/planted.ts";
import { startJob, untilPrinted } from "../support/run-job.ts";
import { savedLogin, saveLogin } from "../support/saved-login.ts";
import { SLEEP } from "../support/sleepers.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/login-db");
/** As Node 20 is, which knows no such option. */
const WITHOUT_SQLITE = isBuiltin("node:sqlite") ? { NODE_OPTIONS: "--no-experimental-sqlite" } : {};

test("the shipped program reads the login of `apolo login` without SQLite in Node", async () => {
  const home = await mkdtemp(join(tmpdir(), "home-"));
  onTestFinished(() => rm(home, { recursive: true }));
  await mkdir(join(home, ".apolo"), { mode: 0o700 });
  await copyFile(join(FIXTURES, "db"), join(home, ".apolo/db"));
  await copyFile(join(FIXTURES, "vision.wal"), join(home, ".apolo/db-wal"));
  await chmod(join(home, ".apolo/db"), 0o600);

  const bin = new Bin([], { HOME: home, ...WITHOUT_SQLITE });
  bin.write(initialize(), toolCall(1, "apolo_context"));

  // Nothing listens at the address of the login.
  expect((await bin.answer(1)).result.content[0].text).toContain("127.0.0.1:18099");
  expect(bin.stderr).toBe("");
});

test("a server that started without a login takes up the one that is saved then", async ({ emulator }) => {
  const folder = await mkdtemp(join(tmpdir(), "no-login-yet-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const bin = new Bin([], { APOLO_CONFIG: folder });
  const ask = async (id: number) => (await bin.write(toolCall(id, "job_list")).answer(id)).result;
  bin.write(initialize());
  expect((await ask(1)).content[0].text).toContain("There is no login");
  await saveLogin(folder, { url: emulator.url, token: emulator.token, refreshToken: PLANTED.refresh });
  let asked = 1;
  await vi.waitFor(async () => {
    asked += 1;
    expect((await ask(asked)).isError).not.toBe(true);
  }, WITHIN);
  expect(await bin.end()).toBe(0);
});

// That no token is in any output is checked at the end of every test.
describe("the tokens of a login of `apolo login`", { tags: "secrets" }, () => {
  test("stay in the program, whatever prints them", async ({ emulator, platform }) => {
    const folder = await savedLogin({ url: emulator.url, token: emulator.token });
    const script = `echo "saw ${PLANTED.refresh} and ${emulator.token}"; ${SLEEP}`;
    const job = await startJob(platform, { name: "real", script });
    await untilPrinted(platform, job, "saw");
    const bin = new Bin(["--log-level", "debug"], { APOLO_CONFIG: folder });
    const told = command(["doctor"], { env: { APOLO_CONFIG: folder } });
    bin.write(initialize(), toolCall(1, "job_logs", { jobs: ["real"], until_pattern: "saw" }));
    bin.write(toolCall(2, "job_exec", { job: "real", command: `cat ${folder}/db` }));

    expect((await bin.answer(1)).result.content[0].text).toContain("saw ");
    expect((await bin.answer(2)).result.content[0].text).not.toContain(PLANTED.refresh);
    expect((await told).stdout).toContain(folder);
  });

  test("stay in it when they cannot be refreshed, and the platform says so with them", async ({
    emulator,
  }) => {
    const proxy = await faultProxy(emulator);
    const body = JSON.stringify({ error: "invalid_grant", error_description: PLANTED.refresh });
    const headers = { "x-error": PLANTED.refresh };
    proxy.add({ path: /oauth/, instead: { status: 400, headers, body } });
    const saved = { url: `${proxy.origin}/api/v1`, token: emulator.token, expiresAtMs: Date.now() - 1 };
    const bin = new Bin(["--log-level", "debug"], { APOLO_CONFIG: await savedLogin(saved) });
    bin.write(initialize(), toolCall(1, "job_list"));

    expect((await bin.answer(1)).result.content[0].text).toMatch(/^not_authenticated: /);
    expect(await bin.end()).toBe(0);
  });
});
