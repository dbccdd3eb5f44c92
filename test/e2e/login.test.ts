import { chmod, copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Bin, initialize, toolCall } from "../support/bin.ts";

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
