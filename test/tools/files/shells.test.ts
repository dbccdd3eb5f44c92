import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, describe, expect } from "vitest";
import { Cksum } from "../../../src/operations/files/cksum.ts";
import { LOOK, WRITE } from "../../../src/operations/files/scripts.ts";

const BUSYBOX = programs("busybox");
const APPLETS = ["sh", "ls", "head", "tail", "cat", "wc", "rm"];
/** What an image may have beside its shell. */
const IMAGES: [name: string, shell: string | undefined, programs: string[]][] = [
  ["dash", programs("dash"), [...APPLETS, "dd", "cksum"]],
  ["dash without dd, ls and cksum", programs("dash"), APPLETS.filter((name) => name !== "ls")],
  ["busybox", BUSYBOX, [...APPLETS, "dd"]],
];

const test = base.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures here.
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "files-"));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

function programs(name: string): string | undefined {
  try {
    return execFileSync("sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

describe.each(IMAGES)("the scripts in %s", (_image, shell, names) => {
  /** Runs a script with these programs alone. */
  const run = (folder: string, script: string, args: readonly unknown[], input = "") => {
    const bin = join(folder, ".bin");
    execFileSync("mkdir", ["-p", bin]);
    for (const name of names)
      symlinkOnce(shell === BUSYBOX ? String(BUSYBOX) : String(programs(name)), join(bin, name));
    const argv = ["-c", script, "sh", ...args.map(String)];
    const program = shell === BUSYBOX ? join(bin, "sh") : String(shell);
    // A script that does not read its input may be over before that is written.
    const { status, stdout } = spawnSync(program, argv, {
      ...{ cwd: folder, env: { PATH: bin }, input, maxBuffer: 1e8 },
    });
    expect(status).toBe(0);
    return stdout;
  };

  test.skipIf(shell === undefined)("read a range and the end of a large file", ({ folder }) => {
    execFileSync("sh", ["-c", "truncate -s 100M big; printf '0123456789' >> big"], { cwd: folder });
    const at = 100 * 2 ** 20;
    expect(run(folder, LOOK, ["big", -4, 100, 0, 0, 10]).toString()).toBe(
      `file ${at + 10} ${at + 6} ${at + 6}\n6789`,
    );
    expect(run(folder, LOOK, ["big", at + 2, 3, 1, 2, 10]).toString()).toBe(
      `file ${at + 10} ${at + 2} ${at + 1}\n123456`,
    );
  });

  test.skipIf(shell === undefined)("list what has an odd name", ({ folder }) => {
    for (const name of ["a\nb", "-rf", "$(id)", " x "]) writeFileSync(join(folder, name), "");
    const said = run(folder, LOOK, [".", 0, 0, 0, 0, 10]).toString();
    expect(said).toMatch(/^folder\n/);
    const fields = said.slice("folder\n".length).split("\0");
    const found = fields.slice(0, -2).filter((_, index) => index % 2 === 0);
    expect(found.sort()).toEqual([" x ", "$(id)", "-rf", ".bin", "a\nb"]);
    expect(fields.at(-1)).toBe("5");
  });

  test.skipIf(shell === undefined)(
    "write, replace and add to a file, and nothing that is cut short",
    ({ folder }) => {
      const write = (how: string, bytes: string, length = bytes.length) =>
        run(folder, WRITE, ["-f", length, how], bytes).toString().trim().split(" ").slice(0, 2).join(" ");
      expect(write("new", "one\0")).toBe("wrote 4");
      expect(write("new", "two")).toBe("exists 4");
      expect(write("append", "two")).toBe("wrote 7");
      expect(write("overwrite", "three", 9)).toBe("short");
      expect(readFileSync(join(folder, "-f"), "latin1")).toBe("one\0two");
      expect(write("overwrite", "three")).toBe("wrote 5");
      expect(readFileSync(join(folder, "-f"), "latin1")).toBe("three");
    },
  );
});

function symlinkOnce(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch {
    // It is there from the run before.
  }
}

describe("Cksum", () => {
  base("is that of cksum, for data in parts", () => {
    const data = readFileSync(process.execPath).subarray(0, 300_001);
    const sum = new Cksum();
    for (let at = 0; at < data.length; at += 7777) sum.add(data.subarray(at, at + 7777));
    expect(`${sum.value()} ${data.length}`).toBe(
      execFileSync("cksum", { input: data, encoding: "utf8" }).trim(),
    );
    expect(new Cksum().value()).toBe(4294967295);
  });
});
