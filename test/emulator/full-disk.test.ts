import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openHome } from "../../src/emulator/home.ts";
import { startEmulator } from "../../src/emulator/index.ts";
import { FileLogs } from "../../src/emulator/logs/store.ts";
import { Store } from "../../src/emulator/state/store.ts";
import { record } from "./support/records.ts";

let disk: string;
let isMounted: boolean;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), "full-disk-"));
  isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).status === 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  if (isMounted) spawnSync("umount", ["-l", disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Fills what is left, but for some blocks. */
function fill(blocks = 0): () => void {
  const { bavail, bsize } = statfsSync(disk);
  const path = join(disk, "filler");
  writeFileSync(path, Buffer.alloc((bavail - blocks) * bsize));
  return () => rmSync(path);
}

async function textOf(logs: FileLogs, id: string): Promise<string> {
  const chunks = [];
  for await (const chunk of logs.read(id, logs.range(id, {}))) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

const NOTE = /\n\[emulator\] The output of this job ends here: ENOSPC[^\n]*\n$/;

const NO_DISK = "no small disk can be mounted here";

// Only an administrator can mount one.
describe.skipIf(process.getuid?.() !== 0)("on a full disk", { tags: "outages" }, () => {
  test("the log of a job that prints without end ends with a note, and the emulator goes on", async ({
    skip,
  }) => {
    skip(!isMounted, NO_DISK);
    const emulator = await startEmulator({ dataDir: disk });
    const call = async (method: string, path: string, body?: object) => {
      const answer = await fetch(emulator.url + path, {
        method,
        headers: { authorization: `Bearer ${emulator.token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const started = await call("POST", "/jobs?from_preset", {
      image: "ubuntu",
      project_name: "vision",
      command: "sh -c 'yes 123456 | head -c 3000000; exit 7'",
    });
    const { id } = JSON.parse(started.text);
    await vi.waitFor(
      async () => expect((await call("GET", `/jobs/${id}`)).text).toContain('"exit_code": 7'),
      { timeout: 30_000, interval: 50 },
    );
    expect((await call("GET", `/jobs/${id}/log`)).text).toMatch(NOTE);
    expect((await call("GET", "/config")).status).toBe(200);
    await emulator.close();
    const again = await startEmulator({ dataDir: disk });
    expect(again.warnings).toEqual([]);
    await again.close();
  });

  test("logs end with their notes one after another", async ({ skip }) => {
    skip(!isMounted, NO_DISK);
    const logs = new FileLogs(disk);
    logs.append("job-aa1", Buffer.alloc(4095, "a"), 1);
    fill();
    for (const id of ["job-aa1", "job-bb1", "job-cc1"]) {
      logs.append(id, Buffer.alloc(2_000_000, "x"), 2);
      logs.append(id, Buffer.from("dropped"), 3);
      expect(`\n${await textOf(logs, id)}`).toMatch(NOTE);
    }
    await logs.close();
  });

  test.for([0, 1])(
    "a data folder begun with %i free blocks opens once there is room",
    async (blocks, { skip }) => {
      skip(!isMounted, NO_DISK);
      const empty = fill(blocks);
      expect(() => openHome(disk)).toThrow(/cannot be used \(no space left on device\)/);
      empty();
      await openHome(disk).close();
    },
  );

  test("an emulator that finds no room for its lock leaves no folder", ({ skip }) => {
    skip(!isMounted, NO_DISK);
    fill();
    vi.stubEnv("TMPDIR", disk);
    expect(() => openHome(undefined)).toThrow("ENOSPC");
    expect(readdirSync(disk)).toEqual(["filler"]);
  });

  test("the state waits for room and is whole then", async ({ skip }) => {
    skip(!isMounted, NO_DISK);
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    const store = new Store(disk);
    const empty = fill();
    for (let index = 0; index < 40; index += 1) store.table.add(record(index));
    expect(store.table.size).toBe(40);
    expect(warned).toHaveBeenCalledOnce();
    empty();
    store.table.add(record(40));
    store.close();
    const again = new Store(disk);
    expect([again.table.size, again.damage]).toEqual([41, undefined]);
    again.close();
    warned.mockRestore();
  });
});

describe("a log at its limit", { tags: "outages" }, () => {
  test("says where it was cut, once, and stays so", async () => {
    const logs = new FileLogs(disk, 10);
    for (const text of ["1234\n", "5678901", "dropped\n"]) logs.append("job-aa1", Buffer.from(text), 1);
    const cut = "1234\n56789\n[emulator] The output of this job ends here: it is longer than 10 bytes.\n";
    expect(await textOf(logs, "job-aa1")).toBe(cut);
    await logs.close();
    const again = new FileLogs(disk, 10);
    again.append("job-aa1", Buffer.from("dropped\n"), 2);
    expect(await textOf(again, "job-aa1")).toBe(cut);
    await again.close();
  });

  test("is what the emulator was told to keep of each job", async () => {
    const emulator = await startEmulator({ logLimitBytes: 1000 });
    const headers = { authorization: `Bearer ${emulator.token}` };
    const body = JSON.stringify({
      image: "a",
      project_name: "vision",
      command: "sh -c 'yes | head -c 300000'",
    });
    const started = await fetch(`${emulator.url}/jobs?from_preset`, { method: "POST", headers, body });
    const { id } = JSON.parse(await started.text());
    await vi.waitFor(
      async () => {
        const log = await (await fetch(`${emulator.url}/jobs/${id}/log`, { headers })).text();
        expect(log).toMatch(/^(y\n){500}\[emulator\] .*longer than 1000 bytes\.\n$/);
      },
      { timeout: 30_000, interval: 50 },
    );
    await emulator.close();
  });
});
