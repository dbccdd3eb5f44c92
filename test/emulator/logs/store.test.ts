import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { FileLogs, type LogStore } from "../../../src/emulator/logs/store.ts";
import type { TimedLine } from "../../../src/emulator/logs/writer.ts";

const ID = "job-0a1b2c3d-0000-4000-8000-000000000000";
const START_MS = Date.parse("2026-11-22T10:00:00.000Z");

let folder: string;
let logs: LogStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logs-test-"));
  logs = new FileLogs(folder);
});

afterEach(async () => {
  await logs.close();
  rmSync(folder, { recursive: true, force: true });
});

const append = (text: string, seconds: number) =>
  logs.append(ID, Buffer.from(text), START_MS + seconds * 1000);

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

async function readSince(seconds?: number, untilSeconds?: number): Promise<string> {
  const span = {
    ...(seconds === undefined ? {} : { sinceMs: START_MS + seconds * 1000 }),
    ...(untilSeconds === undefined ? {} : { untilMs: START_MS + untilSeconds * 1000 }),
  };
  return textOf(logs.read(ID, logs.range(ID, span)));
}

const whole = async (stamp?: "micro" | "nano") => textOf(logs.read(ID, logs.range(ID, {}), stamp));

describe("reading a log", () => {
  test("gives nothing for a job that never wrote", async () => {
    expect(await whole()).toBe("");
  });

  test("gives the bytes as they came", async () => {
    append("a\nb", 0);
    append("c\n", 1);
    expect(await whole()).toBe("a\nbc\n");
  });

  test("gives a line the time of its first byte", async () => {
    append("one\ntw", 0);
    append("o\nthree\n", 1.0015);
    expect(await whole("micro")).toBe(
      "2026-11-22T10:00:00.000000Z one\n2026-11-22T10:00:00.000000Z two\n2026-11-22T10:00:01.001500Z three\n",
    );
    expect(await whole("nano")).toContain("2026-11-22T10:00:01.001500000Z three\n");
  });

  test("leaves out lines before since and after until", async () => {
    append("one\n", 1);
    append("two\n", 2);
    append("three\n", 3);
    expect(await readSince(2)).toBe("two\nthree\n");
    expect(await readSince(1.5, 2.5)).toBe("two\n");
    expect(await readSince(undefined, 1)).toBe("one\n");
    expect(await readSince(4)).toBe("");
    expect(await readSince(3, 1)).toBe("");
  });

  test("leaves a line out that is not complete when an end is asked for", async () => {
    append("one\ntw", 1);
    expect(await readSince(undefined, 2)).toBe("one\n");
  });

  test("never lets time run backwards", async () => {
    append("one\n", 5);
    append("two\n", 3);
    expect(await whole("micro")).toMatch(
      /^2026-11-22T10:00:05.000000Z one\n2026-11-22T10:00:05.000000Z two\n$/,
    );
    expect(await readSince(4)).toBe("one\ntwo\n");
  });

  test("ends the last line of a log that was ended without one", async () => {
    append("half", 1);
    logs.end(ID);
    expect(await whole()).toBe("half\n");
  });

  test("stamps lines that span many chunks once", async () => {
    const long = "x".repeat(200_000);
    append(`${long}\nend\n`, 0);
    expect(await whole("nano")).toBe(
      `2026-11-22T10:00:00.000000000Z ${long}\n2026-11-22T10:00:00.000000000Z end\n`,
    );
  });
});

describe("following a log", () => {
  test("gives what is there and what comes, until the log is ended", async () => {
    append("one\n", 0);
    const { signal } = new AbortController();
    const text = textOf(logs.follow(ID, 0, { signal, stamp: "nano" }));
    await Promise.resolve();
    append("tw", 1);
    append("o\n", 2);
    logs.end(ID);
    expect((await text).replaceAll(/^\S+ /gm, "")).toBe("one\ntwo\n");
  });

  test("waits for the first byte of a job that has not written yet", async () => {
    const text = textOf(logs.follow(ID, 0, { signal: new AbortController().signal }));
    await Promise.resolve();
    append("first\n", 0);
    logs.end(ID);
    expect(await text).toBe("first\n");
  });

  test("stops when its signal fires", async () => {
    append("one\n", 0);
    const stop = new AbortController();
    const text = textOf(logs.follow(ID, 0, { signal: stop.signal }));
    stop.abort();
    expect(["", "one\n"]).toContain(await text);
  });

  test("goes on after a restart of the job", async () => {
    append("one\n", 0);
    logs.endLine(ID);
    append("two\n", 1);
    logs.end(ID);
    append("three\n", 2);
    expect(logs.isLive(ID)).toBe(true);
    logs.end(ID);
    expect(logs.isLive(ID)).toBe(false);
    expect(await whole()).toBe("one\ntwo\nthree\n");
  });
});

describe("log files", () => {
  const reopen = () => {
    logs = new FileLogs(folder);
  };
  const files = () =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));

  test("are found again by a store that did not write them", async () => {
    append("one\ntwo\n", 0);
    reopen();
    expect(await whole()).toBe("one\ntwo\n");
    append("three\n", 1);
    expect(await readSince(1)).toBe("three\n");
  });

  test("survive a writer that was killed within a write", async () => {
    append("one\n", 0);
    append("two\n", 1);
    const index = join(folder, files().find((name) => name.endsWith(".times")) ?? "");
    appendFileSync(join(folder, files().find((name) => name.endsWith(".log")) ?? ""), "tor");
    appendFileSync(index, Buffer.alloc(7));
    reopen();
    expect(await whole()).toBe("one\ntwo\ntor\n");
    append("n\nlast\n", 2);
    expect(await readSince(1)).toBe("two\ntorn\nlast\n");
    expect(await readSince(2)).toBe("last\n");
    truncateSync(index, 16);
    expect(await readSince(2)).toBe("");
  });

  test("are gone after remove", async () => {
    append("one\n", 0);
    await logs.remove(ID);
    expect(files()).toEqual([]);
    expect(await whole()).toBe("");
  });

  test("are not held open once their job is finished", () => {
    const openFiles = () => readdirSync("/proc/self/fd").length;
    const before = openFiles();
    for (let number = 0; number < 500; number += 1) {
      const id = `job-${String(number).padStart(8, "0")}`;
      logs.append(id, Buffer.from("line\n"), START_MS);
      if (number % 2 === 0) logs.end(id);
    }
    expect(openFiles() - before).toBeLessThan(450);
    for (let number = 0; number < 500; number += 1) logs.end(`job-${String(number).padStart(8, "0")}`);
    expect(openFiles()).toBeLessThan(before + 10);
  });

  test("cost what is read of them, not what they hold", async () => {
    logs.fill(ID, numbered(100_000));
    const bytesRead = await countReads();
    expect(await readSince(999.98)).toBe("99998\n99999\n");
    expect(await textOf(logs.read(ID, { start: 500_000, end: 500_100 }, "micro"))).toContain("Z 85185\n");
    expect(bytesRead()).toBeLessThan(200_000);
  });

  test("give each line its time, however many there are", async () => {
    logs.fill(ID, numbered(5000));
    const stamped = (await whole("micro")).split("\n").slice(0, -1);
    const expected = [...numbered(5000)].map(({ atMs, text }) => `${new Date(atMs).toISOString()} ${text}`);
    expect(stamped.map((line) => line.replace("000Z", "Z"))).toEqual(expected);
  });
});

function* numbered(count: number): Generator<TimedLine> {
  for (let number = 0; number < count; number += 1)
    yield { atMs: START_MS + number * 10, text: String(number) };
}

/** Counts what is read of files from now on. */
async function countReads(): Promise<() => number> {
  const file = await open(folder);
  const read = vi.spyOn(Object.getPrototypeOf(file) as FileHandle, "read");
  await file.close();
  onTestFinished(() => read.mockRestore());
  return () =>
    read.mock.settledResults.reduce(
      (sum, done) => sum + (done.type === "fulfilled" ? done.value.bytesRead : 0),
      0,
    );
}
