import { isAscii } from "node:buffer";
import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { initialize } from "../support/bin.ts";

const run = promisify(execFile);
const COMPILED = resolve("dist/compiled.js");
const PROGRAM = `(function (exports, require, module, __filename) {
  function unused() {}
  setTimeout(() => console.log("ran", typeof require, __filename), 200);
})`;

/** A program, and the folder in which what was compiled of it is kept. */
async function program() {
  const folder = await mkdtemp(join(tmpdir(), "compiled-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "program.js");
  await writeFile(file, PROGRAM);
  const kept = join(folder, "apolo-jobs-mcp");
  return {
    folder,
    kept,
    async start(caches = folder, ...args: string[]) {
      const script = `require(${JSON.stringify(COMPILED)}).start(${JSON.stringify(file)}, "build", 0)`;
      const { stdout } = await run(process.execPath, ["-e", script, "--", "main.js", ...args], {
        env: { ...process.env, XDG_CACHE_HOME: caches, NODE_DISABLE_COMPILE_CACHE: "" },
      });
      expect(stdout).toBe(`ran function ${file}\n`);
    },
    async file(use = "build") {
      const names = await readdir(kept);
      expect(names).toEqual([`${use}-${process.version}-${process.arch}.v8`]);
      return join(kept, String(names[0]));
    },
  };
}

describe("what is compiled", () => {
  test("is ASCII, as which it is read", async () => {
    const programs = (await readdir("dist")).filter((name) => name.endsWith(".js"));
    expect(programs).toContain("app.js");
    for (const name of programs) expect(isAscii(await readFile(join("dist", name))), name).toBe(true);
  });
});

describe("what was compiled", () => {
  test("is kept for the next start, readable by nobody else", async () => {
    const { start, file, kept } = await program();
    await start();
    const first = await stat(await file());
    await start();
    expect((await stat(await file())).ino).toBe(first.ino);
    expect([first.mode & 0o777, (await stat(kept)).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test("is not run where others could have written it", async () => {
    const { start, file } = await program();
    await start();
    const first = await stat(await file());
    await chmod(await file(), 0o666);
    await start();
    const second = await stat(await file());
    expect(second.ino).not.toBe(first.ino);
    expect(second.mode & 0o777).toBe(0o600);
  });

  test("is made anew where it is broken", async () => {
    const { start, file } = await program();
    await start();
    await writeFile(await file(), "no code");
    await start();
    expect((await readFile(await file())).length).toBeGreaterThan(100);
  });

  test("is done without where there is no place for it", async () => {
    const { start } = await program();
    await start("/dev/null");
  });

  test("of a command is kept apart, when it ends", async () => {
    const { start, file, folder } = await program();
    await start(folder, "call");
    await file("build-command");
  });

  test.for([
    [["completion", "bash"], "", [/^[0-9a-f]{16}-command-v\d/]],
    [[], JSON.stringify(initialize()), [/^[0-9a-f]{16}-v\d/]],
    [["--version"], "", []],
  ] as const)(
    "of the product run with %j is kept when it ends, if it is worth it",
    async ([args, input, names]) => {
      const { folder, kept } = await program();
      const env = { ...process.env, XDG_CACHE_HOME: folder, NODE_DISABLE_COMPILE_CACHE: "" };
      const { status } = spawnSync(process.execPath, ["dist/main.js", ...args], { env, input: `${input}\n` });
      expect(status).toBe(0);
      const found = await readdir(kept).catch(() => []);
      expect(found).toEqual(names.map((name) => expect.stringMatching(name)));
    },
  );
});
