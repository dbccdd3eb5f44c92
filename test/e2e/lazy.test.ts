import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test } from "vitest";
import { initialize, request } from "../support/bin.ts";

/** What Node has loaded by the end of a run that says these messages to the built server. */
async function loadedBy(...messages: object[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "lazy-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const probe = join(folder, "probe.cjs");
  await writeFile(
    probe,
    'process.on("exit", () => process._rawDebug(JSON.stringify(process.moduleLoadList)));',
  );
  const { stderr } = spawnSync(process.execPath, ["--require", probe, "dist/main.js"], {
    input: messages.map((message) => `${JSON.stringify(message)}\n`).join(""),
    env: { PATH: process.env.PATH, HOME: folder, NODE_DISABLE_COMPILE_CACHE: "1" },
    encoding: "utf8",
  });
  return JSON.parse(stderr.split("\n").findLast((line) => line.startsWith("[")) ?? "[]");
}

describe("a start", () => {
  test("loads neither the HTTP client nor what it needs, also to list the tools", async () => {
    const loaded = await loadedBy(initialize(), request(1, "tools/list"));
    expect(loaded).toContain("NativeModule stream");
    for (const name of ["http", "https", "http2", "tls", "crypto", "zlib", "child_process"])
      expect(loaded).not.toContain(`NativeModule ${name}`);
  });
});

describe("what is built lazily", async () => {
  const { lazily } = (await import(resolve("scripts/lazy.mjs"))) as { lazily(code: string): string };

  /** Runs a bundle of one file of ours, in which `build` notes what it builds. */
  function built(code: string): unknown[] {
    const notes: unknown[] = [];
    const build = (name: string, ...parts: unknown[]) => {
      notes.push(name);
      return { name, parts };
    };
    const context = { notes, build, console, defineTool: (tool: object) => tool };
    runInNewContext(lazily(`// src/a.ts\n${code}`), context);
    return notes;
  }

  test("is built once, when it is first wanted, and what it is made of before", () => {
    expect(
      built(`
        var a = build("a");
        var b = build("b", a);
        var all = [b, a];
        notes.push("start");
        all.length; b.name; new (class { x = all })();`),
    ).toEqual(["start", "a", "b"]);
  });

  test("is left where it stands if it changes, or reads the world outside", () => {
    expect(
      built(`
        var a = build("a");
        a = build("again");
        var b = build(typeof console.log);
        notes.push("start");`),
    ).toEqual(["a", "again", "function", "start"]);
  });

  test("may have properties named like what changes, or like what is outside", () => {
    expect(
      built(`
        var b = 1;
        b = 2;
        var a = build("a", { b: 3, process: 4 });
        var c = build(String.raw\`c\`);
        notes.push("start");
        notes.push(a.parts[0].b);
        notes.push(c.name);`),
    ).toEqual(["start", "a", 3, "c", "c"]);
  });

  test("is told from an inner name that is the same", () => {
    expect(
      built(`
        var a = build("a");
        function inner(a) { return a; }
        const other = ({ a }) => { { const a = 1; notes.push(a); } return { a }; };
        notes.push(inner(2), other({ a: 3 }).a);
        for (const a of [4]) notes.push(a);
        try { throw 5 } catch (a) { notes.push(a); }
        { let a = 6; notes.push(a); }
        notes.push({ a }.a.name);`),
    ).toEqual([1, 2, 3, 4, 5, 6, "a", "a"]);
  });

  test("of a tool are its schemas", () => {
    expect(
      built(`
        var input = build("input");
        var tool = defineTool({ name: "t", input, output: build("output", input) });
        notes.push(tool.name);
        tool.output; tool.output; ({ ...tool }).input;`),
    ).toEqual(["t", "input", "output"]);
  });
});

describe("schemas of the SDK", async () => {
  const { schemasOnDemand } = (await import(resolve("scripts/schemas-on-demand.mjs"))) as {
    schemasOnDemand(code: string): string;
  };

  test("are built once, when they are first wanted, and only those that are", () => {
    const code = `
function build() {
  const A = made("A");
  const B = made("B", { A });
  const unasked = made("unasked");
  const table = { "tools/call": B };
  return { A, B, unasked, table, joined: made("joined", A) };
}
function build$1() { return {}; }
const s = build();
const table = {
	ping: s.ASchema
};
notes.push("start", s.joined, s.joined, s.table["tools/call"], s.B, s.A);`;
    const notes: unknown[] = [];
    const made = (name: string) => {
      notes.push(name);
      return name;
    };
    const out = schemasOnDemand(code);
    runInNewContext(out, { notes, made });
    expect(notes).toEqual(["A", "joined", "B", "start", "joined", "joined", "B", "B", "A"]);
    expect(out).not.toContain("unasked");
  });
});
