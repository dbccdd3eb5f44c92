import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { openHome } from "../../src/emulator/home.ts";
import { lockFolder } from "../../src/emulator/state/folder-lock.ts";

describe("openHome", () => {
  test("removes what a killed emulator left, and nothing of one that lives", async () => {
    const dead = mkdtempSync(join(tmpdir(), "apolo-emulator-"));
    writeFileSync(join(dead, "lock"), "4194305 1");
    const alive = openHome(undefined);
    await vi.waitFor(() => expect(existsSync(dead)).toBe(false));
    const other = openHome(undefined);
    expect(existsSync(alive.folders.root)).toBe(true);
    await Promise.all([alive.close(), other.close()]);
    expect(existsSync(alive.folders.root)).toBe(false);
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
