import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { setImmediate as tick } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lockFolder, openHome } from "../../src/emulator/home.ts";
import { FileLogs } from "../../src/emulator/logs/store.ts";

import { Store } from "../../src/emulator/state/store.ts";
import { WITHIN } from "../support/busy.ts";
import { record } from "./support/records.ts";

describe("openHome", () => {
  test("removes what a killed emulator left, and nothing of one that lives", async () => {
    const dead = mkdtempSync(join(tmpdir(), "apolo-emulator-"));
    writeFileSync(join(dead, "lock"), "4194305 1");
    const alive = openHome(undefined);
    await vi.waitFor(() => expect(existsSync(dead)).toBe(false), WITHIN);
    const other = openHome(undefined);
    expect(existsSync(alive.folders.logs)).toBe(true);
    await Promise.all([alive.close(), other.close()]);
    expect(existsSync(alive.folders.logs)).toBe(false);
  });

  test("leaves alone the folder of an emulator that is just writing its lock", async () => {
    const [starting, dead] = [0, 1].map(() => mkdtempSync(join(tmpdir(), "apolo-emulator-")));
    writeFileSync(join(starting ?? "", "lock"), "");
    writeFileSync(join(dead ?? "", "lock"), "4194305 1");
    const home = openHome(undefined);
    await vi.waitFor(() => expect(existsSync(dead ?? "")).toBe(false), WITHIN);
    expect(existsSync(starting ?? "")).toBe(true);
    await home.close();
    rmSync(starting ?? "", { recursive: true });
  });

  test("signs tokens the same way as long as the data folder is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "home-"));
    const first = openHome(folder);
    await first.close();
    const second = openHome(folder);
    expect(second.signingKey).toBe(first.signingKey);
    await second.close();
    rmSync(folder, { recursive: true });
  });
});

describe("what an emulator left in the folder for temporary files", { tags: "leaks" }, () => {
  let temporary: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), "temporary-"));
    vi.stubEnv("TMPDIR", temporary);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(temporary, { recursive: true });
  });

  /** A folder with a file of a job in it, made two minutes ago. */
  function left(name: string, lock?: string): string {
    const folder = join(temporary, name);
    mkdirSync(join(folder, "jobs"), { recursive: true });
    writeFileSync(join(folder, "jobs", "file"), "");
    if (lock !== undefined) writeFileSync(join(folder, "lock"), lock);
    const thenSeconds = Date.now() / 1000 - 120;
    utimesSync(folder, thenSeconds, thenSeconds);
    return folder;
  }

  test.each([
    ["without a lock", undefined],
    ["with an empty lock", ""],
  ])("is removed by the next one where it has been %s for a minute", async (_, lock) => {
    const folder = left("apolo-emulator-old", lock);
    const home = openHome(undefined);
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), WITHIN);
    await home.close();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("is not looked for behind a link", async () => {
    const folder = left("elsewhere");
    symlinkSync(folder, join(temporary, "apolo-emulator-link"));
    const removed = left("apolo-emulator-old");
    const home = openHome(undefined);
    await vi.waitFor(() => expect(existsSync(removed)).toBe(false), WITHIN);
    await home.close();
    expect(existsSync(join(folder, "jobs", "file"))).toBe(true);
  });

  test("keeps its lock until all else is removed", async () => {
    const home = openHome(undefined);
    const job = home.folders.job("job-1");
    const root = resolve(job, "../..");
    for (let index = 0; index < 3000; index += 1) writeFileSync(join(job, String(index)), "");
    const closed = home.close();
    while (existsSync(join(root, "lock"))) await tick();
    expect(namesIn(root)).toEqual([]);
    await closed;
  });
});

/** None where the folder is gone, as it may be at any moment. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOENT" });
    return [];
  }
}

describe("a data folder that was there before", () => {
  test("gets a key where the one in it is empty", async () => {
    const folder = mkdtempSync(join(tmpdir(), "home-"));
    writeFileSync(join(folder, "signing-key"), "\n");
    const home = openHome(folder);
    expect(home.signingKey).toMatch(/^[\w-]{43}$/);
    expect(readFileSync(join(folder, "signing-key"), "utf8")).toBe(home.signingKey);
    await home.close();
    rmSync(folder, { recursive: true });
  });

  test.each(["short", `${"x".repeat(31)}\n`])("is refused with the signing key %j", (key) => {
    const folder = mkdtempSync(join(tmpdir(), "home-"));
    writeFileSync(join(folder, "signing-key"), key);
    expect(() => openHome(folder)).toThrow(/signing-key holds \d+ characters/);
    expect(existsSync(join(folder, "lock"))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  test("keeps what it holds from others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "home-"));
    chmodSync(folder, 0o755);
    for (const name of ["logs", "jobs", "state"]) mkdirSync(join(folder, name), { mode: 0o755 });
    writeFileSync(join(folder, "signing-key"), "x".repeat(43), { mode: 0o644 });
    writeFileSync(join(folder, "state", "journal-0.jsonl"), "", { mode: 0o644 });
    const home = openHome(folder);
    const store = new Store(folder);
    store.table.add(record(1));
    const logs = new FileLogs(home.folders.logs);
    logs.append(record(1).id, Buffer.from("secret\n"), 1);
    const modes = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name !== "lock")
      .map(({ parentPath, name }) => [name, statSync(join(parentPath, name)).mode & 0o077]);
    expect(modes.filter(([, open]) => open !== 0)).toEqual([]);
    expect(modes.length).toBeGreaterThan(8);
    await logs.close();
    store.close();
    await home.close();
    rmSync(folder, { recursive: true });
  });
});

describe("a data folder that cannot be used", () => {
  test.each(["file", "file/below", "/proc/nope/deep", "/sys/nope"])("is told as a sentence: %s", (path) => {
    const folder = mkdtempSync(join(tmpdir(), "home-"));
    writeFileSync(join(folder, "file"), "");
    const data = resolve(folder, path);
    expect(() => openHome(data)).toThrow(
      new RegExp(`^The data folder ${data} cannot be used \\([a-z -]+\\): name a folder`),
    );
    rmSync(folder, { recursive: true });
  });

  test("is not one that is relative: that is resolved", async () => {
    const folder = mkdtempSync(join(tmpdir(), "home-"));
    const home = openHome(relative(process.cwd(), folder));
    expect(home.stateFolder).toBe(folder);
    expect(home.folders.logs).toBe(join(folder, "logs"));
    await home.close();
    rmSync(folder, { recursive: true });
  });
});

describe("lockFolder", () => {
  test("does not count a number that another process has by now", () => {
    const folder = mkdtempSync(join(tmpdir(), "lock-"));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "lock"), `${process.pid} 1`);
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/is used by the emulator/);
    unlock();
    expect(existsSync(join(folder, "lock"))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
